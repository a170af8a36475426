/**
 * Binary strings as the engine stores them: short ones as a latin1 string (one character per byte),
 * long ones as a Buffer. Keys, hash fields and members of sets and sorted sets are always strings,
 * because they are keys of a Map. Values, hash values and list elements are `Bytes`.
 *
 * Invariant: a stored Buffer is never written to again.
 */

import { LimitError } from '../machine/errors.ts';

export type Bytes = string | Buffer;

/**
 * Longest string made of a client's bytes: V8's limit (2^29 - 24 characters) minus 64 KB for the words
 * around it in a reply or log line. A value of 512 MB can be stored and sent, but cannot be a key.
 */
const TEXT_BYTES_MAX = 2 ** 29 - 64 * 1024;

/** Longest value stored as a string; a longer one is stored as a Buffer, outside V8's heap. */
export const SHORT_BYTES_MAX = 1024;

/** As a latin1 string. Throws LimitError above TEXT_BYTES_MAX. */
export function toLatin1(value: Bytes): string {
  if (typeof value === 'string') return value;
  return latin1Text(value, 0, value.length);
}

/** Bytes [start, end) as a latin1 string. Throws LimitError above TEXT_BYTES_MAX. */
export function latin1Text(bytes: Buffer, start: number, end: number): string {
  requireText(end - start);
  return bytes.latin1Slice(start, end);
}

/** Throws LimitError if that many bytes cannot become a string, as the bytes of a key must. */
export function requireText(length: number): void {
  if (length <= TEXT_BYTES_MAX) return;
  throw new LimitError('ERR string exceeds maximum allowed size (proto-max-bulk-len)');
}

/**
 * Converts a text from outside (a file name, a message of the sandbox) to the engine's form: one
 * character per byte of its UTF-8 encoding. `é` becomes the two characters C3 A9.
 */
export function fromUnicode(text: string): string {
  return Buffer.from(text, 'utf8').latin1Slice();
}

/** The reverse of `fromUnicode`; bytes that are not UTF-8 become U+FFFD. */
export function toUnicode(text: string): string {
  return Buffer.from(text, 'latin1').toString('utf8');
}

/** As a Buffer, which may be the stored one and must not be written to. */
export function toBuffer(value: Bytes): Buffer {
  return typeof value === 'string' ? Buffer.from(value, 'latin1') : value;
}

/** The storage form of a latin1 string: a Buffer if it is long. */
export function fromLatin1(text: string): Bytes {
  return text.length <= SHORT_BYTES_MAX ? text : Buffer.from(text, 'latin1');
}

/** The storage form of borrowed bytes: always a copy. */
export function fromBorrowed(bytes: Buffer, start = 0, end = bytes.length): Bytes {
  return end - start <= SHORT_BYTES_MAX
    ? bytes.latin1Slice(start, end)
    : Buffer.from(bytes.subarray(start, end));
}

export function equalBytes(a: Bytes, b: Bytes): boolean {
  if (a.length !== b.length) return false;
  if (typeof a === 'string' && typeof b === 'string') return a === b;
  return toBuffer(a).equals(toBuffer(b));
}

/** Up to this length a loop is faster than a call into native code. */
const LOOP_BYTES_MAX = 64;

/** Copies source[start, end) to `target`, from index `at` on. */
export function copyBytes(
  source: Buffer,
  start: number,
  end: number,
  target: Buffer,
  at: number,
): void {
  if (end - start > LOOP_BYTES_MAX) {
    source.copy(target, at, start, end);
    return;
  }
  let to = at;
  for (let from = start; from < end; from += 1) {
    target[to] = source[from]!;
    to += 1;
  }
}
