/**
 * The kinds of machines that the world can start, and of observers. They are code, not state: a recording
 * names kinds, and the replaying program must have registered the same ones.
 */

import { InvariantError } from '../engine/machine/errors.ts';
import type { Machine } from '../engine/machine/machine.ts';
import type { Hash } from './hash.ts';
import type { Observer } from './observer.ts';

/**
 * Adds to the hash what the state digest cannot reach by walking the machine's fields: data in classes
 * with their own copier, and shared pages. `turn` grows by one with each periodic digest and selects the
 * part to cover; undefined covers everything. The result must not depend on how often the state was
 * copied.
 */
type DigestMachine = (machine: Machine, hash: Hash, turn: number | undefined) => void;

interface MachineKind {
  readonly create: () => Machine;
  readonly digest: DigestMachine | undefined;
}

const kinds = new Map<string, MachineKind>();

/** Registers a kind of machine; registering it again replaces it. */
export function registerMachine(kind: string, create: () => Machine, digest?: DigestMachine): void {
  kinds.set(kind, { create, digest });
}

export function machineKind(kind: string): MachineKind {
  const found = kinds.get(kind);
  if (found === undefined) throw new InvariantError(`no machine registered as ${kind}`);
  return found;
}

export function isMachineKind(kind: string): boolean {
  return kinds.has(kind);
}

const observers = new Map<string, () => Observer>();

/** Registers a kind of observer; registering it again replaces it. */
export function registerObserver(kind: string, create: () => Observer): void {
  observers.set(kind, create);
}

/** A new observer of that kind; undefined for ''. */
export function newObserver(kind: string): Observer | undefined {
  if (kind === '') return undefined;
  const create = observers.get(kind);
  if (create === undefined) throw new InvariantError(`no observer registered as ${kind}`);
  return create();
}
