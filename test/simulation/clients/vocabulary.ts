/**
 * Random commands over all data types, on few keys, so that commands meet: on a key of another
 * type, on a key that has expired meanwhile, on a key that another client renames away.
 *
 * Everything happens in databases 1 and 2; database 0 belongs to LOAD and database 3 to the WAIT
 * probes, and no command here empties those.
 */

import type { Random } from '../../../src/engine/machine/random.ts';

export type Words = readonly string[];

/** Makes a value that nobody has ever written before. */
type NewValue = (bytes?: number) => string;

type Maker = (random: Random, value: NewValue) => string[];

export const FIRST_DATA_DB = 1;
const LAST_DATA_DB = 2;

const TYPES = ['string', 'list', 'hash', 'set', 'zset', 'any'] as const;
type Type = (typeof TYPES)[number];

/** Mostly a key that holds the type; now and then any other. */
function key(random: Random, type: Type): string {
  const name = random.chance(0.95) ? type : TYPES[random.below(TYPES.length)]!;
  return `${name}:${random.below(12)}`;
}

function member(random: Random): string {
  return random.chance(0.3) ? String(random.below(20)) : `m${random.below(20)}`;
}

function score(random: Random): string {
  return random.chance(0.5) ? String(random.below(40) - 20) : (random.fraction() * 10).toFixed(3);
}

function small(random: Random): string {
  return String(random.below(5));
}

/** 5 ms to 5 s from now: many expire while the run lasts. */
function milliseconds(random: Random): string {
  return String(5 + random.below(random.chance(0.5) ? 100 : 5_000));
}

function repeat(random: Random, most: number, make: () => string[]): string[] {
  const words: string[] = [];
  for (let left = 1 + random.below(most); left > 0; left -= 1) words.push(...make());
  return words;
}

const STRINGS: readonly Maker[] = [
  (r, v) => ['SET', key(r, 'string'), v()],
  (r, v) => ['SET', key(r, 'string'), v(), 'PX', milliseconds(r)],
  (r, v) => ['SET', key(r, 'string'), v(), 'KEEPTTL', 'GET'],
  (r, v) => ['SET', key(r, 'string'), v(), r.chance(0.5) ? 'NX' : 'XX'],
  (r, v) => ['SETNX', key(r, 'string'), v()],
  (r, v) => ['GETSET', key(r, 'string'), v()],
  (r, v) => ['PSETEX', key(r, 'string'), milliseconds(r), v()],
  (r, v) => ['APPEND', key(r, 'string'), v()],
  (r) => ['INCRBY', `counter:${r.below(6)}`, String(r.below(100) - 50)],
  (r) => ['INCRBYFLOAT', `counter:${r.below(6)}`, score(r)],
  (r, v) => ['SETRANGE', key(r, 'string'), String(r.below(40)), v()],
  (r, v) => ['MSET', ...repeat(r, 4, () => [key(r, 'string'), v()])],
  (r) => ['GETDEL', key(r, 'string')],
  (r) => ['GETEX', key(r, 'string'), 'PX', milliseconds(r)],
  (r) => ['SETBIT', `bits:${r.below(3)}`, String(r.below(200)), String(r.below(2))],
  (r) => ['BITFIELD', `bits:${r.below(3)}`, 'INCRBY', 'u8', String(r.below(80)), small(r)],
];

const LISTS: readonly Maker[] = [
  (r, v) => ['RPUSH', key(r, 'list'), ...repeat(r, 4, () => [v()])],
  (r, v) => ['LPUSH', key(r, 'list'), ...repeat(r, 3, () => [v()])],
  (r) => [r.chance(0.5) ? 'LPOP' : 'RPOP', key(r, 'list'), small(r)],
  (r) => ['LMOVE', key(r, 'list'), key(r, 'list'), 'LEFT', 'RIGHT'],
  (r, v) => ['LSET', key(r, 'list'), small(r), v()],
  (r) => ['LTRIM', key(r, 'list'), small(r), String(r.below(30))],
  (r) => ['RPOPLPUSH', key(r, 'list'), key(r, 'list')],
];

const HASHES: readonly Maker[] = [
  (r, v) => ['HSET', key(r, 'hash'), ...repeat(r, 4, () => [member(r), v()])],
  (r) => ['HDEL', key(r, 'hash'), member(r), member(r)],
  (r) => ['HINCRBY', key(r, 'hash'), `n${r.below(3)}`, small(r)],
  (r) => ['HINCRBYFLOAT', key(r, 'hash'), `f${r.below(3)}`, score(r)],
  (r, v) => ['HSETNX', key(r, 'hash'), member(r), v()],
];

const SETS: readonly Maker[] = [
  (r) => ['SADD', key(r, 'set'), ...repeat(r, 5, () => [member(r)])],
  (r, v) => ['SADD', key(r, 'set'), v()],
  (r) => ['SREM', key(r, 'set'), member(r)],
  (r) => ['SPOP', key(r, 'set'), small(r)],
  (r) => ['SPOP', key(r, 'set')],
  (r) => ['SMOVE', key(r, 'set'), key(r, 'set'), member(r)],
  (r) => ['SUNIONSTORE', key(r, 'set'), key(r, 'set'), key(r, 'set')],
  (r) => ['SDIFFSTORE', key(r, 'set'), key(r, 'set'), key(r, 'set')],
];

const SORTED_SETS: readonly Maker[] = [
  (r) => ['ZADD', key(r, 'zset'), ...repeat(r, 4, () => [score(r), member(r)])],
  (r) => ['ZADD', key(r, 'zset'), 'GT', 'CH', score(r), member(r)],
  (r) => ['ZINCRBY', key(r, 'zset'), score(r), member(r)],
  (r) => ['ZREM', key(r, 'zset'), member(r)],
  (r) => [r.chance(0.5) ? 'ZPOPMIN' : 'ZPOPMAX', key(r, 'zset'), small(r)],
  (r) => ['ZREMRANGEBYRANK', key(r, 'zset'), small(r), small(r)],
  (r) => ['ZRANGESTORE', key(r, 'zset'), key(r, 'zset'), '0', '5'],
  (r) => ['ZUNIONSTORE', key(r, 'zset'), '2', key(r, 'zset'), key(r, 'set')],
];

const KEYS: readonly Maker[] = [
  (r) => ['DEL', key(r, anyType(r)), key(r, anyType(r))],
  (r) => ['UNLINK', key(r, anyType(r))],
  (r) => ['PEXPIRE', key(r, anyType(r)), milliseconds(r)],
  (r) => ['EXPIRE', key(r, anyType(r)), small(r)],
  (r) => ['PERSIST', key(r, anyType(r))],
  (r) => ['RENAME', key(r, anyType(r)), key(r, anyType(r))],
  (r) => ['COPY', key(r, anyType(r)), key(r, anyType(r)), 'REPLACE'],
  (r) => ['MOVE', key(r, anyType(r)), String(FIRST_DATA_DB + r.below(2))],
];

/** They change whole databases: seldom, or there would be no data. */
const RARE: readonly Maker[] = [
  (r) => ['FLUSHDB', r.chance(0.5) ? 'ASYNC' : 'SYNC'],
  () => ['SWAPDB', String(FIRST_DATA_DB), String(LAST_DATA_DB)],
  (r) => ['SELECT', String(FIRST_DATA_DB + r.below(2))],
];

const READS: readonly Maker[] = [
  (r) => ['GET', key(r, 'string')],
  (r) => ['MGET', key(r, 'string'), key(r, 'string')],
  (r) => ['LRANGE', key(r, 'list'), '0', '-1'],
  (r) => ['HGETALL', key(r, 'hash')],
  (r) => ['SMEMBERS', key(r, 'set')],
  (r) => ['ZRANGE', key(r, 'zset'), '0', '-1', 'WITHSCORES'],
  (r) => ['TYPE', key(r, anyType(r))],
  (r) => ['PTTL', key(r, anyType(r))],
  (r) => ['SCAN', '0', 'COUNT', String(1 + r.below(50))],
  () => ['DBSIZE'],
  () => ['RANDOMKEY'],
  (r) => ['INFO', ['replication', 'keyspace', 'stats', 'memory'][r.below(4)]!],
  () => ['ROLE'],
];

const WRITES = [STRINGS, LISTS, HASHES, SETS, SORTED_SETS, KEYS] as const;

function anyType(random: Random): Type {
  return TYPES[random.below(TYPES.length)]!;
}

export function randomWrite(random: Random, value: NewValue): Words {
  const family = random.chance(0.01) ? RARE : WRITES[random.below(WRITES.length)]!;
  return family[random.below(family.length)]!(random, value);
}

export function randomRead(random: Random): Words {
  return READS[random.below(READS.length)]!(random, () => '');
}
