/**
 * A digest of the whole state: two runs that agree in it are in the same state, as far as one can
 * see. Machines are walked field by field. What is behind a class with a copier of its own, or shared by
 * copies, is left to the machine's kind (registry.ts): epochs and derived indexes differ
 * between a state and its copy although both mean the same.
 *
 * Long buffers are sampled: their bytes have gone through the trace hash on their way in.
 */

import { InvariantError } from '../engine/machine/errors.ts';
import { registrationOf } from '../engine/machine/state.ts';
import { Hash } from './hash.ts';
import type { WorldNode } from './node.ts';
import { machineKind } from './registry.ts';
import type { WorldState } from './state.ts';

/** A buffer up to this long is hashed whole; of a longer one both ends and samples between. */
const WHOLE_BYTES_MAX = 1_024;
const SAMPLES = 64;

export function digestWorld(state: WorldState): string {
  const hash = new Hash();
  hash.number(state.now);
  hash.number(state.trace.count);
  hash.text(state.trace.hash.hex());
  for (const name of state.places) hash.text(name);
  for (const link of state.links.values()) {
    hash.number(link.latencyMicros);
    hash.number(link.bytesPerSecond);
    hash.number(link.freeAt);
    hash.word((link.cut ? 1 : 0) | (link.held ? 2 : 0) | (link.stalled.length << 2));
  }
  const turn = Math.floor(state.trace.count / Math.max(1, state.params.digestEvery));
  for (const node of state.nodes.values()) digestNode(hash, node, turn);
  return hash.hex();
}

function digestNode(hash: Hash, node: WorldNode, turn: number): void {
  hash.text(node.name);
  hash.text(node.state);
  hash.number(node.life);
  hash.number(node.pid);
  hash.number(node.clockOffset);
  hash.number(node.busyUntil);
  hash.number(node.deadline);
  hash.number(node.inbox.length);
  for (const end of node.ends.values()) {
    hash.number(end.id);
    hash.word(end.state);
    hash.number(end.bytesSent);
    hash.number(end.unreported);
    hash.number(end.consumed);
    hash.number(end.queue.length);
  }
  node.disk.digest(hash);
  const seen = new Map<object, number>();
  walk(hash, node.machine, seen);
  for (const child of node.children.values()) walk(hash, child, seen);
  machineKind(node.setup.machine).digest?.(node.machine, hash, turn);
}

function walk(hash: Hash, value: unknown, seen: Map<object, number>): void {
  switch (typeof value) {
    case 'number':
      hash.number(value);
      break;
    case 'string':
      hash.text(value);
      break;
    case 'boolean':
      hash.word(value ? 3 : 5);
      break;
    case 'undefined':
      hash.word(7);
      break;
    case 'bigint':
      hash.text(value.toString());
      break;
    case 'object':
      if (value === null) hash.word(11);
      else walkObject(hash, value, seen);
      break;
    default:
      throw new InvariantError(`state holds a ${typeof value}`);
  }
}

function walkObject(hash: Hash, value: object, seen: Map<object, number>): void {
  // By content, never by identity: a module's own empty Buffer stands where a copy has its copy of it.
  if (ArrayBuffer.isView(value)) {
    sample(hash, new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
    return;
  }
  const index = seen.get(value);
  if (index !== undefined) {
    hash.word(index);
    return;
  }
  seen.set(value, seen.size);
  if (Array.isArray(value)) {
    hash.word(value.length);
    for (const item of value) walk(hash, item, seen);
  } else if (value instanceof Map) {
    hash.word(value.size);
    for (const [key, item] of value) {
      walk(hash, key, seen);
      walk(hash, item, seen);
    }
  } else if (value instanceof Set) {
    hash.word(value.size);
    for (const item of value) walk(hash, item, seen);
  } else {
    walkFields(hash, value, seen);
  }
}

function walkFields(hash: Hash, value: object, seen: Map<object, number>): void {
  const registration = registrationOf(value);
  if (registration?.shared || registration?.copier !== undefined) {
    hash.word(13);
    return;
  }
  for (const key in value) walk(hash, (value as Record<string, unknown>)[key], seen);
}

function sample(hash: Hash, bytes: Uint8Array): void {
  const length = bytes.length;
  if (length <= WHOLE_BYTES_MAX) {
    hash.bytes(bytes);
    return;
  }
  hash.bytes(bytes, 0, WHOLE_BYTES_MAX / 2);
  hash.bytes(bytes, length - WHOLE_BYTES_MAX / 2, length);
  const step = Math.floor(length / SAMPLES);
  for (let i = 0; i < length; i += step) hash.word(bytes[i]!);
  hash.number(length);
}
