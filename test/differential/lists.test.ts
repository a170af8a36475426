/** List commands against a real server. */

import type { Random } from '../../src/engine/machine/random.ts';
import { type Command, differentialList, differentialTest, pick } from './runner.ts';
import { count, integer, member, members, surrounded } from './vocabulary.ts';

const KEYS = ['l1', 'l2', '\x00l\xff'];
const ENDS = ['LEFT', 'RIGHT', 'left', 'right'];

function end(random: Random): string {
  return random.chance(0.97) ? pick(random, ENDS) : member(random);
}

function listCommand(random: Random, key: string): Command {
  switch (random.below(17)) {
    case 0:
    case 1:
    case 2:
    case 3:
      return { args: [pick(random, ['LPUSH', 'RPUSH']), key, ...members(random, 5)] };
    case 4:
      return { args: [pick(random, ['LPUSHX', 'RPUSHX']), key, ...members(random, 2)] };
    case 5: {
      const name = pick(random, ['LPOP', 'RPOP']);
      return { args: random.chance(0.5) ? [name, key] : [name, key, count(random)] };
    }
    case 6:
      return { args: ['LLEN', key] };
    case 7:
      return { args: ['LINDEX', key, integer(random)] };
    case 8:
      return { args: ['LSET', key, integer(random), member(random)] };
    case 9:
      return { args: ['LRANGE', key, integer(random), integer(random)] };
    case 10:
      return { args: ['LRANGE', key, '0', '-1'] };
    case 11:
      return random.chance(0.3)
        ? { args: ['LTRIM', key, integer(random), integer(random)] }
        : { args: ['LTRIM', key, '0', '40'] };
    case 12:
      return { args: ['LREM', key, integer(random), member(random)] };
    case 13: {
      const where = random.chance(0.95) ? pick(random, ['BEFORE', 'after']) : 'under';
      return { args: ['LINSERT', key, where, member(random), member(random)] };
    }
    case 14:
      return { args: ['LPOS', key, member(random), ...positionOptions(random)] };
    case 15: {
      const other = pick(random, KEYS);
      return random.chance(0.5)
        ? { args: ['LMOVE', key, other, end(random), end(random)] }
        : { args: ['RPOPLPUSH', key, other] };
    }
    default:
      return manyPop(random, key);
  }
}

function positionOptions(random: Random): string[] {
  const options: string[] = [];
  while (random.chance(0.5)) {
    options.push(pick(random, ['RANK', 'count', 'MAXLEN', 'maxlen']), integer(random));
  }
  if (random.chance(0.03)) options.push(pick(random, ['RANK', 'x']));
  return options;
}

function manyPop(random: Random, key: string): Command {
  const keys = Array.from({ length: 1 + random.below(3) }, () => pick(random, KEYS));
  keys[random.below(keys.length)] = key;
  const announced = random.chance(0.95) ? String(keys.length) : integer(random);
  const options = random.chance(0.5) ? [] : [pick(random, ['COUNT', 'count']), count(random)];
  if (random.chance(0.03)) options.push('COUNT', '1');
  return { args: ['LMPOP', announced, ...keys, end(random), ...options] };
}

differentialTest(
  'lists',
  200,
  surrounded({ keys: KEYS, wrongKey: 'hash', wrongType: ['HSET', 'hash', 'f', 'v'] }, listCommand),
);

const THOUSAND = Array.from({ length: 1000 }, (_, i) => String(i % 7));

differentialList('long lists', [
  { args: ['RPUSH', 'l', ...THOUSAND] },
  { args: ['LPOS', 'l', '3', 'COUNT', '0'] },
  { args: ['LPOS', 'l', '3', 'RANK', '-2', 'COUNT', '5', 'MAXLEN', '300'] },
  { args: ['LPOS', 'l', '3', 'RANK', '100'] },
  { args: ['LREM', 'l', '-50', '3'] },
  { args: ['LREM', 'l', '60', '4'] },
  { args: ['LINSERT', 'l', 'AFTER', '6', 'x'] },
  { args: ['LSET', 'l', '-400', 'y'] },
  { args: ['LTRIM', 'l', '100', '-100'] },
  { args: ['LRANGE', 'l', '0', '-1'] },
  { args: ['LREM', 'l', '0', '1'] },
  { args: ['LRANGE', 'l', '-9223372036854775808', '9223372036854775807'] },
  { args: ['LPOP', 'l', '9223372036854775807'] },
  { args: ['EXISTS', 'l'] },
  { args: ['LPOP', 'l', '0'] },
  { args: ['RPUSH', 'one', 'a'] },
  { args: ['LMOVE', 'one', 'one', 'LEFT', 'RIGHT'] },
  { args: ['LRANGE', 'one', '0', '-1'] },
  { args: ['LREM', 'one', '-9223372036854775808', 'a'] },
  { args: ['LMPOP', '9223372036854775807', 'one', 'LEFT'] },
  { args: ['LMPOP', '2', 'none', 'one', 'LEFT', 'COUNT'] },
]);
