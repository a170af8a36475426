/**
 * The memory that Redis 7.0 on jemalloc would use for the data: the model behind `used_memory`,
 * maxmemory and MEMORY USAGE. It is a function of the data alone, never of this process's memory, so
 * that runs are repeatable.
 *
 * Modelled: objects, sds headers, dict entries and buckets, listpacks, intsets, quicklists and
 * skiplists under the default encoding limits. Not modelled: rehashing (two bucket arrays for a
 * while), LZF in lists, fragmentation.
 */

import type { Bytes } from '../resp/bytes.ts';
import { isInteger, parseInteger } from '../resp/integer.ts';

/** Defaults of hash-/zset-max-listpack-entries and -value, and set-max-intset-entries. */
export const LISTPACK_ENTRIES_MAX = 128;
export const LISTPACK_VALUE_MAX = 64;
export const INTSET_ENTRIES_MAX = 512;

const OBJECT_BYTES = 16;
/** A dictEntry of 24 bytes in jemalloc's classes of 16 (Debian's build, which the tests compare with). */
export const DICT_ENTRY_BYTES = 32;
/** A string of up to this length is in one allocation with its object: 16 + 3 + 44 + 1 = 64. */
const EMBSTR_LENGTH_MAX = 44;
/** All keys share one object for each integer from 0 up to, but not including, this. */
const SHARED_INTEGERS = 10_000;
const SHARED_DIGITS_MAX = 4;
const MINUS = 45;
const INTEGER_DIGITS_MAX = 20;

const TABLED_BYTES_MAX = 1100;

/** jemalloc's size classes: 8, then steps of 16 up to 128, then four steps to each doubling. */
function sizeClass(bytes: number): number {
  if (bytes <= 8) return 8;
  if (bytes <= 128) return (bytes + 15) & ~15;
  const step = 2 ** (Math.floor(Math.log2(bytes - 1)) - 2);
  return Math.ceil(bytes / step) * step;
}

const sizeClasses = Uint16Array.from({ length: TABLED_BYTES_MAX + 1 }, (_, bytes) =>
  sizeClass(bytes),
);

/** The size of the class in which jemalloc allocates `bytes`. */
export function allocated(bytes: number): number {
  return bytes <= TABLED_BYTES_MAX ? sizeClasses[bytes]! : sizeClass(bytes);
}

/** An sds string: header by length, the bytes and a final NUL. */
export function sdsBytes(length: number): number {
  if (length < 32) return allocated(length + 2);
  if (length < 256) return allocated(length + 4);
  return allocated(length + (length < 65_536 ? 6 : 10));
}

/** A string value of a key. */
export function stringBytes(value: Bytes): number {
  const { length } = value;
  const integer = length > EMBSTR_LENGTH_MAX ? undefined : integerOf(value);
  if (integer === undefined) return rawStringBytes(length);
  return integer >= 0 && integer < SHARED_INTEGERS ? 0 : OBJECT_BYTES;
}

/** As stringBytes of `bytes[start..end)`, which may be an integer, without making a string of them. */
export function stringBytesIn(bytes: Uint8Array, start: number, end: number): number {
  const length = end - start;
  if (length > INTEGER_DIGITS_MAX || !isInteger(bytes, start, end)) return rawStringBytes(length);
  return length <= SHARED_DIGITS_MAX && bytes[start] !== MINUS ? 0 : OBJECT_BYTES;
}

/** A string value that Redis does not store as an integer. */
export function rawStringBytes(length: number): number {
  if (length <= EMBSTR_LENGTH_MAX) return allocated(OBJECT_BYTES + 3 + length + 1);
  const header = length < 256 ? 4 : length < 65_536 ? 6 : 10;
  return OBJECT_BYTES + allocated(length + header);
}

/** The integer that Redis would store instead of the text; undefined if there is none. */
function integerOf(value: Bytes): number | bigint | undefined {
  if (value.length > INTEGER_DIGITS_MAX || typeof value !== 'string') return undefined;
  return parseInteger(value);
}

/** A key's entry in the main dict, without its value. */
export function keyBytes(keyLength: number): number {
  return DICT_ENTRY_BYTES + sdsBytes(keyLength);
}

/** The bucket array of a dict with `count` entries: the next power of two, at least 4. */
export function bucketBytes(count: number): number {
  if (count === 0) return 0;
  return allocated(8 * 2 ** Math.max(2, Math.ceil(Math.log2(count))));
}

/** An element of a listpack: encoding, bytes, back length. */
export function listpackEntryBytes(value: Bytes): number {
  const { length } = value;
  const integer = integerOf(value);
  if (integer !== undefined) return listpackIntegerBytes(integer) + 1;
  const header = length < 64 ? 1 : length < 4096 ? 2 : 5;
  const body = header + length;
  return body + (body < 128 ? 1 : body < 16_384 ? 2 : body < 2_097_152 ? 3 : 4);
}

/** A listpack's integer encodings have 7, 13, 16, 24, 32 and 64 bits. */
function listpackIntegerBytes(value: number | bigint): number {
  if (value >= 0 && value <= 127) return 1;
  if (value >= -4096 && value <= 4095) return 2;
  if (value >= -32_768 && value <= 32_767) return 3;
  if (value >= -8_388_608 && value <= 8_388_607) return 4;
  return value >= -2_147_483_648 && value <= 2_147_483_647 ? 5 : 9;
}

/** A whole listpack object whose entries take `entryBytes`. */
export function listpackBytes(entryBytes: number): number {
  return OBJECT_BYTES + allocated(entryBytes + 7);
}

/** A member of an intset in the narrowest width that fits. */
export function intsetMemberBytes(member: string): number {
  const value = Number(member);
  if (value >= -32_768 && value <= 32_767) return 2;
  return value >= -2_147_483_648 && value <= 2_147_483_647 ? 4 : 8;
}

export function intsetBytes(memberBytes: number): number {
  return OBJECT_BYTES + allocated(memberBytes + 8);
}

/** A dict object of `count` entries that take `entryBytes` without the buckets. */
export function dictBytes(count: number, entryBytes: number): number {
  return OBJECT_BYTES + 64 + bucketBytes(count) + entryBytes;
}

/** The mean size of a skiplist node. A node has 24 bytes and 16 per level: 48 for 3 nodes of 4, 64 for 3 of 16. */
export const SKIPLIST_NODE_BYTES = 53;

/** A sorted set as dict and skiplist (whose head has all 32 levels). */
export function skiplistBytes(count: number, entryBytes: number): number {
  return OBJECT_BYTES + 16 + 32 + allocated(24 + 16 * 32) + 64 + bucketBytes(count) + entryBytes;
}

/** A list: quicklist nodes of 32 bytes, each with a listpack of up to 8 KB. */
export function quicklistBytes(entryBytes: number): number {
  const full = Math.floor(entryBytes / 8192);
  const rest = entryBytes - full * 8192;
  return OBJECT_BYTES + 48 + full * (32 + 8192) + (rest === 0 ? 0 : 32 + allocated(rest + 7));
}
