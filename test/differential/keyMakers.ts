/** Random commands on keys of every type, on expiry and on whole databases. */

import type { Random } from '../../src/engine/machine/random.ts';
import { badTime, key, makeContainer, option, perturbed, value } from './pools.ts';
import type { Arg } from './realServer.ts';
import { type Comparison, exact, sameShape, scanned, unordered, within } from './replies.ts';
import { anyCase, type Command, pick } from './runner.ts';

const SECONDS_TOLERANCE = 30;

type KeyMaker = (random: Random) => Command;

function plain(make: (random: Random) => Arg[], compare: Comparison = exact): KeyMaker {
  return (random) => {
    const args = perturbed(random, make(random));
    return { args: [anyCase(random, String(args[0])), ...args.slice(1)], compare };
  };
}

/** Databases 0 and 1 mostly, so that keys meet; some that are none. */
function database(random: Random): string {
  if (random.chance(0.05)) {
    return pick(random, ['16', '-1', 'a', '', '99999999999', '9223372036854775808', '01']);
  }
  return String(random.below(3));
}

function several(random: Random, name: string): Arg[] {
  return [name, ...Array.from({ length: 1 + random.below(3) }, () => key(random))];
}

function copyArgs(random: Random): Arg[] {
  const args: Arg[] = ['copy', key(random), key(random)];
  const count = random.below(3);
  for (let i = 0; i < count; i += 1) {
    const word = option(random, ['db', 'replace']);
    args.push(word);
    if (word.toLowerCase() === 'db' && random.chance(0.97)) args.push(database(random));
  }
  return args;
}

const PATTERN_PARTS = [
  '*',
  '?',
  '[a-c]',
  '[^a]',
  'a',
  'b',
  'key:',
  '1',
  'h',
  '\\[',
  '[',
  ']',
  '\\',
  '-',
  'll',
  '[]',
  '^',
  '\xff',
  '\x00',
  'set',
  'k',
];

function pattern(random: Random): string {
  if (random.chance(0.2)) return '*';
  const count = random.below(6);
  return Array.from({ length: count }, () => pick(random, PATTERN_PARTS)).join('');
}

/** All of it at once: what is returned by how many calls is nobody's promise. */
function scanArgs(random: Random): Arg[] {
  const args: Arg[] = [
    'scan',
    random.chance(0.97) ? '0' : pick(random, ['a', ' 0', '0x0', '+0', '', '18446744073709551616']),
  ];
  args.push('count', random.chance(0.97) ? '10000' : pick(random, ['0', '-1', 'x']));
  const count = random.below(3);
  for (let i = 0; i < count; i += 1) {
    const word = option(random, ['match', 'type']);
    args.push(word);
    if (random.chance(0.98)) {
      args.push(
        word.toLowerCase() === 'type'
          ? option(random, ['string', 'list', 'hash', 'set', 'zset', 'stream'])
          : pattern(random),
      );
    }
  }
  return args;
}

/**
 * Seconds, far in the future and 10 s apart: which of two times is later (GT, LT) must not depend on
 * the moment each server read the command.
 */
function span(random: Random): number {
  return 10_000 + random.below(1_000_000) * 10;
}

/** A time that leaves the key alive for the whole test, or one that ends it; never one in between. */
function expireArgs(random: Random): Arg[] {
  const name = pick(random, ['expire', 'pexpire', 'expireat', 'pexpireat']);
  const factor = name.startsWith('p') ? 1000 : 1;
  const seconds = name.endsWith('at')
    ? pick(random, [-1, 0, 1, 4_102_444_800, 4_102_444_900])
    : pick(random, [-1, 0, span(random), span(random), span(random)]);
  const time = random.chance(0.08) ? badTime(random) : String(seconds * factor);
  const args: Arg[] = [name, key(random), time];
  const count = random.chance(0.5) ? 0 : random.below(3);
  for (let i = 0; i < count; i += 1) args.push(option(random, ['nx', 'xx', 'gt', 'lt']));
  return args;
}

/** Apart from expiring keys: those it draws and deletes differ, and with them DBSIZE. */
export const drawing: readonly KeyMaker[] = [plain(() => ['randomkey'], sameShape)];

export const small: readonly KeyMaker[] = [
  plain((r) => several(r, 'del')),
  plain((r) => several(r, 'unlink')),
  plain((r) => several(r, 'exists')),
  plain((r) => several(r, 'touch')),
  plain((r) => ['type', key(r)]),
  plain((r) => ['rename', key(r), key(r)]),
  plain((r) => ['renamenx', key(r), key(r)]),
  plain(copyArgs),
  plain(copyArgs),
  plain((r) => ['move', key(r), database(r)]),
  plain((r) => ['set', key(r), value(r)]),
  plain((r) => ['set', key(r), value(r)]),
  plain(makeContainer),
  plain(makeContainer),
  plain((r) => ['object', option(r, ['encoding', 'hello', 'freq']), key(r)]),
];

export const large: readonly KeyMaker[] = [
  plain((r) => ['keys', pattern(r)], unordered),
  plain(scanArgs, scanned(1)),
  plain(() => ['dbsize']),
  plain((r) => ['select', String(r.below(3))]),
];

export const expiry: readonly KeyMaker[] = [
  plain(expireArgs),
  plain(expireArgs),
  plain((r) => ['persist', key(r)]),
  plain((r) => [pick(r, ['ttl', 'expiretime']), key(r)], within(SECONDS_TOLERANCE)),
  plain((r) => [pick(r, ['pttl', 'pexpiretime']), key(r)], within(SECONDS_TOLERANCE * 1000)),
  plain((r) => ['set', key(r), value(r), 'ex', String(span(r))]),
  plain((r) => ['set', key(r), value(r), 'exat', '1']),
  plain((r) => ['set', key(r), value(r), 'keepttl']),
];

export const destructive: readonly KeyMaker[] = [
  plain((r) => ['swapdb', database(r), database(r)]),
  plain((r) => (r.chance(0.3) ? ['flushdb', option(r, ['sync', 'async'])] : ['flushdb'])),
  plain((r) => (r.chance(0.7) ? ['flushall', option(r, ['sync', 'async'])] : ['flushall'])),
];

/** One of the families by its share, one of its makers by lot. */
export function mixed(...families: readonly (readonly [number, readonly KeyMaker[]])[]): KeyMaker {
  return (random) => {
    let chance = random.fraction();
    for (const [share, makers] of families) {
      if (chance < share) return pick(random, makers)(random);
      chance -= share;
    }
    return pick(random, families[0]![1])(random);
  };
}
