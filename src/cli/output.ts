/**
 * What a command prints: a document for people or, with `--json`, the same as JSON on stdout; notes and errors on stderr.
 *
 * Nothing that a workflow wrote reaches the terminal as it is: text goes through `inert`, JSON through `inertJson`.
 */
import { styleText } from 'node:util';
import { inertJson } from './inert.ts';

export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';

export interface OutputSettings {
  readonly isJson: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
}

export class Output {
  readonly isJson: boolean;
  readonly #settings: OutputSettings;

  constructor(settings: OutputSettings) {
    this.isJson = settings.isJson;
    this.#settings = settings;
  }

  /** Columns of the terminal; what is piped is not cut. */
  get width(): number {
    const { stdout } = this.#settings;
    return stdout.isTTY ? stdout.columns || 80 : Infinity;
  }

  /** One document: the whole answer of a command. */
  document(document: unknown, lines: () => readonly string[]): void {
    if (this.isJson) this.#print(inertJson(JSON.stringify(document, undefined, 2)));
    else for (const line of lines()) this.#print(line);
  }

  /** One event of a stream: one line as JSON. */
  event(event: unknown, lines: () => readonly string[]): void {
    if (this.isJson) this.#print(inertJson(JSON.stringify(event)));
    else for (const line of lines()) this.#print(line);
  }

  /** A sentence beside the answer, which a pipe does not get. */
  note(text: string): void {
    const { stderr } = this.#settings;
    stderr.write(`${this.#paint('dim', text, stderr)}\n`);
  }

  /** Colours are for terminals, and for nobody who has set `NO_COLOR`. */
  paint(style: Style, text: string): string {
    return this.#paint(style, text, this.#settings.stdout);
  }

  #paint(style: Style, text: string, stream: NodeJS.WriteStream): string {
    const hasColours = stream.isTTY && !this.#settings.env['NO_COLOR'] && this.#settings.env['TERM'] !== 'dumb';
    return hasColours ? styleText(style, text, { validateStream: false }) : text;
  }

  #print(line: string): void {
    this.#settings.stdout.write(`${line}\n`);
  }
}
