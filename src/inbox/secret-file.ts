/**
 * A file with secrets: it is read again when it has changed, and refused if everybody on the machine may read it.
 */
import { readFileSync, statSync } from 'node:fs';
import { messageOf } from '../protocol/thrown.ts';

/** What a file has, as it is now. */
export class SecretFile<Content> {
  readonly #path: string;
  readonly #parse: (text: string) => Content;
  #version = '';
  #content: Content;

  /** @throws `TypeError` if the file cannot be read, may be read by everybody, or is wrong. */
  constructor(path: string, parse: (text: string) => Content) {
    this.#path = path;
    this.#parse = parse;
    this.#content = this.#read();
  }

  /** A file that is wrong while it is being changed counts as it was. A file that is gone is empty. */
  get content(): Content {
    if (versionOf(this.#path) === this.#version) return this.#content;
    try {
      this.#content = this.#read();
    } catch (error) {
      this.#version = versionOf(this.#path);
      process.emitWarning(messageOf(error));
      if (this.#version === '') this.#content = this.#parse('');
    }
    return this.#content;
  }

  #read(): Content {
    let text: string;
    try {
      this.#version = versionOf(this.#path);
      const { mode } = statSync(this.#path);
      if (process.platform !== 'win32' && (mode & 0o007) !== 0)
        throw new Error(`everybody on this machine may read or change it: run \`chmod 600 ${this.#path}\``);
      text = readFileSync(this.#path, 'utf8');
    } catch (error) {
      throw new TypeError(`Cannot use the file ${this.#path}: ${messageOf(error)}.`, { cause: error });
    }
    try {
      return this.#parse(text);
    } catch (error) {
      throw new TypeError(`The file ${this.#path} is wrong: ${messageOf(error)}.`, { cause: error });
    }
  }
}

/** Changes with the file. `''` if it is gone. */
function versionOf(path: string): string {
  const { mtimeMs, size, ino, mode } = statSync(path, { throwIfNoEntry: false }) ?? {};
  return mtimeMs === undefined ? '' : [mtimeMs, size, ino, mode].join(' ');
}
