/**
 * Builds RDB files byte by byte, in the encodings of Redis versions that are not installed here:
 * zipmap (2.4), ziplist and ZSET (2.6 to 6.2), quicklists of ziplists (3.2 to 6.2), and listpacks.
 * The interop test has a real server load what these build, so they are known to be right.
 */

type Item = string | number;

const TYPES = {
  string: 0,
  list: 1,
  set: 2,
  zset: 3,
  hash: 4,
  zset2: 5,
  hashZipmap: 9,
  listZiplist: 10,
  setIntset: 11,
  zsetZiplist: 12,
  hashZiplist: 13,
  listQuicklist: 14,
  hashListpack: 16,
  zsetListpack: 17,
  listQuicklist2: 18,
} as const;

export function bytes(...values: number[]): Buffer {
  return Buffer.from(values);
}

export function latin1(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}

function numbers(kind: 'u16' | 'u32' | 'i16' | 'i32' | 'be32', value: number): Buffer {
  const result = Buffer.alloc(kind === 'u16' || kind === 'i16' ? 2 : 4);
  if (kind === 'u16') result.writeUInt16LE(value);
  else if (kind === 'i16') result.writeInt16LE(value);
  else if (kind === 'u32') result.writeUInt32LE(value);
  else if (kind === 'i32') result.writeInt32LE(value);
  else result.writeUInt32BE(value);
  return result;
}

function int64(value: bigint): Buffer {
  const result = Buffer.alloc(8);
  result.writeBigInt64LE(value);
  return result;
}

function int24(value: number): Buffer {
  const result = Buffer.alloc(3);
  result.writeIntLE(value, 0, 3);
  return result;
}

/** An RDB length in its shortest form. */
export function length(value: number): Buffer {
  if (value < 64) return bytes(value);
  if (value < 16384) return bytes(0x40 | (value >> 8), value & 255);
  return Buffer.concat([bytes(0x80), numbers('be32', value)]);
}

/** A string with its length, uncompressed. */
export function raw(value: string | Buffer): Buffer {
  const content = typeof value === 'string' ? latin1(value) : value;
  return Buffer.concat([length(content.length), content]);
}

/** A file without checksum. */
export function file(records: readonly Buffer[], version = 10): Buffer {
  const header = latin1(`REDIS${String(version).padStart(4, '0')}`);
  const end = version >= 5 ? Buffer.alloc(8) : Buffer.alloc(0);
  return Buffer.concat([header, ...records, bytes(0xff), end]);
}

export function record(type: keyof typeof TYPES, key: string, value: Buffer): Buffer {
  return Buffer.concat([bytes(TYPES[type]), raw(key), value]);
}

/** Integers in their shortest form; strings by their length. */
function ziplistEntry(item: Item | bigint): Buffer {
  if (typeof item === 'bigint') return Buffer.concat([bytes(0xe0), int64(item)]);
  if (typeof item === 'string') {
    const size = item.length;
    if (size < 64) return Buffer.concat([bytes(size), latin1(item)]);
    if (size < 16384) return Buffer.concat([bytes(0x40 | (size >> 8), size & 255), latin1(item)]);
    return Buffer.concat([bytes(0x80), numbers('be32', size), latin1(item)]);
  }
  if (item >= 0 && item <= 12) return bytes(0xf1 + item);
  if (item >= -128 && item <= 127) return bytes(0xfe, item & 255);
  if (item >= -32768 && item <= 32767) return Buffer.concat([bytes(0xc0), numbers('i16', item)]);
  if (Math.abs(item) < 1 << 23) return Buffer.concat([bytes(0xf0), int24(item)]);
  return Buffer.concat([bytes(0xd0), numbers('i32', item)]);
}

function ziplist(items: readonly (Item | bigint)[]): Buffer {
  const entries: Buffer[] = [];
  let before = 0;
  let size = 10;
  let last = 10;
  for (const item of items) {
    const head = before < 254 ? bytes(before) : Buffer.concat([bytes(254), numbers('u32', before)]);
    const entry = Buffer.concat([head, ziplistEntry(item)]);
    entries.push(entry);
    last = size;
    size += entry.length;
    before = entry.length;
  }
  const head = [numbers('u32', size + 1), numbers('u32', last), numbers('u16', items.length)];
  return Buffer.concat([...head, ...entries, bytes(255)]);
}

function listpackEntry(item: Item | bigint): Buffer {
  if (typeof item === 'bigint') return Buffer.concat([bytes(0xf4), int64(item)]);
  if (typeof item === 'string') {
    const size = item.length;
    if (size < 64) return Buffer.concat([bytes(0x80 | size), latin1(item)]);
    if (size < 4096) return Buffer.concat([bytes(0xe0 | (size >> 8), size & 255), latin1(item)]);
    return Buffer.concat([bytes(0xf0), numbers('u32', size), latin1(item)]);
  }
  if (item >= 0 && item <= 127) return bytes(item);
  if (item >= -4096 && item <= 4095) return bytes(0xc0 | ((item >> 8) & 31), item & 255);
  if (item >= -32768 && item <= 32767) return Buffer.concat([bytes(0xf1), numbers('i16', item)]);
  if (Math.abs(item) < 1 << 23) return Buffer.concat([bytes(0xf2), int24(item)]);
  return Buffer.concat([bytes(0xf3), numbers('i32', item)]);
}

function backLength(size: number): Buffer {
  const groups = [size & 127];
  for (let left = size >> 7; left > 0; left >>= 7) groups.unshift(left & 127);
  return Buffer.from(groups.map((group, index) => (index === 0 ? group : group | 128)));
}

function listpack(items: readonly (Item | bigint)[]): Buffer {
  const entries = items.flatMap((item) => {
    const entry = listpackEntry(item);
    return [entry, backLength(entry.length)];
  });
  const body = Buffer.concat(entries);
  const head = [numbers('u32', body.length + 7), numbers('u16', items.length)];
  return Buffer.concat([...head, body, bytes(255)]);
}

function intset(width: 2 | 4 | 8, members: readonly number[]): Buffer {
  const contents = members.map((member) => int64(BigInt(member)).subarray(0, width));
  const head = [numbers('u32', width), numbers('u32', members.length)];
  return Buffer.concat([...head, ...contents]);
}

/** `unused` bytes stay free after each value, as after an update to a shorter one. */
function zipmap(pairs: readonly (readonly [string, string])[], unused = 0): Buffer {
  const sized = (text: string): Buffer =>
    text.length < 254
      ? bytes(text.length)
      : Buffer.concat([bytes(254), numbers('u32', text.length)]);
  const body = pairs.flatMap(([field, value]) => [
    Buffer.concat([sized(field), latin1(field)]),
    Buffer.concat([sized(value), bytes(unused), latin1(value), Buffer.alloc(unused)]),
  ]);
  return Buffer.concat([bytes(Math.min(pairs.length, 254)), ...body, bytes(255)]);
}

const LONG = 'long '.repeat(60);
const INTEGERS = [0, 12, 13, -1, 127, -128, 4095, -4096, 32767, -32768, 8388607, -8388607];
const WIDE = [2147483647, -2147483648, 9223372036854775807n, -9223372036854775808n] as const;
const MIXED: readonly (Item | bigint)[] = ['a', '', LONG, 'x'.repeat(5000), ...INTEGERS, ...WIDE];

/** Scores of the ZSET type: text, or a byte for infinity. */
function textScored(entries: readonly (readonly [string, string | 254 | 255])[]): Buffer {
  const parts = entries.map(([member, score]) => {
    const text = typeof score === 'number' ? bytes(score) : raw(score);
    return Buffer.concat([raw(member), text]);
  });
  return Buffer.concat([length(entries.length), ...parts]);
}

/** One key of each encoding that redis-server 7.0 reads but does not write, or writes seldom. */
export function oldEncodings(): Buffer[] {
  const scored = ['a', -1, 'b', '0.5', 'c', 1, 'd', 'inf'];
  const fields = ['f', 'v', 'g', 7, LONG, LONG];
  const nodes = [ziplist(MIXED), ziplist(['b', 'c'])];
  const packed = Buffer.concat([length(2), raw(listpack(MIXED))]);
  const plain = Buffer.concat([length(1), raw(LONG)]);
  return [
    record(
      'hashZipmap',
      'zipmap',
      raw(
        zipmap([
          ['f', 'v'],
          ['g', LONG],
        ]),
      ),
    ),
    record(
      'hashZipmap',
      'zipmap:unused',
      raw(
        zipmap(
          [
            ['f', 'v'],
            ['g', 'w'],
          ],
          3,
        ),
      ),
    ),
    record('listZiplist', 'ziplist', raw(ziplist(MIXED))),
    record('setIntset', 'intset:16', raw(intset(2, [-5, 0, 300]))),
    record('setIntset', 'intset:32', raw(intset(4, [-70000, 5, 70000]))),
    record('setIntset', 'intset:64', raw(intset(8, [-5e12, 5, 5e12]))),
    record('zsetZiplist', 'zset:ziplist', raw(ziplist(scored))),
    record('hashZiplist', 'hash:ziplist', raw(ziplist(fields))),
    record('listQuicklist', 'quicklist', Buffer.concat([length(2), ...nodes.map(raw)])),
    record(
      'zset',
      'zset:text',
      textScored([
        ['a', '1.5'],
        ['b', 254],
        ['c', 255],
        ['d', '-3e2'],
      ]),
    ),
    record('hashListpack', 'hash:listpack', raw(listpack(fields))),
    record('zsetListpack', 'zset:listpack', raw(listpack(scored))),
    record('listQuicklist2', 'quicklist2', Buffer.concat([length(2), packed, plain])),
  ];
}
