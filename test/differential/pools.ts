/** What random arguments are made of: few keys, so that commands meet, and values at every border. */

import type { Random } from '../../src/engine/machine/random.ts';
import type { Arg } from './realServer.ts';
import { anyCase, pick } from './runner.ts';

const KEYS = [
  'a',
  'b',
  'c',
  'd',
  'e',
  'key:1',
  'key:2',
  '',
  'h[]llo',
  '\x00\xff\r\n',
  'k'.repeat(1500),
];

/** Keys that a generator lets hold other types than strings. */
const CONTAINER_KEYS = ['list', 'hash', 'set', 'zset'];

const INTEGERS = [
  '0',
  '1',
  '-1',
  '2',
  '7',
  '8',
  '10',
  '100',
  '-100',
  '9999',
  '10000',
  '2147483647',
  '-2147483648',
  '4294967295',
  '4294967296',
  '9007199254740991',
  '9007199254740992',
  '9007199254740993',
  '9223372036854775806',
  '9223372036854775807',
  '-9223372036854775807',
  '-9223372036854775808',
];

const NOT_INTEGERS = [
  '',
  ' 1',
  '1 ',
  '+1',
  '01',
  '-0',
  '-',
  '1.0',
  'abc',
  '0x10',
  '9223372036854775808',
  '-9223372036854775809',
  '99999999999999999999',
  '1\x00',
];

const BAD_TIMES = [
  '',
  'abc',
  '1.5',
  '0',
  '-1',
  '-100',
  '9007199254740993',
  '9223372036854775',
  '9223372036854776',
  '9223372036854775807',
  '-9223372036854775808',
  '99999999999999999999',
];

const FLOATS = [
  '0x1p-16445',
  '0X1P-2',
  '0e99999999',
  '1e-4950',
  '0.1',
  '0.2',
  '-0.3',
  '3.14',
  '1e3',
  '5e-3',
  '1.5e-20',
  '-0',
  '+1.5',
  '.5',
  '5.',
  '1e20',
  '123456789.123456789',
  '0x10',
  '0x1.8p1',
  '-0x.8',
  '1e308',
  '1e4900',
  '3.0000000000000000001',
  '0.00000000000000001',
  '-1e-30',
  '1e-4940',
];

const NOT_FLOATS = [
  '0x1p-16446',
  '0x1p-999999999999',
  '0xp1',
  '',
  ' 1',
  '1 ',
  'nan',
  'inf',
  '-inf',
  'infinity',
  '1e',
  '1e5000',
  '1e-5000',
  '.',
  '0x',
  '1,5',
  '--1',
];

const TEXTS = [
  '',
  'x',
  'hello',
  'foobar',
  'ohmytext',
  'mynewtext',
  '\x00',
  '\xff\xfe\x80',
  'caf\xe9',
  '\r\n',
  'ab'.repeat(22),
  'a'.repeat(45),
];

export function key(random: Random): string {
  return random.chance(0.06) ? pick(random, CONTAINER_KEYS) : pick(random, KEYS);
}

export function integer(random: Random): string {
  if (random.chance(0.04)) return pick(random, NOT_INTEGERS);
  if (random.chance(0.2)) return pick(random, INTEGERS);
  return String(random.below(200) - 100);
}

export function float(random: Random): string {
  if (random.chance(0.08)) return pick(random, NOT_FLOATS);
  if (random.chance(0.4)) return pick(random, FLOATS);
  return `${random.below(2000) - 1000}.${random.below(100000)}`;
}

/** A time that is none, has passed, or lies beyond 64 bits or our own limit: never one that ends soon. */
export function badTime(random: Random): string {
  return pick(random, BAD_TIMES);
}

/** Small ones mostly, long ones on both sides of what is stored as a string, and bytes of every kind. */
export function value(random: Random): Arg {
  const kind = random.below(20);
  if (kind < 5) return integer(random);
  if (kind < 7) return float(random);
  if (kind < 14) return pick(random, TEXTS);
  if (kind < 16) return 'v'.repeat(1020 + random.below(8));
  if (kind < 17) return 'long '.repeat(1000);
  return Buffer.from(Array.from({ length: random.below(40) }, () => random.below(256)));
}

/** An index into a string: inside, around and far beyond its ends. */
export function index(random: Random): string {
  if (random.chance(0.1)) return integer(random);
  return String(random.below(random.chance(0.9) ? 30 : 3000) - 12);
}

/** An option word; a wrong one now and then. */
export function option(random: Random, words: readonly string[]): string {
  return random.chance(0.03) ? 'bogus' : anyCase(random, pick(random, words));
}

/**
 * An argument count that is wrong now and then: one left out or one too many. Redis checks the count
 * first of all.
 */
export function perturbed(random: Random, args: Arg[]): Arg[] {
  const chance = random.fraction();
  if (chance < 0.01) return args.slice(0, -1);
  if (chance < 0.02) return [...args, 'extra'];
  return args;
}

/** Makes one of the keys that hold other types, so that wrong types come up. */
export function makeContainer(random: Random): Arg[] {
  const commands: Arg[][] = [
    ['RPUSH', 'list', 'one', 'two', String(random.below(100))],
    ['HSET', 'hash', 'field', 'value', 'n', String(random.below(100))],
    ['SADD', 'set', 'one', 'two', String(random.below(100))],
    ['ZADD', 'zset', '1', 'one', '2.5', 'two', String(random.below(100)), 'three'],
  ];
  return pick(random, commands);
}
