/**
 * What became of LOAD's writes, as the servers' data show it and without LOAD: of every value of its
 * keys the one that it was written over.
 *
 * The servers are looked at every leg. A value nobody has had before, on a server that was a master
 * of the same history in the look before, has followed the value it had then. Where that cannot be
 * said (the process is new, or was promoted meanwhile) nothing is claimed. Example: n0 had 1, then
 * 9, then 17 in slot 1; n1 had 1, was promoted, and then had 25: 17 follows 9 follows 1, and so does
 * 25. With n1 the master, 1 and 25 have taken place, 9 and 17 are gone.
 */

import type { Bytes } from '../../src/engine/resp/bytes.ts';
import { toLatin1 } from '../../src/engine/resp/bytes.ts';
import { Server } from '../../src/engine/server/server.ts';
import { keyOf, sequenceIn } from '../../src/sandbox/load/writeBook.ts';
import type { World } from '../../src/world/world.ts';

/** More keys than that are not watched; then hardly one is written over. */
const SLOTS_MAX = 64;

interface Look {
  readonly server: Server;
  readonly isMaster: boolean;
  readonly replid: string;
  /** By slot; 0 for none. */
  readonly values: readonly number[];
}

export class LoadHistories {
  private readonly servers: readonly string[];
  private readonly slots: number;
  private looks = new Map<string, Look>();
  /** The newest write anybody had in the looks before. */
  private newest = 0;
  /** Undefined for a value of which nobody saw what it was written over. */
  private readonly predecessors = new Map<number, number | undefined>();

  constructor(servers: readonly string[], slots: number) {
    this.servers = servers;
    this.slots = slots <= SLOTS_MAX ? slots : 0;
  }

  look(world: World): void {
    if (this.slots === 0) return;
    const before = this.looks;
    this.looks = new Map();
    for (const name of this.servers) {
      const look = lookAt(world, name, this.slots);
      if (look !== undefined) this.looks.set(name, look);
    }
    for (const [name, look] of this.looks) this.learn(look, before.get(name));
    for (const { values } of this.looks.values()) {
      for (const value of values) {
        if (value > 0 && !this.predecessors.has(value)) this.predecessors.set(value, undefined);
      }
      this.newest = Math.max(this.newest, ...values);
    }
  }

  private learn(look: Look, before: Look | undefined): void {
    if (!look.isMaster || before?.isMaster !== true) return;
    if (look.server !== before.server || look.replid !== before.replid) return;
    look.values.forEach((value, slot) => {
      const previous = before.values[slot]!;
      // A smaller number over a larger one was under way while LOAD had given it up: it says nothing.
      if (value <= previous || this.predecessors.has(value)) return;
      // A server that was frozen takes many writes at once: others may have come between the two.
      if (value - this.slots > this.newest) return;
      this.predecessors.set(value, previous);
    });
  }

  /** Whether write `sequence` took place before the later write `found` to its key; undefined: nobody saw. */
  precedes(sequence: number, found: number): boolean | undefined {
    if (!this.predecessors.has(sequence)) return undefined;
    let at: number | undefined = found;
    while (at !== undefined && at > sequence) at = this.predecessors.get(at);
    return at === undefined ? undefined : at === sequence;
  }
}

/** A dead server's data are those it died with; one that loads has none yet. */
function lookAt(world: World, name: string, slots: number): Look | undefined {
  const server = world.machine(name);
  if (!(server instanceof Server) || server.configuration === undefined) return undefined;
  const { loading, replication, keyspace } = server;
  if (loading.active || keyspace === undefined) return undefined;
  const values: number[] = [];
  for (let slot = 0; slot < slots; slot += 1) {
    const value = keyspace.databases[0]!.get(keyOf(slot)) as Bytes | undefined;
    values.push(value === undefined ? 0 : sequenceIn(toLatin1(value))!);
  }
  const { isReplica, replid } = replication;
  return { server, isMaster: !isReplica, replid, values };
}
