/** LCS: the longest common subsequence of two strings, its length, or the positions of its parts. */

import { isString } from '../data/types/value.ts';
import type { DataCall } from '../execution/dataCall.ts';
import { type Bytes, toBuffer } from '../resp/bytes.ts';

interface Options {
  length: boolean;
  indexes: boolean;
  withMatchLength: boolean;
  matchLengthMin: number;
}

/** A run of bytes that both strings share: it begins at `a` in the first and at `b` in the second. */
interface Match {
  readonly a: number;
  readonly b: number;
  readonly length: number;
}

export function lcs(call: DataCall): void {
  const a = call.read(call.str(1));
  const b = call.read(call.str(2));
  if ((a !== undefined && !isString(a)) || (b !== undefined && !isString(b))) {
    call.reply.error('ERR The specified keys must contain string values');
    return;
  }
  const options = parseOptions(call);
  if (options === undefined) return;
  const left = bytesOf(a);
  const right = bytesOf(b);
  if ((left.length + 1) * (right.length + 1) * 4 > call.stringBytesMax) {
    call.reply.error(
      'ERR Insufficient memory, transient memory for LCS exceeds proto-max-bulk-len',
    );
    return;
  }
  const lengths = lengthsOf(left, right);
  const total = lengths[lengths.length - 1]!;
  if (options.length) {
    call.reply.integer(total);
    return;
  }
  const matches = matchesOf(left, right, lengths);
  if (options.indexes) writeMatches(call, matches, total, options);
  else call.reply.bulk(textOf(left, matches));
}

function bytesOf(value: Bytes | undefined): Buffer {
  return value === undefined ? Buffer.alloc(0) : toBuffer(value);
}

function parseOptions(call: DataCall): Options | undefined {
  const options = { length: false, indexes: false, withMatchLength: false, matchLengthMin: 0 };
  for (let at = 3; at < call.argc; at += 1) {
    const word = call.word(at);
    if (word === 'idx') {
      options.indexes = true;
    } else if (word === 'len') {
      options.length = true;
    } else if (word === 'withmatchlen') {
      options.withMatchLength = true;
    } else if (word === 'minmatchlen' && at + 1 < call.argc) {
      at += 1;
      const length = call.int(at);
      if (length === undefined) return undefined;
      options.matchLengthMin = Math.max(length, 0);
    } else {
      call.syntaxError();
      return undefined;
    }
  }
  if (!options.length || !options.indexes) return options;
  call.reply.error('ERR If you want both the length and indexes, please just use IDX.');
  return undefined;
}

/** Rows of b.length + 1 numbers. At (i, j): the length of the LCS of a's first i bytes and b's first j bytes. */
function lengthsOf(a: Buffer, b: Buffer): Uint32Array {
  const width = b.length + 1;
  const lengths = new Uint32Array((a.length + 1) * width);
  for (let i = 1; i <= a.length; i += 1) {
    const row = i * width;
    const byte = a[i - 1]!;
    for (let j = 1; j <= b.length; j += 1) {
      const at = row + j;
      lengths[at] =
        byte === b[j - 1]!
          ? lengths[at - width - 1]! + 1
          : Math.max(lengths[at - width]!, lengths[at - 1]!);
    }
  }
  return lengths;
}

/** The runs of one LCS, the last run first. If there are several LCS, it is the one that lcsCommand finds. */
function matchesOf(a: Buffer, b: Buffer, lengths: Uint32Array): Match[] {
  const width = b.length + 1;
  const matches: Match[] = [];
  let i = a.length;
  let j = b.length;
  while (i > 0 && j > 0) {
    if (a[i - 1]! !== b[j - 1]!) {
      // If both are equal, step back in the second string.
      if (lengths[(i - 1) * width + j]! > lengths[i * width + j - 1]!) i -= 1;
      else j -= 1;
      continue;
    }
    const end = i;
    while (i > 0 && j > 0 && a[i - 1]! === b[j - 1]!) {
      i -= 1;
      j -= 1;
    }
    matches.push({ a: i, b: j, length: end - i });
  }
  return matches;
}

function textOf(a: Buffer, matches: readonly Match[]): Buffer {
  const parts = matches.map((match) => a.subarray(match.a, match.a + match.length));
  return Buffer.concat(parts.reverse());
}

function writeMatches(
  call: DataCall,
  matches: readonly Match[],
  total: number,
  options: Options,
): void {
  const { reply } = call;
  const shown = matches.filter((match) => match.length >= options.matchLengthMin);
  reply.map(2);
  reply.bulk('matches');
  reply.array(shown.length);
  for (const match of shown) {
    reply.array(options.withMatchLength ? 3 : 2);
    writeRange(call, match.a, match.length);
    writeRange(call, match.b, match.length);
    if (options.withMatchLength) reply.integer(match.length);
  }
  reply.bulk('len');
  reply.integer(total);
}

function writeRange(call: DataCall, start: number, length: number): void {
  call.reply.array(2);
  call.reply.integer(start);
  call.reply.integer(start + length - 1);
}
