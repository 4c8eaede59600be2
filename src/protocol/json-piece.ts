/**
 * A piece: a value as JSON text, with a fingerprint. Arguments are compared, kept and put together in pieces (V1).
 */

export class Piece {
  readonly text: string;
  #fingerprint: string | undefined;

  constructor(text: string) {
    this.text = text;
  }

  get fingerprint(): string {
    return (this.#fingerprint ??= fingerprintOf(this.text));
  }
}

/** A value in pieces: a list has one for each element, so that its elements can be found one by one. */
export type Pieces = Piece | readonly Piece[];

/**
 * Takes a value apart. `undefined` where it is not JSON: bytes, `undefined`, and what JSON refuses.
 *
 * @param make Makes the piece of a text, or finds the one that is there.
 */
export function takeApart(value: unknown, make: (text: string) => Piece = makePiece): Pieces | undefined {
  if (value === undefined || ArrayBuffer.isView(value)) return undefined;
  try {
    // A list with a `toJSON` of its own is what that returns.
    if (Array.isArray(value) && !('toJSON' in value))
      // `map` would leave out holes, which JSON writes as `null`.
      return Array.from<unknown, Piece>(value, (element) => make(textOf(element) ?? 'null'));
    const text = textOf(value);
    return text === undefined ? undefined : make(text);
  } catch {
    return undefined;
  }
}

/** The JSON text of a value in pieces. */
export function joined(pieces: Pieces): string {
  return pieces instanceof Piece ? pieces.text : `[${pieces.map(({ text }) => text).join(',')}]`;
}

/** The length of {@link joined}. */
export function lengthOf(pieces: Pieces): number {
  return pieces instanceof Piece ? pieces.text.length : pieces.reduce((sum, { text }) => sum + text.length + 1, 1);
}

/** The fingerprint of a value in pieces. */
export function fingerprint(pieces: Pieces): string {
  return pieces instanceof Piece
    ? pieces.fingerprint
    : fingerprintOf(pieces.map((piece) => piece.fingerprint).join(' '));
}

function makePiece(text: string): Piece {
  return new Piece(text);
}

/** The types say that JSON always returns a text. */
function textOf(value: unknown): string | undefined {
  return JSON.stringify(value);
}

/** In Temporal's sandbox, each look at a global takes as long as the rest of a step of the hash, many times over. */
const { imul } = Math;

/**
 * A hash of 53 bits (cyrb53). It is fast, and it is not for security: it notices that what a reference meant is not what the
 * history has, because the code has changed meanwhile or an attempt did not count.
 */
function fingerprintOf(text: string): string {
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    a = imul(a ^ unit, 2654435761);
    b = imul(b ^ unit, 1597334677);
  }
  a = imul(a ^ (a >>> 16), 2246822507) ^ imul(b ^ (b >>> 13), 3266489909);
  b = imul(b ^ (b >>> 16), 2246822507) ^ imul(a ^ (a >>> 13), 3266489909);
  return (4294967296 * (2097151 & b) + (a >>> 0)).toString(36);
}
