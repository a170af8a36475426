/**
 * The part of a sandbox's memory that is known exactly at every instant: data, buffers of clients, the
 * recording. It reads and changes nothing.
 */

import type { Process } from '../engine/process/process.ts';
import { serverOf } from './nodeReading.ts';
import type { Sandbox } from './sandbox.ts';
import { sentinelOf } from './sentinelReading.ts';

/** Shorter incomplete requests are ignored. */
const COMING_BYTES_MIN = 1024 * 1024;

interface KnownMemory {
  /** The bytes in use now. */
  readonly bytes: number;
  /** The bytes that incomplete requests will need in addition when they are executed. */
  readonly comingBytes: number;
}

interface ClientHolding {
  /** The client's outside connection. */
  readonly conn: number;
  readonly node: string;
  readonly addr: string;
  readonly bytes: number;
}

export function knownMemory(sandbox: Sandbox): KnownMemory {
  const { world } = sandbox;
  const { nodes } = sandbox.reading;
  let bytes = world.recordedBytes + world.traceBytes;
  let comingBytes = 0;
  const servers = nodes.filter((node) => node.machine === 'server').length;
  for (const { name } of nodes) {
    const server = serverOf(world, name);
    if (server !== undefined) bytes += Math.max(server.memory.used, server.keyspace.arenaBytes);
    for (const client of processOf(sandbox, name)?.clients.values() ?? []) {
      const { requestBytes } = client;
      bytes += client.heldBytes;
      if (server !== undefined && requestBytes >= COMING_BYTES_MIN) {
        comingBytes += requestBytes * copiesOf(servers);
      }
    }
  }
  return { bytes, comingBytes };
}

/**
 * How many copies of a request's bytes its execution makes besides the query buffer: the value and the
 * replication stream, and a query buffer and a value at each replica. With two replicas that is 6: 70 %
 * of the default 4 GB is enough for a value of 400 MB.
 */
function copiesOf(servers: number): number {
  return 2 + 2 * (servers - 1);
}

/**
 * The outside client that holds the most memory; undefined when no client holds more than
 * `bytesMin`.
 */
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
