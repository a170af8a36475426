/**
 * A world as the outside looks at it: its nodes by name and port, the load client, what was lost. The
 * same for the present, for the past, and for a recording. It reads and changes nothing.
 */

import type { World } from '../world/world.ts';
import type { Place } from './eventFeed.ts';
import { LoadClient } from './load/loadClient.ts';
import type { MachineName } from './machines.ts';
import { serverOf } from './nodeReading.ts';
import type { Losses } from './observers/losses.ts';
import type { SandboxObserver } from './observers/sandboxObserver.ts';
import { LOAD, type NodeId } from './topology.ts';

export class Reading {
  readonly world: World;

  constructor(world: World) {
    this.world = world;
  }

  /** The present servers and Sentinels, in the order of their start. */
  get nodes(): NodeId[] {
    const nodes: NodeId[] = [];
    for (const { name, setup } of this.world.state.nodes.values()) {
      if (name === LOAD) continue;
      nodes.push({ name, machine: setup.machine as MachineName, port: setup.ports?.[0] ?? 0 });
    }
    return nodes;
  }

  get load(): LoadClient | undefined {
    const machine = this.world.machine(LOAD);
    return machine instanceof LoadClient ? machine : undefined;
  }

  get losses(): Losses {
    return (this.world.state.observer as SandboxObserver).losses;
  }

  /** The name of the node that owns a port of this host; null if there is none. */
  nameOf(host: string, port: number): string | null {
    if (host !== '127.0.0.1' && host !== 'localhost') return null;
    return this.nodes.find((node) => node.port === port)?.name ?? null;
  }

  /** A node or pseudo-node as the feed sees it. */
  place(name: string): Place {
    const machine = this.world.state.nodes.get(name)?.setup.machine;
    const nobody = { name, master: null, isLinked: false };
    if (machine === 'sentinel') return { kind: 'sentinel', ...nobody };
    if (machine !== 'server') return { kind: 'client', ...nobody };
    const replication = serverOf(this.world, name)?.replication;
    const address = replication?.replicaSide.master;
    if (replication === undefined || address === undefined) return { kind: 'server', ...nobody };
    const master = this.nameOf(address.host, address.port);
    return { name, kind: 'server', master, isLinked: replication.masterLinkUp };
  }
}
