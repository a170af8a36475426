/** SORT and SORT_RO against a real server. */

import type { Random } from '../../src/engine/machine/random.ts';
import { exact, unordered } from './replies.ts';
import { type Command, differentialTest, pick } from './runner.ts';

const SOURCES = ['list', 'set', 'zset', 'list2', 'none', 'string'];
const NUMBERS = ['0', '1', '2', '-3', '10', '1.5', '007', '1e2', '-0', '12345678901234567890'];
const WORDS = ['a', 'b', 'ab', 'B', '', 'z\xff', 'word'];
// No 1e999: after one, the real server finds fault with good numbers, too (a stale errno).
const BAD_NUMBERS = ['abc', '1 ', 'nan'];
const GOOD_NUMBERS = [' 4', '0x10', 'inf', '-Infinity', '.5'];
const PATTERNS = ['w_*', 'h_*->f', 'h_*->g', '#', 'nosort', '*', 'w_*->', '->', 'h_*->', '*->f'];

function element(random: Random): string {
  if (random.chance(0.6)) return pick(random, NUMBERS);
  if (random.chance(0.2)) return pick(random, GOOD_NUMBERS);
  return random.chance(0.05) ? pick(random, BAD_NUMBERS) : pick(random, NUMBERS);
}

function fill(random: Random): Command {
  const alpha = random.chance(0.3);
  const one = () => (alpha ? pick(random, WORDS) : element(random));
  const key = pick(random, SOURCES);
  switch (key) {
    case 'set':
      return { args: ['SADD', key, one(), one()] };
    case 'zset':
      return { args: ['ZADD', key, pick(random, NUMBERS), one(), '5', one()] };
    case 'string':
      return { args: ['SET', key, one()] };
    case 'none':
      return { args: ['DEL', pick(random, SOURCES)] };
    default:
      return { args: ['RPUSH', key, one(), one(), one()] };
  }
}

function weigh(random: Random): Command {
  const of = random.chance(0.8) ? pick(random, NUMBERS) : pick(random, WORDS);
  const weight = random.chance(0.9) ? pick(random, NUMBERS) : pick(random, WORDS);
  if (random.chance(0.1)) return { args: ['DEL', `w_${of}`, `h_${of}`] };
  return random.chance(0.5)
    ? { args: ['SET', `w_${of}`, weight] }
    : { args: ['HSET', `h_${of}`, pick(random, ['f', 'g']), weight] };
}

function sorting(random: Random): Command {
  const args = [random.chance(0.8) ? 'SORT' : 'sort_ro', pick(random, SOURCES)];
  const source = args[1];
  let by = false;
  let alpha = false;
  let pieces = false;
  const options: (() => void)[] = [
    () => args.push('DESC'),
    () => args.push('asc'),
    () => {
      args.push('ALPHA');
      alpha = true;
    },
    () => {
      args.push('LIMIT', pick(random, ['0', '1', '2', '-1', '100', 'x']), limit(random));
      pieces = true;
    },
    () => {
      args.push('BY', pick(random, PATTERNS));
      by = true;
    },
    () => args.push('GET', pick(random, PATTERNS)),
    () => args.push('get', pick(random, PATTERNS)),
    () => args.push('STORE', pick(random, ['dst', 'list2'])),
  ];
  for (const option of options) if (random.chance(0.25)) option();
  if (random.chance(0.03)) args.push(pick(random, ['BY', 'GET', 'LIMIT', 'STORE', 'more']));
  // Equal words and a set's own order are in no order; a part of them is then any part.
  const open = by && (alpha || source === 'set');
  if (open && (pieces || args.includes('STORE'))) return { args: ['SORT', 'none'] };
  return { args, compare: open ? unordered : exact };
}

function limit(random: Random): string {
  return pick(random, ['0', '1', '3', '-1', '100', '9223372036854775807', 'y']);
}

differentialTest('SORT', 41, (random) => {
  const what = random.below(10);
  if (what < 2) return fill(random);
  if (what < 4) return weigh(random);
  if (what < 5) return { args: ['LRANGE', pick(random, ['dst', 'list2']), '0', '-1'] };
  if (random.chance(0.02)) return { args: ['DEL', ...SOURCES] };
  return sorting(random);
});
