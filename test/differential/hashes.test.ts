/** Hash commands against a real server. */

import type { Random } from '../../src/engine/machine/random.ts';
import { sameShape, scanned, unordered, unorderedPairs } from './replies.ts';
import { type Command, differentialList, differentialTest, pick } from './runner.ts';
import {
  cursor,
  drawComparison,
  drawCount,
  drawnPairs,
  integer,
  member,
  members,
  scanOptions,
  surrounded,
} from './vocabulary.ts';

const FLOATS: readonly string[] = [
  ...['0.1', '0.2', '-0.3', '1e3', '3.0e-5', '1e-20', '.5', '5.', '-0', '0x10', '0x1p-3', '1e17'],
  ...[
    'inf',
    '-Infinity',
    'nan',
    '1e4933',
    '1e-5000',
    'abc',
    '',
    ' 1',
    '1 ',
    '1.5.5',
    '12345678.125',
  ],
];

function value(random: Random): string {
  return random.chance(0.4)
    ? pick(random, FLOATS)
    : random.chance(0.5)
      ? integer(random)
      : member(random);
}

function pairs(random: Random): string[] {
  return members(random, 3).flatMap((field) => [field, value(random)]);
}

function hashCommand(random: Random, key: string): Command {
  const field = member(random);
  switch (random.below(20)) {
    case 0:
    case 1:
    case 2:
    case 3:
      return { args: [random.chance(0.8) ? 'HSET' : 'HMSET', key, ...pairs(random)] };
    case 4:
      return { args: ['HSETNX', key, field, value(random)] };
    case 5:
    case 6:
      return { args: ['HGET', key, field] };
    case 7:
      return { args: ['HMGET', key, ...members(random, 4)] };
    case 8:
      return { args: ['HGETALL', key], compare: unorderedPairs };
    case 9:
    case 10:
      return { args: ['HDEL', key, ...members(random, 4)] };
    case 11:
      return { args: [pick(random, ['HSTRLEN', 'HEXISTS']), key, field] };
    case 12:
      return { args: ['HLEN', key] };
    case 13:
      return { args: [pick(random, ['HKEYS', 'HVALS']), key], compare: unordered };
    case 14:
    case 15:
      return { args: ['HINCRBY', key, field, integer(random)] };
    case 16:
    case 17:
      return { args: ['HINCRBYFLOAT', key, field, pick(random, FLOATS)] };
    case 18:
      return draw(random, key);
    default:
      return {
        args: ['HSCAN', key, cursor(random), ...scanOptions(random)],
        compare: scanned(2),
      };
  }
}

function draw(random: Random, key: string): Command {
  if (random.chance(0.2)) return { args: ['HRANDFIELD', key], compare: sameShape };
  const wanted = drawCount(random);
  if (random.chance(0.5))
    return { args: ['HRANDFIELD', key, wanted], compare: drawComparison(wanted) };
  const option = random.chance(0.9) ? 'withvalues' : 'withscores';
  return {
    args: ['HRANDFIELD', key, wanted, option],
    compare: drawnPairs(wanted),
  };
}

differentialTest(
  'hashes',
  100,
  surrounded(
    { keys: ['h1', 'h2', '\x00h\xff'], wrongKey: 'list', wrongType: ['RPUSH', 'list', 'a'] },
    hashCommand,
  ),
);

differentialList('hash limits', [
  { args: ['HSET', 'h', 'max', '9223372036854775807', 'min', '-9223372036854775808', 'f', 'inf'] },
  { args: ['HINCRBY', 'h', 'max', '1'] },
  { args: ['HINCRBY', 'h', 'min', '-1'] },
  { args: ['HINCRBY', 'h', 'max', '-9223372036854775808'] },
  { args: ['HINCRBY', 'h', 'max', '9007199254740993'] },
  { args: ['HINCRBYFLOAT', 'h', 'f', '1'] },
  { args: ['HINCRBYFLOAT', 'none', 'f', 'inf'] },
  { args: ['EXISTS', 'none'] },
  { args: ['HINCRBYFLOAT', 'h', 'g', '1e400'] },
  { args: ['HRANDFIELD', 'h', '-9223372036854775808'] },
  { args: ['HRANDFIELD', 'h', '4611686018427387904', 'WITHVALUES'] },
  { args: ['HRANDFIELD', 'none', '-5', 'WITHVALUES'] },
  { args: ['HRANDFIELD', 'none'] },
  { args: ['HSCAN', 'none', '0', 'COUNT', 'x'] },
  { args: ['HSCAN', 'none', 'x'] },
  { args: ['HDEL', 'h', 'max', 'min', 'f', 'g', 'max'] },
  { args: ['EXISTS', 'h'] },
]);
