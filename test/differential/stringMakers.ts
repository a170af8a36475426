/** Random commands on strings, counters, ranges and bits. */

import type { Random } from '../../src/engine/machine/random.ts';
import {
  badTime,
  float,
  index,
  integer,
  key,
  makeContainer,
  option,
  perturbed,
  value,
} from './pools.ts';
import type { Arg } from './realServer.ts';
import { within } from './replies.ts';
import { anyCase, type Command, pick } from './runner.ts';

const SECONDS_TOLERANCE = 30;

type Maker = (random: Random) => Arg[];

/** A time to live that does not end while the test runs, or one that is over already. */
function time(random: Random, word: string): string {
  if (random.chance(0.08)) return badTime(random);
  const absolute = word.toLowerCase().endsWith('at');
  const seconds = absolute ? pick(random, [1, 4_102_444_800]) : 1000 + random.below(100_000);
  return String(word.toLowerCase().startsWith('p') ? seconds * 1000 : seconds);
}

const EXPIRY_WORDS = ['ex', 'px', 'exat', 'pxat'];

function setArgs(random: Random): Arg[] {
  const args: Arg[] = ['set', key(random), value(random)];
  const count = random.below(4);
  for (let i = 0; i < count; i += 1) {
    const word = option(random, [...EXPIRY_WORDS, 'nx', 'xx', 'get', 'get', 'keepttl', 'persist']);
    args.push(word);
    if (EXPIRY_WORDS.includes(word.toLowerCase()) && random.chance(0.97))
      args.push(time(random, word));
  }
  return args;
}

function getexArgs(random: Random): Arg[] {
  const args: Arg[] = ['getex', key(random)];
  if (random.chance(0.2)) return args;
  const word = option(random, [...EXPIRY_WORDS, 'persist', 'keepttl']);
  args.push(word);
  if (EXPIRY_WORDS.includes(word.toLowerCase())) args.push(time(random, word));
  if (random.chance(0.05)) args.push('persist');
  return args;
}

function pairs(random: Random, name: string): Arg[] {
  const args: Arg[] = [name];
  const count = 1 + random.below(3);
  for (let i = 0; i < count; i += 1) args.push(key(random), value(random));
  return args;
}

function several(random: Random, name: string): Arg[] {
  return [name, ...Array.from({ length: 1 + random.below(4) }, () => key(random))];
}

function lcsArgs(random: Random): Arg[] {
  const args: Arg[] = ['lcs', key(random), key(random)];
  const count = random.below(4);
  for (let i = 0; i < count; i += 1) {
    const word = option(random, ['idx', 'idx', 'len', 'withmatchlen', 'minmatchlen']);
    args.push(word);
    if (word.toLowerCase() === 'minmatchlen' && random.chance(0.95)) args.push(index(random));
  }
  return args;
}

export const whole: readonly Maker[] = [
  (r) => ['get', key(r)],
  setArgs,
  setArgs,
  (r) => ['set', key(r), value(r)],
  (r) => ['setnx', key(r), value(r)],
  (r) => ['setex', key(r), time(r, 'ex'), value(r)],
  (r) => ['psetex', key(r), time(r, 'px'), value(r)],
  (r) => ['getset', key(r), value(r)],
  (r) => ['getdel', key(r)],
  getexArgs,
  (r) => several(r, 'mget'),
  (r) => pairs(r, 'mset'),
  (r) => pairs(r, 'msetnx'),
  (r) => several(r, 'del'),
  (r) => ['object', 'encoding', key(r)],
  (r) => ['object', 'refcount', key(r)],
];

export const parts: readonly Maker[] = [
  (r) => ['append', key(r), value(r)],
  (r) => ['strlen', key(r)],
  (r) => [
    'setrange',
    key(r),
    r.chance(0.95)
      ? String(r.below(1200))
      : pick(r, ['-1', 'x', '536870912', '9223372036854775807']),
    value(r),
  ],
  (r) => ['getrange', key(r), index(r), index(r)],
  (r) => ['substr', key(r), index(r), index(r)],
  lcsArgs,
];

export const numbers: readonly Maker[] = [
  (r) => [pick(r, ['incr', 'decr']), key(r)],
  (r) => [pick(r, ['incrby', 'decrby']), key(r), integer(r)],
  (r) => ['incrbyfloat', key(r), float(r)],
  (r) => ['set', key(r), r.chance(0.5) ? integer(r) : float(r)],
];

function range(random: Random): Arg[] {
  const args: Arg[] = [];
  const count = random.below(4);
  if (count > 0) args.push(index(random));
  if (count > 1) args.push(index(random));
  if (count > 2) args.push(option(random, ['bit', 'byte']));
  return args;
}

function bitOffset(random: Random): string {
  if (random.chance(0.05))
    return pick(random, ['-1', 'a', '4294967296', '#1', '99999999999999999999', '']);
  return String(random.below(random.chance(0.9) ? 80 : 9000));
}

function fieldType(random: Random): string {
  if (random.chance(0.05))
    return pick(random, ['u64', 'i65', 'u0', 'x8', 'I8', 'u08', '8', 'u', '']);
  return random.chance(0.5) ? `i${1 + random.below(64)}` : `u${1 + random.below(63)}`;
}

function bitfieldArgs(random: Random): Arg[] {
  const args: Arg[] = [random.chance(0.85) ? 'bitfield' : 'bitfield_ro', key(random)];
  const count = random.below(4);
  for (let i = 0; i < count; i += 1) {
    const kind = option(random, ['get', 'get', 'set', 'incrby', 'overflow']);
    args.push(kind);
    if (kind.toLowerCase() === 'overflow') {
      args.push(option(random, ['wrap', 'sat', 'fail']));
      continue;
    }
    args.push(fieldType(random), random.chance(0.3) ? `#${random.below(20)}` : bitOffset(random));
    if (kind.toLowerCase() !== 'get') args.push(integer(random));
  }
  return args;
}

export const bits: readonly Maker[] = [
  (r) => ['setbit', key(r), bitOffset(r), pick(r, ['0', '1', '1', '2', 'x'])],
  (r) => ['getbit', key(r), bitOffset(r)],
  (r) => ['bitcount', key(r), ...range(r)],
  (r) => ['bitpos', key(r), pick(r, ['0', '1', '0', '1', '2', 'x']), ...range(r)],
  (r) => ['bitop', option(r, ['and', 'or', 'xor', 'not']), ...several(r, key(r))],
  bitfieldArgs,
  (r) => ['set', key(r), value(r)],
];

/** One of the makers, with wrong types and wrong argument counts now and then. */
export function from(makers: readonly Maker[]): (random: Random) => Command {
  return (random) => {
    const chance = random.fraction();
    if (chance < 0.02) return { args: makeContainer(random) };
    if (chance < 0.06) {
      return { args: ['ttl', key(random)], compare: within(SECONDS_TOLERANCE) };
    }
    const args = perturbed(random, pick(random, makers)(random));
    return { args: [anyCase(random, String(args[0])), ...args.slice(1)] };
  };
}
