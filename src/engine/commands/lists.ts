/**
 * List commands that push, pop and move. Commands that access elements are in listElements.ts. A list
 * whose last element is removed is deleted. Deliberately absent: the blocking variants.
 */

import { ListValue } from '../data/types/list.ts';
import type { DataCall } from '../execution/dataCall.ts';
import type { CommandSpec } from '../process/commandTable.ts';
import { countedKeys, keyAt } from '../process/keySpecs.ts';
import { replyErrors } from '../process/replyErrors.ts';
import type { Bytes } from '../resp/bytes.ts';
import { storeValue } from './arguments.ts';
import { existing, isWrongType, removeKey, replyNull } from './containers.ts';
import { countAtLeast, popCount } from './countArguments.ts';
import { family } from './family.ts';
import { listElementCommands } from './listElements.ts';

const entry = family('list');

export const listCommands: readonly CommandSpec<DataCall>[] = [
  entry('lpush', '1.0.0', -3, ['write', 'denyoom', 'fast'], [keyAt('RW insert')], (call) =>
    push(call, 'left', false),
  ),
  entry('rpush', '1.0.0', -3, ['write', 'denyoom', 'fast'], [keyAt('RW insert')], (call) =>
    push(call, 'right', false),
  ),
  entry('lpushx', '2.2.0', -3, ['write', 'denyoom', 'fast'], [keyAt('RW insert')], (call) =>
    push(call, 'left', true),
  ),
  entry('rpushx', '2.2.0', -3, ['write', 'denyoom', 'fast'], [keyAt('RW insert')], (call) =>
    push(call, 'right', true),
  ),
  entry('lpop', '1.0.0', -2, ['write', 'fast'], [keyAt('RW access delete')], (call) =>
    pop(call, 'left'),
  ),
  entry('rpop', '1.0.0', -2, ['write', 'fast'], [keyAt('RW access delete')], (call) =>
    pop(call, 'right'),
  ),
  entry(
    'lmove',
    '6.2.0',
    5,
    ['write', 'denyoom'],
    [keyAt('RW access delete'), keyAt('RW insert', 2)],
    lmove,
  ),
  entry(
    'rpoplpush',
    '1.2.0',
    3,
    ['write', 'denyoom'],
    [keyAt('RW access delete'), keyAt('RW insert', 2)],
    (call) => move(call, 'right', 'left'),
  ),
  entry('lmpop', '7.0.0', -4, ['write'], [countedKeys('RW access delete', 1)], lmpop),
  ...listElementCommands,
];

type End = 'left' | 'right';

function push(call: DataCall, end: End, existingOnly: boolean): void {
  const key = call.str(1);
  const old = call.write(key);
  if (isWrongType(call, old, ListValue)) return;
  if (old === undefined && existingOnly) {
    call.reply.integer(0);
    return;
  }
  const list = old ?? new ListValue();
  for (let i = 2; i < call.argc; i += 1) pushTo(list, end, call.arg(i));
  if (old === undefined) storeValue(call, key, list);
  call.reply.integer(list.length);
  call.changed(key, call.argc - 2);
  call.notify('l', end === 'left' ? 'lpush' : 'rpush', key);
}

function pushTo(list: ListValue, end: End, element: Bytes): void {
  if (end === 'left') list.pushLeft(element);
  else list.pushRight(element);
}

function popFrom(list: ListValue, end: End): Bytes {
  return (end === 'left' ? list.popLeft() : list.popRight())!;
}

function popEvent(end: End): string {
  return end === 'left' ? 'lpop' : 'rpop';
}

function pop(call: DataCall, end: End): void {
  if (call.argc > 3) {
    call.wrongArity();
    return;
  }
  let count: number | undefined;
  if (call.argc === 3) {
    count = countAtLeast(call, 2, 0, replyErrors.outOfRangePositive);
    if (count === undefined) return;
  }
  const key = call.str(1);
  const list = call.write(key);
  if (list === undefined) {
    if (count === undefined) call.reply.null();
    else call.reply.nullArray();
    return;
  }
  if (isWrongType(call, list, ListValue)) return;
  if (count === undefined) {
    call.reply.bulk(popFrom(list, end));
    popped(call, key, list, end, 1);
  } else {
    popMany(call, key, list, end, count);
  }
}

/** Pops up to `count` elements and replies with them. */
function popMany(call: DataCall, key: string, list: ListValue, end: End, count: number): void {
  const taken = Math.min(count, list.length);
  call.reply.array(taken);
  for (let i = 0; i < taken; i += 1) call.reply.bulk(popFrom(list, end));
  if (taken > 0) popped(call, key, list, end, taken);
}

function popped(call: DataCall, key: string, list: ListValue, end: End, count: number): void {
  call.notify('l', popEvent(end), key);
  if (list.length === 0) removeKey(call, key);
  call.changed(key, count);
}

/** LEFT or RIGHT. Replies with an error and returns undefined for any other word. */
function endArgument(call: DataCall, index: number): End | undefined {
  const word = call.word(index);
  if (word === 'left' || word === 'right') return word;
  call.syntaxError();
  return undefined;
}

function lmove(call: DataCall): void {
  const from = endArgument(call, 3);
  if (from === undefined) return;
  const to = endArgument(call, 4);
  if (to !== undefined) move(call, from, to);
}

function move(call: DataCall, from: End, to: End): void {
  const sourceKey = call.str(1);
  const targetKey = call.str(2);
  const source = existing(call, call.write(sourceKey), ListValue, replyNull);
  if (source === undefined) return;
  const target = call.write(targetKey);
  if (isWrongType(call, target, ListValue)) return;
  // Source and target may be the same list, which is rotated. It has an element throughout and is not deleted.
  const element = popFrom(source, from);
  const receiver = target ?? new ListValue();
  pushTo(receiver, to, element);
  if (target === undefined) storeValue(call, targetKey, receiver);
  if (targetKey !== sourceKey) call.changed(targetKey, 0);
  call.notify('l', to === 'left' ? 'lpush' : 'rpush', targetKey);
  call.reply.bulk(element);
  popped(call, sourceKey, source, from, 1);
}

function lmpop(call: DataCall): void {
  const keyCount = countAtLeast(call, 1, 1, 'ERR numkeys should be greater than 0');
  if (keyCount === undefined) return;
  const endIndex = keyCount + 2;
  if (endIndex >= call.argc) {
    call.syntaxError();
    return;
  }
  const end = endArgument(call, endIndex);
  if (end === undefined) return;
  const count = popCount(call, endIndex + 1);
  if (count === undefined) return;
  for (let i = 2; i < endIndex; i += 1) {
    const key = call.str(i);
    const list = call.write(key);
    if (list === undefined) continue;
    if (isWrongType(call, list, ListValue)) return;
    const taken = Math.min(count, list.length);
    call.reply.array(2);
    call.reply.bulk(call.arg(i));
    popMany(call, key, list, end, count);
    call.rewrite(end === 'left' ? 'LPOP' : 'RPOP', call.arg(i), String(taken));
    return;
  }
  call.reply.nullArray();
}
