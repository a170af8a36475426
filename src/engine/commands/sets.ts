/** Commands on one set; intersections, unions and differences are in setAlgebra.ts. */

import { SetValue } from '../data/types/set.ts';
import type { DataCall } from '../execution/dataCall.ts';
import type { CommandSpec } from '../process/commandTable.ts';
import { keyAt } from '../process/keySpecs.ts';
import { replyErrors } from '../process/replyErrors.ts';
import { fromLatin1 } from '../resp/bytes.ts';
import { storeValue } from './arguments.ts';
import { scanCollection } from './collectionScan.ts';
import {
  distinctSlots,
  existing,
  isWrongType,
  removeKey,
  replyEmptySet,
  replyNull,
  replyZero,
} from './containers.ts';
import { countAtLeast } from './countArguments.ts';
import { settle } from './encoding.ts';
import { family } from './family.ts';
import { readDrawRequest, replyDrawn, replyNoneDrawn } from './randomMembers.ts';
import { matches } from './scanOptions.ts';
import { setAlgebraCommands } from './setAlgebra.ts';

const entry = family('set');

export const setCommands: readonly CommandSpec<DataCall>[] = [
  entry('sadd', '1.0.0', -3, ['write', 'denyoom', 'fast'], [keyAt('RW insert')], sadd),
  entry('srem', '1.0.0', -3, ['write', 'fast'], [keyAt('RW delete')], srem),
  entry('sismember', '1.0.0', 3, ['readonly', 'fast'], [keyAt('RO')], sismember),
  entry('smismember', '6.2.0', -3, ['readonly', 'fast'], [keyAt('RO access')], smismember),
  entry('scard', '1.0.0', 2, ['readonly', 'fast'], [keyAt('RO')], scard),
  entry('smembers', '1.0.0', 2, ['readonly'], [keyAt('RO access')], smembers, {
    tips: ['nondeterministic_output_order'],
  }),
  entry('spop', '1.0.0', -2, ['write', 'fast'], [keyAt('RW access delete')], spop, {
    tips: ['nondeterministic_output'],
  }),
  entry('srandmember', '1.0.0', -2, ['readonly'], [keyAt('RO access')], srandmember, {
    tips: ['nondeterministic_output'],
  }),
  entry(
    'smove',
    '1.0.0',
    4,
    ['write', 'fast'],
    [keyAt('RW access delete'), keyAt('RW insert', 2)],
    smove,
  ),
  entry('sscan', '2.8.0', -3, ['readonly'], [keyAt('RO access')], sscan, {
    tips: ['nondeterministic_output'],
  }),
  ...setAlgebraCommands,
];

/** SSCAN returns a set of at most this many members whole (the default of set-max-intset-entries). */
const COMPACT_MEMBERS = 512;

function sadd(call: DataCall): void {
  const key = call.str(1);
  const old = call.write(key);
  if (isWrongType(call, old, SetValue)) return;
  const set = old ?? new SetValue();
  let added = 0;
  for (let i = 2; i < call.argc; i += 1) {
    if (set.add(call.str(i))) added += 1;
  }
  settle(set, call.limits);
  if (old === undefined) storeValue(call, key, set);
  if (added > 0) {
    call.changed(key, added);
    call.notify('s', 'sadd', key);
  }
  call.reply.integer(added);
}

function srem(call: DataCall): void {
  const key = call.str(1);
  const set = existing(call, call.write(key), SetValue, replyZero);
  if (set === undefined) return;
  let deleted = 0;
  for (let i = 2; i < call.argc; i += 1) {
    if (set.delete(call.str(i))) deleted += 1;
  }
  if (deleted > 0) {
    call.changed(key, deleted);
    call.notify('s', 'srem', key);
    if (set.size === 0) removeKey(call, key);
  }
  call.reply.integer(deleted);
}

function smove(call: DataCall): void {
  const fromKey = call.str(1);
  const toKey = call.str(2);
  const member = call.str(3);
  const from = call.write(fromKey);
  const to = call.write(toKey);
  if (from === undefined) {
    call.reply.integer(0);
    return;
  }
  if (isWrongType(call, from, SetValue)) return;
  if (isWrongType(call, to, SetValue)) return;
  if (from === to) {
    call.reply.integer(from.has(member) ? 1 : 0);
    return;
  }
  if (!from.delete(member)) {
    call.reply.integer(0);
    return;
  }
  call.notify('s', 'srem', fromKey);
  if (from.size === 0) removeKey(call, fromKey);
  call.changed(fromKey);
  const target = to ?? new SetValue();
  const added = target.add(member);
  settle(target, call.limits);
  if (to === undefined) storeValue(call, toKey, target);
  if (added) {
    call.changed(toKey);
    call.notify('s', 'sadd', toKey);
  }
  call.reply.integer(1);
}

function sismember(call: DataCall): void {
  const set = existing(call, call.read(call.str(1)), SetValue, replyZero);
  if (set === undefined) return;
  call.reply.integer(set.has(call.str(2)) ? 1 : 0);
}

function smismember(call: DataCall): void {
  const set = call.read(call.str(1));
  if (isWrongType(call, set, SetValue)) return;
  call.reply.array(call.argc - 2);
  for (let i = 2; i < call.argc; i += 1) call.reply.integer(set?.has(call.str(i)) ? 1 : 0);
}

function scard(call: DataCall): void {
  const set = existing(call, call.read(call.str(1)), SetValue, replyZero);
  if (set === undefined) return;
  call.reply.integer(set.size);
}

function smembers(call: DataCall): void {
  const { reply } = call;
  const set = existing(call, call.read(call.str(1)), SetValue, replyEmptySet);
  if (set === undefined) return;
  reply.set(set.size);
  set.forEach((member) => {
    reply.bulk(member);
  });
}

function spop(call: DataCall): void {
  if (call.argc > 3) {
    call.syntaxError();
    return;
  }
  if (call.argc === 3) {
    popMany(call);
    return;
  }
  const key = call.str(1);
  const set = existing(call, call.write(key), SetValue, replyNull);
  if (set === undefined) return;
  const member = set.memberAt(call.random.below(set.size));
  set.delete(member);
  call.notify('s', 'spop', key);
  call.rewrite('SREM', call.arg(1), fromLatin1(member));
  call.reply.bulk(member);
  if (set.size === 0) removeKey(call, key);
  call.changed(key);
}

function popMany(call: DataCall): void {
  const { reply } = call;
  const count = countAtLeast(call, 2, 0, replyErrors.outOfRangePositive);
  if (count === undefined) return;
  const key = call.str(1);
  const set = existing(call, call.write(key), SetValue, replyEmptySet);
  if (set === undefined) return;
  if (count === 0) {
    reply.set(0);
    return;
  }
  call.notify('s', 'spop', key);
  if (count >= set.size) {
    reply.set(set.size);
    set.forEach((member) => {
      reply.bulk(member);
    });
    removeKey(call, key);
    call.changed(key, set.size);
    call.rewrite('DEL', call.arg(1));
    return;
  }
  const members = distinctSlots(call.random, set.size, count).map((slot) => set.memberAt(slot));
  reply.set(members.length);
  for (const member of members) {
    set.delete(member);
    reply.bulk(member);
    // Replicas must remove the same members. As 7.0 does, one SREM per member is propagated.
    call.alsoPropagate('SREM', call.arg(1), fromLatin1(member));
  }
  call.dontPropagate();
  call.changed(key, members.length);
}

function srandmember(call: DataCall): void {
  const request = readDrawRequest(call, undefined);
  if (request === undefined) return;
  const set = existing(call, call.read(call.str(1)), SetValue, (call) =>
    replyNoneDrawn(call, request),
  );
  if (set === undefined) return;
  replyDrawn(call, request, {
    size: set.size,
    member: (slot) => call.reply.bulk(set.memberAt(slot)),
  });
}

function sscan(call: DataCall): void {
  scanCollection(call, SetValue, COMPACT_MEMBERS, (set, { from, slots, options, found }) =>
    set.scan(from, slots, (member) => {
      if (matches(options, member)) found.push(member);
    }),
  );
}
