/**
 * LZF, the compression of long strings in RDB files (the format of Marc Lehmann's liblzf).
 *
 * A compressed block is a sequence of
 * - literal runs: a byte n < 32, then n + 1 bytes that are copied;
 * - back references: a byte `LLLooooo`, one more length byte if LLL is 7, then the low byte of the
 *   distance. Length is LLL (+ that byte) + 2, distance is ooooo * 256 + low byte + 1.
 *   Worked example: `aaaaaaaaaa` is 00 61 (one literal), e0 00 00 (7 + 0 + 2 = 9 bytes from 1 back).
 *
 * Invariant: the compressed block depends on the input alone, never on earlier calls.
 */

const LITERALS_MAX = 32;
const LENGTH_MAX = 264;
const DISTANCE_MAX = 8192;

/** A reference of three bytes yields at most 264 bytes: no valid block expands more. */
const EXPANSION_MAX = LENGTH_MAX / 3;

const HASH_BITS = 14;
/** By the hash of three bytes: the position of their last occurrence plus the `base` of the call that stored it. */
const lastSeen = new Int32Array(1 << HASH_BITS);
/** Lower entries are of earlier calls and count as empty, so the table need not be cleared. */
let base = 1;
/** Positions must fit into 31 bits. Strings of up to 1 GB do; Redis's end at 512 MB. */
const BASE_MAX = 0x4000_0000;

/**
 * Compresses input[start, end) into `output` from `outputStart` on. Returns the number of bytes
 * written, or 0 if the result is longer than `outputMax`.
 */
export function compressLzf(
  input: Buffer,
  start: number,
  end: number,
  output: Buffer,
  outputStart: number,
  outputMax: number,
): number {
  if (base > BASE_MAX) {
    lastSeen.fill(0);
    base = 1;
  }
  const callBase = base - start;
  base += end - start;
  const outputEnd = outputStart + outputMax;
  let out = outputStart + 1; // Reserves the length byte of a literal run.
  let literals = 0;
  let at = start;
  while (at < end) {
    const distance = at + 2 < end ? seenBefore(input, start, at, callBase) : 0;
    if (distance === 0) {
      if (out >= outputEnd) return 0;
      output[out++] = input[at++]!;
      literals += 1;
      if (literals === LITERALS_MAX) {
        output[out - literals - 1] = literals - 1;
        out += 1;
        literals = 0;
      }
      continue;
    }
    if (literals > 0) output[out - literals - 1] = literals - 1;
    else out -= 1; // The reserved byte is not needed.
    literals = 0;
    const length = matchLength(input, at, at - distance, Math.min(end - at, LENGTH_MAX));
    if (out + 3 > outputEnd) return 0;
    const code = length - 2;
    const high = (distance - 1) >> 8;
    output[out++] = (Math.min(code, 7) << 5) | high;
    if (code >= 7) output[out++] = code - 7;
    output[out++] = (distance - 1) & 0xff;
    out += 1;
    at += length;
    // Of the matched bytes only the last two positions are stored: the most likely to match again.
    if (at + 2 < end) {
      remember(input, at - 2, callBase);
      remember(input, at - 1, callBase);
    }
  }
  if (literals > 0) output[out - literals - 1] = literals - 1;
  else out -= 1;
  return out - outputStart;
}

function hashAt(input: Buffer, at: number): number {
  const three = input[at]! | (input[at + 1]! << 8) | (input[at + 2]! << 16);
  return Math.imul(three, 0x9e3779b1) >>> (32 - HASH_BITS);
}

function remember(input: Buffer, at: number, callBase: number): void {
  lastSeen[hashAt(input, at)] = at + callBase;
}

/** Distance to the last occurrence of the three bytes at `at`; 0 if there is none, or it is too far back. */
function seenBefore(input: Buffer, start: number, at: number, callBase: number): number {
  const hash = hashAt(input, at);
  const seen = lastSeen[hash]! - callBase;
  lastSeen[hash] = at + callBase;
  const distance = at - seen;
  if (seen < start || distance > DISTANCE_MAX) return 0;
  if (input[seen] !== input[at] || input[seen + 1] !== input[at + 1]) return 0;
  return input[seen + 2] === input[at + 2] ? distance : 0;
}

function matchLength(input: Buffer, at: number, earlier: number, limit: number): number {
  let length = 3;
  while (length < limit && input[at + length] === input[earlier + length]) length += 1;
  return length;
}

/** Whether a block of that length can expand to that many bytes; checked before they are allocated. */
export function lzfCanHold(compressedLength: number, length: number): boolean {
  return length <= compressedLength * EXPANSION_MAX;
}

/** Decompresses input[start, end) into `output`. Returns false if the block does not yield exactly `outputLength` bytes. */
export function decompressLzf(
  input: Buffer,
  start: number,
  end: number,
  output: Buffer,
  outputLength: number,
): boolean {
  let at = start;
  let out = 0;
  while (at < end) {
    const control = input[at++]!;
    if (control < LITERALS_MAX) {
      const run = control + 1;
      if (at + run > end || out + run > outputLength) return false;
      for (const stop = at + run; at < stop; at += 1) output[out++] = input[at]!;
      continue;
    }
    let length = (control >> 5) + 2;
    if (length === 9) {
      if (at >= end) return false;
      length += input[at++]!;
    }
    if (at >= end) return false;
    let from = out - ((control & 31) << 8) - input[at++]! - 1;
    if (from < 0 || out + length > outputLength) return false;
    // Byte by byte: the source may overlap what is being written.
    for (const stop = out + length; out < stop; out += 1, from += 1) output[out] = output[from]!;
  }
  return out === outputLength;
}
