/**
 * The numbers of the RDB format, version 10, as redis-server 7.0 writes it and reads it.
 */

export const RDB_VERSION = 10;
/** The first version with a checksum at the end. */
export const RDB_VERSION_CHECKSUM = 5;
export const RDB_SIGNATURE = 'REDIS';
/** Signature and four digits of the version. */
export const RDB_HEADER_BYTES = 9;

/** Bytes in place of the type of the next key. */
export const OPCODE = {
  function2: 245,
  /** Function libraries of the 7.0 release candidates. */
  functionPreRelease: 246,
  moduleAux: 247,
  idle: 248,
  freq: 249,
  aux: 250,
  resizeDb: 251,
  expireTimeMs: 252,
  expireTimeSeconds: 253,
  selectDb: 254,
  eof: 255,
} as const;

export const TYPE = {
  string: 0,
  list: 1,
  set: 2,
  zset: 3,
  hash: 4,
  zset2: 5,
  module: 6,
  module2: 7,
  hashZipmap: 9,
  listZiplist: 10,
  setIntset: 11,
  zsetZiplist: 12,
  hashZiplist: 13,
  listQuicklist: 14,
  streamListpacks: 15,
  hashListpack: 16,
  zsetListpack: 17,
  listQuicklist2: 18,
  streamListpacks2: 19,
} as const;

/**
 * The first two bits of a length determine its form. 00: 6 bits. 01: 14 bits in two bytes, so 300 is
 * 41 2c. 10: 32 bits (0x80) or 64 bits (0x81) after this byte, highest byte first. 11 is not a length:
 * the other six bits name a special form of string.
 */
export const LENGTH_32 = 0x80;
export const LENGTH_64 = 0x81;
export const SPECIAL = 0xc0;

/** Special forms of strings. */
export const ENCODING = { int8: 0, int16: 1, int32: 2, lzf: 3 } as const;

/** A node of a LIST_QUICKLIST_2 is one plain element, or a listpack. */
export const QUICKLIST_NODE = { plain: 1, packed: 2 } as const;

/**
 * The longest string accepted in a file: Redis's default proto-max-bulk-len. A file that declares a
 * longer one fails as in a redis-server that cannot allocate it.
 */
export const STRING_BYTES_MAX = 512 * 1024 * 1024;
