/** Sorted-set commands against a real server. */

import type { Random } from '../../src/engine/machine/random.ts';
import { sameShape, scanned } from './replies.ts';
import { type Command, differentialList, differentialTest, pick } from './runner.ts';
import {
  count,
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

const SCORED = ['z1', 'z2', '\x00z\xff'];
/** All their scores are 0: ranges by member mean something there only. */
const LEXICAL = ['lex1', 'lex2'];
const KEYS = [...SCORED, ...LEXICAL];

/** Neither -0 nor 1e17: how they print depends on what encoding a sorted set once had. */
const SCORES: readonly string[] = [
  ...['0', '1', '-1', '2.5', '0.1', '0.2', '0.3', '1e3', '3.0e-10', '+5', '.5', '0x10'],
  ...['inf', '-inf', '+Infinity', '9007199254740993', '123456.789', '1.7976931348623157e308'],
];
/** Of a stored result; they make no minus zero either. */
const WEIGHTS: readonly string[] = ['1', '2', '0.5', '0.1', '3', 'inf', '1e300', 'x'];
const NO_SCORES: readonly string[] = ['nan', 'abc', '', ' 1', '1 ', '1e400', '1e-400', '1,5'];

function score(random: Random): string {
  if (random.chance(0.5)) return String(random.below(8) - 2);
  return random.chance(0.95) ? pick(random, SCORES) : pick(random, NO_SCORES);
}

function scoreBound(random: Random): string {
  const bound = random.chance(0.6) ? String(random.below(8) - 3) : score(random);
  if (random.chance(0.3)) return `(${bound}`;
  return random.chance(0.1) ? pick(random, ['-inf', '+inf', '(', 'x', '1e999']) : bound;
}

function lexBound(random: Random): string {
  if (random.chance(0.2)) return pick(random, ['-', '+', '-', '+', '+x', 'a', '']);
  return `${pick(random, ['[', '('])}${member(random)}`;
}

function sortedSetCommand(random: Random, key: string): Command {
  switch (random.below(22)) {
    case 0:
    case 1:
    case 2:
    case 3:
    case 4:
      return add(random, key);
    case 5:
      return increment(random, key);
    case 6:
      return { args: ['ZREM', key, ...members(random, 3)] };
    case 7:
      return { args: ['ZCARD', key] };
    case 8:
      return { args: ['ZSCORE', key, member(random)] };
    case 9:
      return { args: ['ZMSCORE', key, ...members(random, 3)] };
    case 10:
      return { args: [pick(random, ['ZRANK', 'ZREVRANK']), key, member(random)] };
    case 11:
      return counted(random, key);
    case 12:
    case 13:
    case 14:
      return range(random, key);
    case 15:
      return rangeByName(random, key);
    case 16:
      return removal(random, key);
    case 17:
      return pop(random, key);
    case 18:
      return draw(random, key);
    case 19:
      return { args: ['ZSCAN', key, cursor(random), ...scanOptions(random)], compare: scanned(2) };
    case 20:
      return algebra(random, key);
    default:
      return stored(random, key);
  }
}

function add(random: Random, key: string): Command {
  const lexical = LEXICAL.includes(key);
  const options: string[] = [];
  while (random.chance(0.25)) options.push(pick(random, ['NX', 'xx', 'GT', 'lt', 'CH', 'incr']));
  // A score other than 0 would end a lexical key's usefulness, and so would INCR.
  if (lexical) options.length = 0;
  const entries = members(random, 3).flatMap((name) => [lexical ? '0' : score(random), name]);
  return { args: ['ZADD', key, ...options, ...entries] };
}

function increment(random: Random, key: string): Command {
  return { args: ['ZINCRBY', key, LEXICAL.includes(key) ? '0' : score(random), member(random)] };
}

function counted(random: Random, key: string): Command {
  return LEXICAL.includes(key)
    ? { args: ['ZLEXCOUNT', key, lexBound(random), lexBound(random)] }
    : { args: ['ZCOUNT', key, scoreBound(random), scoreBound(random)] };
}

function limit(random: Random): string[] {
  return random.chance(0.4)
    ? [pick(random, ['LIMIT', 'limit']), integer(random), integer(random)]
    : [];
}

/** Two ends and the options that say what they are, as ZRANGE and ZRANGESTORE take them. */
function rangeArguments(random: Random, key: string): string[] {
  const options = [...limit(random)];
  if (random.chance(0.4)) options.unshift('REV');
  if (random.chance(0.03)) options.push(pick(random, ['REV', 'BYSCORE', 'x', 'LIMIT']));
  if (LEXICAL.includes(key) && random.chance(0.7)) {
    return [lexBound(random), lexBound(random), 'BYLEX', ...options];
  }
  if (random.chance(0.5)) return [scoreBound(random), scoreBound(random), 'byscore', ...options];
  if (random.chance(0.8))
    return [integer(random), integer(random), ...options.filter((o) => o === 'REV')];
  return [integer(random), integer(random), ...options];
}

function range(random: Random, key: string): Command {
  const scores = random.chance(0.5) ? ['WITHSCORES'] : [];
  return { args: ['ZRANGE', key, ...rangeArguments(random, key), ...scores] };
}

function rangeByName(random: Random, key: string): Command {
  const scores = random.chance(0.4) ? ['withscores'] : [];
  if (random.chance(0.3)) {
    return { args: ['ZREVRANGE', key, integer(random), integer(random), ...scores] };
  }
  const lexical = LEXICAL.includes(key);
  const kind = lexical ? 'BYLEX' : 'BYSCORE';
  const name = `${pick(random, ['ZRANGE', 'ZREVRANGE'])}${kind}`;
  const bound = lexical ? lexBound : scoreBound;
  if (lexical && random.chance(0.9)) scores.length = 0;
  return { args: [name, key, bound(random), bound(random), ...limit(random), ...scores] };
}

function removal(random: Random, key: string): Command {
  if (random.chance(0.4))
    return { args: ['ZREMRANGEBYRANK', key, integer(random), integer(random)] };
  return LEXICAL.includes(key)
    ? { args: ['ZREMRANGEBYLEX', key, lexBound(random), lexBound(random)] }
    : { args: ['ZREMRANGEBYSCORE', key, scoreBound(random), scoreBound(random)] };
}

function pop(random: Random, key: string): Command {
  if (random.chance(0.6)) {
    const name = pick(random, ['ZPOPMIN', 'ZPOPMAX']);
    return { args: random.chance(0.5) ? [name, key] : [name, key, count(random)] };
  }
  const end = random.chance(0.95) ? pick(random, ['MIN', 'max']) : 'mid';
  const options = random.chance(0.5) ? [] : ['COUNT', count(random)];
  if (random.chance(0.03)) options.push('COUNT', '1');
  const announced = random.chance(0.95) ? '2' : integer(random);
  return { args: ['ZMPOP', announced, 'none', key, end, ...options] };
}

function draw(random: Random, key: string): Command {
  if (random.chance(0.2)) return { args: ['ZRANDMEMBER', key], compare: sameShape };
  const wanted = drawCount(random);
  if (random.chance(0.4))
    return { args: ['ZRANDMEMBER', key, wanted], compare: drawComparison(wanted) };
  return {
    args: ['ZRANDMEMBER', key, wanted, random.chance(0.9) ? 'withscores' : 'withvalues'],
    compare: drawnPairs(wanted),
  };
}

function sources(random: Random, key: string): string[] {
  const keys = Array.from({ length: 1 + random.below(3) }, () =>
    pick(random, [...KEYS, 'plain', 'none']),
  );
  keys[random.below(keys.length)] = key;
  const announced = random.chance(0.95) ? String(keys.length) : integer(random);
  return [announced, ...keys];
}

function aggregateOptions(
  random: Random,
  keys: number,
  weight: (random: Random) => string,
): string[] {
  const options: string[] = [];
  if (random.chance(0.4)) {
    options.push('WEIGHTS', ...Array.from({ length: keys }, () => weight(random)));
  }
  if (random.chance(0.4)) options.push('aggregate', pick(random, ['SUM', 'min', 'MAX', 'avg']));
  return options;
}

function algebra(random: Random, key: string): Command {
  const name = pick(random, ['ZUNION', 'ZINTER', 'ZDIFF', 'ZINTERCARD']);
  const from = sources(random, key);
  if (name === 'ZINTERCARD') {
    return { args: [name, ...from, ...(random.chance(0.5) ? ['LIMIT', integer(random)] : [])] };
  }
  const options = name === 'ZDIFF' ? [] : aggregateOptions(random, from.length - 1, score);
  if (random.chance(0.6)) options.push('WITHSCORES');
  return { args: [name, ...from, ...options] };
}

function storedWeight(random: Random): string {
  return pick(random, WEIGHTS);
}

function stored(random: Random, key: string): Command {
  const target = pick(random, SCORED);
  if (random.chance(0.4))
    return { args: ['ZRANGESTORE', target, key, ...rangeArguments(random, key)] };
  const name = pick(random, ['ZUNIONSTORE', 'ZINTERSTORE', 'ZDIFFSTORE']);
  const from = sources(random, key);
  const options =
    name === 'ZDIFFSTORE' ? [] : aggregateOptions(random, from.length - 1, storedWeight);
  return { args: [name, target, ...from, ...options] };
}

differentialTest(
  'sorted sets',
  400,
  surrounded(
    { keys: KEYS, wrongKey: 'plain', wrongType: ['SADD', 'plain', 'a', 'b', '1', 'x'] },
    sortedSetCommand,
  ),
);

const MANY = Array.from({ length: 500 }, (_, i) => [String((i * 37) % 101), `m${i}`]).flat();

differentialList('larger sorted sets', [
  { args: ['ZADD', 'z', ...MANY] },
  { args: ['ZRANGE', 'z', '0', '-1', 'WITHSCORES'] },
  { args: ['ZRANGE', 'z', '(30', '60', 'BYSCORE', 'LIMIT', '5', '100', 'WITHSCORES'] },
  { args: ['ZRANGE', 'z', '60', '(30', 'BYSCORE', 'REV', 'LIMIT', '5', '100', 'WITHSCORES'] },
  { args: ['ZRANGE', 'z', '-9223372036854775808', '9223372036854775807', 'REV'] },
  { args: ['ZREMRANGEBYSCORE', 'z', '20', '(40'] },
  { args: ['ZREMRANGEBYRANK', 'z', '-50', '-1'] },
  { args: ['ZRANK', 'z', 'm100'] },
  { args: ['ZREVRANK', 'z', 'm100'] },
  { args: ['ZPOPMAX', 'z', '100'] },
  { args: ['ZUNIONSTORE', 'y', '2', 'z', 'z', 'WEIGHTS', '0.1', '0.2'] },
  { args: ['ZRANGE', 'y', '0', '-1', 'WITHSCORES'] },
  { args: ['ZPOPMIN', 'z', '9223372036854775807'] },
  { args: ['EXISTS', 'z'] },
  { args: ['ZCOUNT', 'y', '5\x00abc', '( 9'] },
  { args: ['ZINCRBY', 'y', 'nx', 'm1'] },
  { args: ['SET', 'string', 'v'] },
  { args: ['ZRANGESTORE', 'string', 'none', '0', '-1'] },
  { args: ['EXISTS', 'string'] },
  { args: ['ZUNION', '1', 'string', 'nonsense'] },
  { args: ['ZADD', 'few', '-0', 'a', '1e17', 'b', '1e18', 'c', '4.5e18', 'd', '5e18', 'e'] },
  { args: ['ZRANGE', 'few', '0', '-1', 'WITHSCORES'] },
  { args: ['ZSCAN', 'few', '0'], compare: scanned(2) },
  { args: ['ZUNION', '1', 'few', 'WEIGHTS', '-1', 'WITHSCORES'] },
  { args: ['ZUNIONSTORE', 'fewer', '1', 'few', 'WEIGHTS', '-1'] },
  { args: ['ZRANGE', 'fewer', '0', '-1', 'WITHSCORES'] },
]);

// Members in the order of different scores: what BYLEX finds then is defined by no document, but used.
const RISING = Array.from({ length: 26 }, (_, i) => [
  String(i),
  String.fromCharCode(97 + i),
]).flat();
const LEX_RANGES = ['[b [d', '(b (d', '- [c', '[y +', '(z +', '- (a', '[c [b', '[aa [cc', '- +'];

differentialList('ranges of members with rising scores', [
  { args: ['ZADD', 'z', ...RISING] },
  ...LEX_RANGES.flatMap((range): Command[] => {
    const [min, max] = range.split(' ') as [string, string];
    return [
      { args: ['ZRANGE', 'z', min, max, 'BYLEX'] },
      { args: ['ZRANGE', 'z', max, min, 'BYLEX', 'REV'] },
      { args: ['ZRANGEBYLEX', 'z', min, max, 'LIMIT', '1', '2'] },
      { args: ['ZLEXCOUNT', 'z', min, max] },
      { args: ['ZRANGESTORE', 'dst', 'z', min, max, 'BYLEX'] },
    ];
  }),
  { args: ['ZREMRANGEBYLEX', 'z', '[c', '(f'] },
  { args: ['ZRANGE', 'z', '0', '-1'] },
]);
