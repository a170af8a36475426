/**
 * Shared by the commands of hashes, lists, sets and sorted sets: checking types, deleting an empty
 * container, replacing the destination of a STORE command, drawing random slots.
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
 * Replies with WRONGTYPE and returns true if the value has another type. A missing value is not a wrong
 * type. The result narrows the type of the value for the compiler.
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

/** The value if it has that type. Otherwise replies, with `replyMissing` if there is none, and returns undefined. */
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

/** Deletes a key whose container has become empty, and publishes the event `del`. */
export function removeKey(call: DataCall, key: string): void {
  call.db.delete(key);
  call.notify('g', 'del', key);
}

/** Ends a STORE command: `result` replaces the value of `key`; an empty result deletes the key. */
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
 * Draws `count` different integers below `size` by Floyd's algorithm, which takes one draw per result.
 * Returns all integers, in order, if `count` is not smaller than `size`.
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
