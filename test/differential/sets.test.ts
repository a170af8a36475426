/** Set commands against a real server. */

import type { Random } from '../../src/engine/machine/random.ts';
import { childrenOf, sameShape, scanned, unordered } from './replies.ts';
import { type Command, differentialList, differentialTest, pick } from './runner.ts';
import {
  count,
  cursor,
  drawComparison,
  drawCount,
  integer,
  member,
  members,
  sameCount,
  scanOptions,
  surrounded,
} from './vocabulary.ts';

const KEYS = ['s1', 's2', 's3', '\x00s\xff', 'none'];

function someKeys(random: Random, key: string): string[] {
  const keys = Array.from({ length: 1 + random.below(3) }, () => pick(random, KEYS));
  keys[random.below(keys.length)] = key;
  return keys;
}

/** Sets of integers only as well as mixed ones. */
function newMembers(random: Random): string[] {
  if (random.chance(0.5)) return members(random, 5);
  return Array.from({ length: 1 + random.below(5) }, () => String(random.below(12)));
}

function setCommand(random: Random, key: string): Command | Command[] {
  switch (random.below(16)) {
    case 0:
    case 1:
    case 2:
      // `none` never comes to exist.
      return key === 'none'
        ? { args: ['SCARD', key] }
        : { args: ['SADD', key, ...newMembers(random)] };
    case 3:
      return { args: ['SREM', key, ...newMembers(random)] };
    case 4:
      return { args: ['SISMEMBER', key, member(random)] };
    case 5:
      return { args: ['SMISMEMBER', key, ...members(random, 3)] };
    case 6:
      return { args: ['SCARD', key] };
    case 7:
      return { args: ['SMEMBERS', key], compare: unordered };
    case 8:
      return pop(random, key);
    case 9:
      return draw(random, key);
    case 10:
      return { args: ['SMOVE', key, pick(random, KEYS.slice(0, 4)), member(random)] };
    case 11:
    case 12: {
      const name = pick(random, ['SINTER', 'SUNION', 'SDIFF']);
      return { args: [name, ...someKeys(random, key)], compare: unordered };
    }
    case 13: {
      const name = pick(random, ['SINTERSTORE', 'SUNIONSTORE', 'SDIFFSTORE']);
      return { args: [name, pick(random, KEYS.slice(0, 4)), ...someKeys(random, key)] };
    }
    case 14:
      return cardinality(random, key);
    default:
      return { args: ['SSCAN', key, cursor(random), ...scanOptions(random)], compare: scanned(1) };
  }
}

/**
 * Which members go is chance, so the key goes with them, in one transaction: whenever the data is
 * compared, it is equal.
 */
function pop(random: Random, key: string): Command[] {
  const one = random.chance(0.5);
  const compare = one ? sameShape : sameCount;
  return [
    { args: ['MULTI'] },
    { args: one ? ['SPOP', key] : ['SPOP', key, count(random)] },
    { args: ['DEL', key === 'wrong' ? 'none' : key] },
    {
      args: ['EXEC'],
      compare: (ours, real) => compare(childrenOf(ours)[0]!, childrenOf(real)[0]!),
    },
  ];
}

function draw(random: Random, key: string): Command {
  if (random.chance(0.3)) return { args: ['SRANDMEMBER', key], compare: sameShape };
  const wanted = drawCount(random);
  return { args: ['SRANDMEMBER', key, wanted], compare: drawComparison(wanted) };
}

function cardinality(random: Random, key: string): Command {
  const keys = someKeys(random, key);
  const announced = random.chance(0.93) ? String(keys.length) : integer(random);
  const options = random.chance(0.5)
    ? []
    : [pick(random, ['LIMIT', 'limit', 'x']), integer(random)];
  return { args: ['SINTERCARD', announced, ...keys, ...options] };
}

differentialTest(
  'sets',
  300,
  surrounded({ keys: KEYS, wrongKey: 'wrong', wrongType: ['SET', 'wrong', 'v'] }, setCommand),
);

differentialList('set limits', [
  { args: ['SADD', 's', ...Array.from({ length: 3000 }, (_, i) => `m${i}`)] },
  { args: ['SPOP', 's', '2500'], compare: sameCount },
  { args: ['SCARD', 's'] },
  { args: ['SPOP', 's', '9223372036854775807'], compare: sameCount },
  { args: ['EXISTS', 's'] },
  { args: ['SADD', 's', '1', '2', '3'] },
  { args: ['SPOP', 's', '-1'] },
  { args: ['SPOP', 's', '0'] },
  { args: ['SPOP', 's', '1', '2'] },
  { args: ['SRANDMEMBER', 's', '1', '2'] },
  { args: ['SRANDMEMBER', 's', '-9223372036854775808'] },
  { args: ['SRANDMEMBER', 'none', '5'] },
  { args: ['SET', 'string', 'v'] },
  { args: ['SINTERSTORE', 'string', 's', 'none'] },
  { args: ['EXISTS', 'string'] },
  { args: ['SINTERCARD', '5', 's'] },
  { args: ['SINTERCARD', '0', 's'] },
]);
