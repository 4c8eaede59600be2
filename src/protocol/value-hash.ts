/**
 * The hash of a question's value that a sent answer carries: the same in the sandbox, in the client and in any other
 * language (A10).
 *
 * After a reset, the workflow compares it with the question that opens again. A task finds its answers by another hash of
 * the same canonical JSON (`src/activities/pass.ts`).
 *
 * It is SHA-256, because a value may hold what a tool returned and be hostile. It is written out here, because the sandbox
 * has no crypto.
 */

/** The SHA-256 of the value's canonical JSON, as hex. */
export function hashValue(value: unknown): string {
  return sha256(canonicalJson(value));
}

/** The value as JSON without spaces and with sorted keys: their order does not change a value. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, sortKeys);
}

function sortKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** The first 32 bits of the fractional part of a root of a prime: a constant of SHA-256. */
function fraction(prime: number, root: number): number {
  return (prime ** (1 / root) * 2 ** 32) | 0;
}

/** Made on demand: the sandbox evaluates this file for each workflow. */
function makeConstants(): { readonly rounds: readonly number[]; readonly initial: readonly number[] } {
  const primes: number[] = [];
  for (let n = 2; primes.length < 64; n++) if (primes.every((prime) => n % prime !== 0)) primes.push(n);
  return {
    rounds: primes.map((prime) => fraction(prime, 3)),
    initial: primes.slice(0, 8).map((prime) => fraction(prime, 2)),
  };
}

function sha256(text: string): string {
  const { rounds, initial } = makeConstants();
  const words = padded(utf8(text));
  let state = initial;
  for (let at = 0; at < words.length; at += 16) state = compress(state, words.slice(at, at + 16), rounds);
  return state.map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('');
}

/** JSON has no lone surrogates, for which `encodeURIComponent` throws. */
function utf8(text: string): number[] {
  const parts = encodeURIComponent(text).match(/%..|./g) ?? [];
  return parts.map((part) => (part.length === 3 ? Number.parseInt(part.slice(1), 16) : part.charCodeAt(0)));
}

/** The bytes as big-endian words, with a one bit, zeros, and the length in bits at the end of the last block. */
function padded(bytes: readonly number[]): number[] {
  const words: number[] = Array.from({ length: (((bytes.length + 8) >> 6) + 1) * 16 }, () => 0);
  for (const [i, byte] of [...bytes, 0x80].entries()) words[i >> 2]! |= byte << (24 - (i & 3) * 8);
  words[words.length - 1] = bytes.length * 8;
  return words;
}

function rotate(word: number, by: number): number {
  return (word >>> by) | (word << (32 - by));
}

function compress(state: readonly number[], block: readonly number[], rounds: readonly number[]): number[] {
  const w = [...block];
  let [a, b, c, d, e, f, g, h] = state as [number, number, number, number, number, number, number, number];
  for (const [i, round] of rounds.entries()) {
    if (i >= 16) {
      const [early, late] = [w[i - 15]!, w[i - 2]!];
      const s0 = rotate(early, 7) ^ rotate(early, 18) ^ (early >>> 3);
      const s1 = rotate(late, 17) ^ rotate(late, 19) ^ (late >>> 10);
      w[i] = (w[i - 16]! + s0 + w[i - 7]! + s1) | 0;
    }
    const t1 = h + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + ((e & f) ^ (~e & g)) + round + w[i]!;
    const t2 = (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + t1) | 0, c, b, a, (t1 + t2) | 0];
  }
  return [a, b, c, d, e, f, g, h].map((word, i) => (word + state[i]!) | 0);
}
