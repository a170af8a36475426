/**
 * What of a sandbox's memory is known to the byte at every instant: data, what is held for clients,
 * the recording. Reads, and changes nothing.
 */

import type { Process } from '../engine/process/process.ts';
import { serverOf } from './nodeReading.ts';
import type { Sandbox } from './sandbox.ts';
import { sentinelOf } from './sentinelReading.ts';

/** Shorter requests that have come in part are of no account. */
const COMING_BYTES_MIN = 1024 * 1024;

interface KnownMemory {
  /** In use now. */
  readonly bytes: number;
  /** What requests that have come in part will take in addition once they are executed. */
  readonly comingBytes: number;
}

interface ClientHolding {
  /** Its connection from outside. */
  readonly conn: number;
  readonly node: string;
  readonly addr: string;
  readonly bytes: number;
}

export function knownMemory(sandbox: Sandbox): KnownMemory {
  const { world, specs } = sandbox;
  let bytes = world.recordedBytes;
  let comingBytes = 0;
  const servers = specs.filter((spec) => spec.machine === 'server').length;
  for (const { name } of specs) {
    const server = serverOf(world, name);
    if (server !== undefined) bytes += Math.max(server.memory.used, server.keyspace.arenaBytes);
    for (const client of processOf(sandbox, name)?.clients.values() ?? []) {
      const { heldBytes } = client;
      bytes += heldBytes;
      if (server !== undefined && heldBytes >= COMING_BYTES_MIN) {
        comingBytes += heldBytes * copiesOf(servers);
      }
    }
  }
  return { bytes, comingBytes };
}

/**
 * How many times a request's bytes come to lie in memory beside the query buffer: in the value and in
 * the replication stream, and at each replica in a query buffer and in a value. With two replicas 6
 * times: of the default 4 GB, 70 % is enough for a value of 400 MB.
 */
function copiesOf(servers: number): number {
  return 2 + 2 * (servers - 1);
}

/** The client from outside for which most is held; undefined when there is none above `bytesMin`. */
export function greediestClient(sandbox: Sandbox, bytesMin: number): ClientHolding | undefined {
  let found: ClientHolding | undefined;
  for (const end of sandbox.world.state.outsideEnds.values()) {
    const node = end.peer.node?.name;
    if (node === undefined || !end.isClient || end.isOperator) continue;
    const bytes = processOf(sandbox, node)?.clients.get(end.peer.id)?.heldBytes ?? 0;
    if (bytes < bytesMin || bytes <= (found?.bytes ?? 0)) continue;
    found = { conn: end.id, node, addr: end.addr, bytes };
  }
  return found;
}

function processOf({ world }: Sandbox, name: string): Process | undefined {
  return serverOf(world, name) ?? sentinelOf(world, name);
}
