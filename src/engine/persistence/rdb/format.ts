/**
 * The numbers of the RDB format, version 10, as redis-server 7.0 writes it and reads it.
 */

export const RDB_VERSION = 10;
/** The first version that ends in a checksum. */
export const RDB_VERSION_CHECKSUM = 5;
export const RDB_SIGNATURE = 'REDIS';
/** Signature and four digits of version. */
export const RDB_HEADER_BYTES = 9;

/** A byte that stands where the type of the next key could stand. */
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
 * A length starts with two bits that say how long it is: 00 is 6 bits, 01 is 14 bits in two bytes,
 * 10 is 32 bits (0x80) or 64 bits (0x81) after this byte, highest first; 11 is no length but a
 * special form of string, named by the other six bits.
 */
export const LENGTH_32 = 0x80;
export const LENGTH_64 = 0x81;
export const SPECIAL = 0xc0;

/** Special forms of strings. */
export const ENCODING = { int8: 0, int16: 1, int32: 2, lzf: 3 } as const;

/** A node of a LIST_QUICKLIST_2 is one element as it is, or a listpack. */
export const QUICKLIST_NODE = { plain: 1, packed: 2 } as const;

/**
 * The longest string taken from a file, Redis's default proto-max-bulk-len. A file that declares
 * a longer one meets what redis-server does when it cannot allocate that much.
 */
export const STRING_BYTES_MAX = 512 * 1024 * 1024;
