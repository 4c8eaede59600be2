/**
 * A value that the operator gives: on the command line, in a file (`@file`), or on stdin (`-`).
 *
 * It is JSON, or plain text if text is allowed, so that nobody has to quote a sentence twice. Probable mistakes are refused
 * (O1): an empty value, JSON that a shell has changed, and a number that would arrive as another number.
 */
import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { inexactProblem, parseJson } from '../protocol/exact-json.ts';
import { exampleOf } from '../protocol/schema-example.ts';
import { partsOf, typesOf, type SchemaReader } from '../protocol/schema-parts.ts';
import type { JsonSchema } from '../protocol/shapes.ts';
import { UsageError } from './failure.ts';
import { isInSingleQuotes, misquoted, quotingHint } from './quoting.ts';

const SHOWN_CHARACTERS = 60;

/** The text of the value: the argument itself, or the content of the file or of stdin. */
export async function readValue(argument: string): Promise<string> {
  const [given, where] = await readSource(argument);
  if (given.trim() !== '') return given;
  throw new UsageError(`${where} is empty, so nothing was sent. To send the empty text, write it as JSON: '""'.`);
}

async function readSource(argument: string): Promise<[given: string, where: string]> {
  if (argument === '-') return [decode(await buffer(process.stdin), 'stdin'), 'Stdin'];
  if (!argument.startsWith('@')) return [argument, 'The value'];
  const path = argument.slice(1);
  try {
    return [decode(await readFile(path), path), `File ${path}`];
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(
      `Cannot read file ${path}: ${(error as Error).message}. A value that begins with @ names a file. To send it as text, write it as JSON, in double quotes.`,
      { cause: error, hint: quotingHint(JSON.stringify(argument)) },
    );
  }
}

/** The text of a file. PowerShell 5 writes UTF-16, and some programs write a byte order mark before UTF-8. */
function decode(bytes: Buffer, where: string): string {
  const encoding = bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : 'utf-8';
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes).replace(/\r?\n$/, '');
  } catch (error) {
    throw new UsageError(`Expected ${where} to be text in UTF-8, got other bytes.`, { cause: error });
  }
}

export interface ValueSettings {
  /** The schema that the value must fit. By default any value fits. */
  readonly reader?: SchemaReader | undefined;
  /** Takes the value as text, even if it looks like JSON. @default false */
  readonly isText?: boolean | undefined;
}

/** Parses the text of a value. @throws UsageError If the text is probably a mistake. */
export function parseValue(given: string, { reader, isText = false }: ValueSettings = {}): unknown {
  const types = reader && typesOf(reader, partsOf(reader, [reader.root]));
  const isStringOnly = types !== undefined && types.every((type) => type === 'string');
  const fits = (value: unknown): boolean => !reader || reader.check(reader.root, value).length === 0;
  const parsed = parseJson(given);
  if (isText) return given;
  switch (parsed.kind) {
    case 'value':
      // `42` is a text if only a text fits.
      return typeof parsed.value !== 'string' && !fits(parsed.value) && fits(given) ? given : parsed.value;
    case 'inexact':
      if (types?.includes('string') && fits(given)) return given;
      throw new UsageError(
        `${inexactProblem(parsed.number)}. Nothing was sent. To keep all digits, send it as text: "${parsed.number}", in double quotes.`,
      );
    case 'not JSON': {
      const slip = isStringOnly && !isInSingleQuotes(given) ? undefined : misquoted(given);
      const takesText = types === undefined || types.includes('string');
      if (slip === undefined && takesText) return given;
      const why = takesText ? ` (${slip})` : `, and the question does not accept text`;
      throw new UsageError(`The value is not JSON${why}: ${shorten(given)}. Nothing was sent.`, {
        hint: quotingHint(JSON.stringify(exampleOf(reader?.root ?? EXAMPLE))),
      });
    }
    default:
      return parsed satisfies never;
  }
}

const EXAMPLE: JsonSchema = { default: { approved: false } };

/** The value of an option that counts something, from 1 on. */
export function readCount(given: string, name: string): number {
  const count = Number(given);
  if (Number.isSafeInteger(count) && count > 0) return count;
  throw new UsageError(`Expected \`${name}\` to be a whole number, at least 1, got ${given}.`);
}

function shorten(given: string): string {
  return given.length <= SHOWN_CHARACTERS ? given : `${given.slice(0, SHOWN_CHARACTERS - 1)}…`;
}
