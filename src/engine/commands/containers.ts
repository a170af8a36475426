/**
 * What the commands of hashes, lists, sets and sorted sets share: how a container
 * goes when it is empty, how a STORE command replaces its destination, and how slots are drawn.
 */

import type { Value } from '../data/types/value.ts';
import type { DataCall, NotifyClass } from '../execution/dataCall.ts';
import type { Random } from '../machine/random.ts';
import { replyErrors } from '../process/replyErrors.ts';
import { storeValue } from './arguments.ts';
import { settle } from './encoding.ts';

/** The class of a container. */
export type ContainerType<T extends Value> = new () => T;

/**
 * True, after the error reply, when the value is not of that type; no value at all is no conflict.
 * Afterwards the compiler knows, too.
 */
export function isWrongType<T extends Value>(
  call: DataCall,
  value: Value | undefined,
  type: ContainerType<T>,
): value is Exclude<Value, T> {
  if (value === undefined || value instanceof type) return false;
  call.reply.error(replyErrors.wrongType);
  return true;
}

/** A value of that type; undefined after the reply, which is `replyMissing` when there is none. */
export function existing<T extends Value>(
  call: DataCall,
  value: Value | undefined,
  type: ContainerType<T>,
  replyMissing: (call: DataCall) => void,
): T | undefined {
  if (value instanceof type) return value;
  if (value === undefined) replyMissing(call);
  else call.reply.error(replyErrors.wrongType);
  return undefined;
}

export function replyNull(call: DataCall): void {
  call.reply.null();
}

export function replyZero(call: DataCall): void {
  call.reply.integer(0);
}

export function replyOk(call: DataCall): void {
  call.reply.ok();
}

export function replyNoSuchKey(call: DataCall): void {
  call.reply.error(replyErrors.noSuchKey);
}

export function replyEmptyArray(call: DataCall): void {
  call.reply.array(0);
}

export function replyEmptySet(call: DataCall): void {
  call.reply.set(0);
}

export function replyEmptyMap(call: DataCall): void {
  call.reply.map(0);
}

/** Deletes a key, usually because its container has become empty. */
export function removeKey(call: DataCall, key: string): void {
  call.db.delete(key);
  call.notify('g', 'del', key);
}

/** Ends a STORE command: `result` takes the place of whatever `key` held; an empty one deletes it. */
export function storeResult(
  call: DataCall,
  key: string,
  result: Value & { readonly size: number },
  type: NotifyClass,
  event: string,
): void {
  const existed = call.write(key) !== undefined;
  call.reply.integer(result.size);
  if (result.size > 0) {
    settle(result, call.limits);
    storeValue(call, key, result);
    call.changed(key);
    call.notify(type, event, key);
  } else if (existed) {
    removeKey(call, key);
    call.changed(key);
  }
}

/**
 * `count` different integers below `size` (Floyd's algorithm: as many draws as results, whatever
 * the size). All of them, in order, when there are not more.
 */
export function distinctSlots(random: Random, size: number, count: number): number[] {
  if (count >= size) return Array.from({ length: size }, (_, slot) => slot);
  const chosen = new Set<number>();
  for (let top = size - count; top < size; top += 1) {
    const slot = random.below(top + 1);
    chosen.add(chosen.has(slot) ? top : slot);
  }
  return [...chosen];
}
