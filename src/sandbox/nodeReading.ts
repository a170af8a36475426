/**
 * Reads a server node's state from its machine without an event: watching never changes a run.
 * Everything comes from the fields of INFO replication, so a snapshot agrees with INFO.
 */

import type { Machine } from '../engine/machine/machine.ts';
import { Sentinel } from '../engine/sentinel/sentinel.ts';
import { Server } from '../engine/server/server.ts';
import { displayed, SHOWN } from '../view/displayed.ts';
import {
  type BacklogSnapshot,
  LISTED_MAX,
  type MasterLinkSnapshot,
  type NodeSnapshot,
  type ReplicaSnapshot,
  type ResyncSnapshot,
} from '../view/snapshot.ts';
import type { NodeView } from '../world/views.ts';
import type { World } from '../world/world.ts';

/** The name of the node that owns a port; null for a server outside of the sandbox. */
export type NameOf = (host: string, port: number) => string | null;

/** A world, or the state of one. */
interface Machines {
  machine(name: string): Machine | undefined;
}

type Fields = ReadonlyMap<string, string>;

/**
 * The server of a node; of a dead process, in its last state. Undefined for a process that has not
 * executed its first event, and for one that refused its configuration.
 */
export function serverOf(world: Machines, name: string): Server | undefined {
  const machine = world.machine(name);
  return machine instanceof Server && machine.configuration !== undefined ? machine : undefined;
}

/** The password for AUTH at a node; empty when none is needed. */
export function passwordOf(world: World, name: string): string {
  const machine = world.machine(name);
  if (machine instanceof Sentinel) return machine.settings.requirepass;
  return serverOf(world, name)?.settings.requirepass ?? '';
}

export function replicationFields(server: Server): Fields {
  return new Map(server.replication.infoFields().map(([name, value]) => [name, String(value)]));
}

/** The name of a server's master; null without one, and for one outside of the sandbox. */
export function masterNameOf(server: Server, nameOf: NameOf): string | null {
  const { master } = server.replication.replicaSide;
  return master === undefined ? null : nameOf(master.host, master.port);
}

/** `wasReplica` is the role of a process that has none yet. */
export function readServer(
  view: NodeView,
  server: Server | undefined,
  wasReplica: boolean,
  resync: ResyncSnapshot | null,
  nameOf: NameOf,
): NodeSnapshot {
  const fields: Fields = server === undefined ? new Map() : replicationFields(server);
  const offset = number(fields, 'master_repl_offset');
  const isReplica = server === undefined ? wasReplica : fields.get('role') === 'slave';
  return {
    name: view.name,
    host: view.host,
    port: view.ports[0] ?? 0,
    process: view.state,
    pid: view.pid,
    life: view.life,
    role: isReplica ? 'replica' : 'master',
    replid: fields.get('master_replid') ?? '',
    replid2: fields.get('master_replid2') ?? '',
    secondReplidOffset: number(fields, 'second_repl_offset'),
    offset,
    master: fields.has('master_host') ? masterLink(fields, nameOf) : null,
    resync,
    replicas: replicas(fields, offset, nameOf),
    backlog: backlog(fields),
    child: view.children[0]?.title ?? null,
    waitingInputs: view.waiting,
    connections: view.connections,
    clockOffset: view.clockOffset,
  };
}

function masterLink(fields: Fields, nameOf: NameOf): MasterLinkSnapshot {
  const host = fields.get('master_host') ?? '';
  const port = number(fields, 'master_port');
  return {
    node: nameOf(host, port),
    host: displayed(host, SHOWN.label),
    port,
    status: fields.get('master_link_status') === 'up' ? 'up' : 'down',
    lastIoSeconds: number(fields, 'master_last_io_seconds_ago'),
    syncInProgress: fields.get('master_sync_in_progress') === '1',
  };
}

/** `slave0:ip=127.0.0.1,port=6401,state=online,offset=42,lag=0` and so on. */
function replicas(fields: Fields, masterOffset: number, nameOf: NameOf): ReplicaSnapshot[] {
  const found: ReplicaSnapshot[] = [];
  for (const [name, value] of fields) {
    if (!/^slave\d+$/.test(name)) continue;
    if (found.length === LISTED_MAX) break;
    const parts: Fields = new Map(
      value.split(',').map((part) => part.split('=', 2) as [string, string]),
    );
    const host = parts.get('ip') ?? '';
    const port = number(parts, 'port');
    const offset = number(parts, 'offset');
    found.push({
      node: nameOf(host, port),
      host: displayed(host, SHOWN.label),
      port,
      state: parts.get('state') ?? '',
      offset,
      behind: Math.max(0, masterOffset - offset),
      lag: number(parts, 'lag'),
    });
  }
  return found;
}

function backlog(fields: Fields): BacklogSnapshot {
  return {
    active: fields.get('repl_backlog_active') === '1',
    size: number(fields, 'repl_backlog_size'),
    firstByteOffset: number(fields, 'repl_backlog_first_byte_offset'),
    histlen: number(fields, 'repl_backlog_histlen'),
  };
}

function number(fields: Fields, name: string): number {
  return Number(fields.get(name) ?? 0);
}
