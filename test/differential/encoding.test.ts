/** OBJECT ENCODING through growth, shrinking, other limits, copies and reloads. */

import { type Command, differentialList } from './runner.ts';

const numbers = (count: number): string[] => Array.from({ length: count }, (_, i) => String(i));

const LONG = 'x'.repeat(70);

const SCRIPT: readonly string[][] = [
  ['HSET', 'h', 'a', '1'],
  ['HSET', 'h', 'long', LONG],
  ['HDEL', 'h', 'long'],
  ['HSET', 'hn', ...numbers(1024)],
  ['HSET', 'hn', 'one', 'more'],
  ['HDEL', 'hn', ...numbers(1024)],
  ['HSETNX', 'hx', LONG, '1'],
  ['HINCRBY', 'hi', LONG, '1'],
  ['HINCRBYFLOAT', 'hf', 'a', '1.5'],
  ['SADD', 's', '1', '2'],
  ['SADD', 's', 'a'],
  ['SREM', 's', 'a'],
  ['SADD', 'sn', ...numbers(512)],
  ['SADD', 'sn', '1000'],
  ['SREM', 'sn', '1000'],
  ['SMOVE', 's', 'sm', '1'],
  ['SADD', 'sa', 'a'],
  ['SMOVE', 'sa', 'sm', 'a'],
  ['SUNIONSTORE', 'su', 's', 'sm'],
  ['SINTERSTORE', 'si', 'sn', 'sn'],
  ['SDIFFSTORE', 'sd', 'sn', 's'],
  ['SDIFFSTORE', 'sd2', 's', 'nothing'],
  ['ZADD', 'z', '1', 'a'],
  ['ZADD', 'z', '2', LONG],
  ['ZREM', 'z', LONG],
  ['ZADD', 'zn', ...numbers(256)],
  ['ZINCRBY', 'zn', '1', 'more'],
  ['ZREM', 'zn', 'more'],
  ['ZUNIONSTORE', 'zu', '2', 'z', 'zn'],
  ['ZUNIONSTORE', 'zs', '1', 'z'],
  ['ZRANGESTORE', 'zr', 'zn', '0', '5'],
  ['ZADD', 'zsort', '1', 'a', '2', 'b'],
  ['SORT', 'zsort', 'ALPHA'],
  ['ZADD', 'zsort', '-0', 'c'],
  ['ZSCORE', 'zsort', 'c'],
  ['COPY', 'z', 'zc'],
  ['COPY', 'h', 'hc'],
  ['RENAME', 's', 'sr'],
  ['RPUSH', 'l', 'a'],
  ['SET', 'int', '12'],
  ['SET', 'emb', 'abc'],
  ['SET', 'raw', LONG],
  ['APPEND', 'emb', 'd'],
  ['CONFIG', 'SET', 'hash-max-listpack-entries', '2', 'zset-max-listpack-value', '3'],
  ['CONFIG', 'SET', 'set-max-intset-entries', '2'],
  ['HSET', 'h2', 'a', '1', 'b', '2'],
  ['HSET', 'h2', 'c', '3'],
  ['ZADD', 'z2', '1', 'abc'],
  ['ZADD', 'z2', '1', 'abcd'],
  ['SADD', 's2', '1', '2'],
  ['SADD', 's2', '3'],
  ['HGET', 'hf', 'a'],
];

const KEYS = SCRIPT.filter(([name]) => name !== 'CONFIG').map(([, key]) => key!);
const ALL = [...new Set([...KEYS, 'sm', 'zc', 'hc', 'sr'])];

function encodings(): Command[] {
  return ALL.map((key) => ({ args: ['OBJECT', 'ENCODING', key] }));
}

const commands: Command[] = [];
for (const args of SCRIPT) {
  commands.push({ args });
  commands.push({ args: ['OBJECT', 'ENCODING', args[1]!] });
}
commands.push(...encodings());
for (const name of ['hash-max-listpack-entries', 'set-max-intset-entries']) {
  commands.push({ args: ['CONFIG', 'SET', name, '512'] });
}
commands.push(...encodings(), { args: ['DEBUG', 'RELOAD'] }, ...encodings());
commands.push({ args: ['DEBUG', 'DIGEST'] });

differentialList('OBJECT ENCODING', commands);
