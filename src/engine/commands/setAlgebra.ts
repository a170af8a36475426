/**
 * Intersections, unions and differences of sets.
 *
 * All keys are read and their types checked before anything is computed. A missing key is an empty set.
 * Results are new sets, because the destination may be one of the sources.
 */

import { SetValue } from '../data/types/set.ts';
import type { DataCall } from '../execution/dataCall.ts';
import type { CommandSpec } from '../process/commandTable.ts';
import { countedKeys, keyAt, keysFrom } from '../process/keySpecs.ts';
import { replyErrors } from '../process/replyErrors.ts';
import { storeResult } from './containers.ts';
import { cardinalityLimit, countAtLeast } from './countArguments.ts';
import { family } from './family.ts';

const entry = family('set');

export const setAlgebraCommands: readonly CommandSpec<DataCall>[] = [
  entry('sinter', '1.0.0', -2, ['readonly'], [keysFrom('RO access')], sinter, {
    tips: ['nondeterministic_output_order'],
  }),
  entry(
    'sinterstore',
    '1.0.0',
    -3,
    ['write', 'denyoom'],
    [keyAt('RW update'), keysFrom('RO access', 2)],
    sinterstore,
  ),
  entry('sunion', '1.0.0', -2, ['readonly'], [keysFrom('RO access')], sunion, {
    tips: ['nondeterministic_output_order'],
  }),
  entry(
    'sunionstore',
    '1.0.0',
    -3,
    ['write', 'denyoom'],
    [keyAt('OW update'), keysFrom('RO access', 2)],
    sunionstore,
  ),
  entry('sdiff', '1.0.0', -2, ['readonly'], [keysFrom('RO access')], sdiff, {
    tips: ['nondeterministic_output_order'],
  }),
  entry(
    'sdiffstore',
    '1.0.0',
    -3,
    ['write', 'denyoom'],
    [keyAt('OW update'), keysFrom('RO access', 2)],
    sdiffstore,
  ),
  entry('sintercard', '7.0.0', -3, ['readonly'], [countedKeys('RO access', 1)], sintercard),
];

const NO_SET = new SetValue();

type Operation = (sets: readonly SetValue[], visit: (member: string) => void) => void;

function sinter(call: DataCall): void {
  replyResult(call, intersection);
}

function sunion(call: DataCall): void {
  replyResult(call, union);
}

function sdiff(call: DataCall): void {
  replyResult(call, difference);
}

function sinterstore(call: DataCall): void {
  storeSets(call, intersection, 'sinterstore');
}

function sunionstore(call: DataCall): void {
  storeSets(call, union, 'sunionstore');
}

function sdiffstore(call: DataCall): void {
  storeSets(call, difference, 'sdiffstore');
}

function sintercard(call: DataCall): void {
  const count = countAtLeast(call, 1, 1, 'ERR numkeys should be greater than 0');
  if (count === undefined) return;
  if (count > call.argc - 2) {
    call.reply.error("ERR Number of keys can't be greater than number of args");
    return;
  }
  const limit = cardinalityLimit(call, 2 + count);
  if (limit === undefined) return;
  const sets = readSets(call, 2, 2 + count);
  if (sets === undefined) return;
  call.reply.integer(intersectionSize(sets, limit));
}

function replyResult(call: DataCall, operation: Operation): void {
  const sets = readSets(call, 1, call.argc);
  if (sets === undefined) return;
  const members: string[] = [];
  operation(sets, (member) => {
    members.push(member);
  });
  call.reply.set(members.length);
  for (const member of members) call.reply.bulk(member);
}

function storeSets(call: DataCall, operation: Operation, event: string): void {
  const sets = readSets(call, 2, call.argc);
  if (sets === undefined) return;
  const result = new SetValue();
  operation(sets, (member) => {
    result.add(member);
  });
  storeResult(call, call.str(1), result, 's', event);
}

/** The sets named by the arguments from `first` up to `end`; undefined after an error reply. */
function readSets(call: DataCall, first: number, end: number): SetValue[] | undefined {
  const sets: SetValue[] = [];
  for (let i = first; i < end; i += 1) {
    const set = call.read(call.str(i)) ?? NO_SET;
    if (!(set instanceof SetValue)) {
      call.reply.error(replyErrors.wrongType);
      return undefined;
    }
    sets.push(set);
  }
  return sets;
}

function smallestFirst(sets: readonly SetValue[]): SetValue[] {
  return sets.toSorted((a, b) => a.size - b.size);
}

function intersection(sets: readonly SetValue[], visit: (member: string) => void): void {
  const [smallest, ...others] = smallestFirst(sets);
  smallest!.forEach((member) => {
    if (others.every((set) => set.has(member))) visit(member);
  });
}

/** The size of the intersection, counted up to `limit` only. */
function intersectionSize(sets: readonly SetValue[], limit: number): number {
  const [smallest, ...others] = smallestFirst(sets);
  let count = 0;
  for (let slot = 0; slot < smallest!.size && count < limit; slot += 1) {
    const member = smallest!.memberAt(slot);
    if (others.every((set) => set.has(member))) count += 1;
  }
  return count;
}

function union(sets: readonly SetValue[], visit: (member: string) => void): void {
  const seen = new Set<string>();
  for (const set of sets) {
    set.forEach((member) => {
      if (seen.has(member)) return;
      seen.add(member);
      visit(member);
    });
  }
}

function difference(sets: readonly SetValue[], visit: (member: string) => void): void {
  const [first, ...others] = sets;
  first!.forEach((member) => {
    if (!others.some((set) => set.has(member))) visit(member);
  });
}
