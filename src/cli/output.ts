/**
 * What a command prints: on stdout a document, as text or with `--json` as JSON; on stderr notes and errors.
 *
 * Text from a workflow never reaches the terminal unchanged: text passes through `inert`, JSON through `inertJson`.
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

  /** The columns of the terminal; `Infinity` in a pipe, where nothing is cut. */
  get width(): number {
    const { stdout } = this.#settings;
    return stdout.isTTY ? stdout.columns || 80 : Infinity;
  }

  /** Prints the one document of a command. */
  document(document: unknown, lines: () => readonly string[]): void {
    if (this.isJson) this.#print(inertJson(JSON.stringify(document, undefined, 2)));
    else for (const line of lines()) this.#print(line);
  }

  /** Prints one event of a stream; as JSON it is one line. */
  event(event: unknown, lines: () => readonly string[]): void {
    if (this.isJson) this.#print(inertJson(JSON.stringify(event)));
    else for (const line of lines()) this.#print(line);
  }

  /** Prints one line of a log: for people only on a terminal. In a pipe it is JSON. */
  record(record: unknown, line: () => string): void {
    const isJson = this.isJson || !this.#settings.stdout.isTTY;
    this.#print(isJson ? inertJson(JSON.stringify(record)) : line());
  }

  /** Prints a part of a line. */
  piece(text: string): void {
    this.#settings.stdout.write(text);
  }

  /** Prints a sentence on stderr, so that it does not end up in a pipe. */
  note(text: string): void {
    const { stderr } = this.#settings;
    stderr.write(`${this.#paint('dim', text, stderr)}\n`);
  }

  /** Colours a text, if stdout is a terminal and `NO_COLOR` is not set. */
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
