/**
 * Which machines the world can start, by kind. Code, not state: a recording names the kind, and
 * whoever replays it has registered the same ones.
 */

import { InvariantError } from '../engine/machine/errors.ts';
import type { Machine } from '../engine/machine/machine.ts';
import type { Hash } from './hash.ts';

/**
 * Adds to the hash what the state digest cannot see by walking the machine's fields: data behind
 * classes with a copier of their own or shared pages. `turn` goes up by one from one periodic
 * digest to the next, and tells which part to look at; undefined: everything. Must not depend on how
 * often the state was copied.
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
