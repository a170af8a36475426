/** Snapshots as small as a test needs them. */

import type {
  LinkSnapshot,
  NodeSnapshot,
  ResyncSnapshot,
  SentinelSnapshot,
  Snapshot,
} from '../../../src/view/snapshot.ts';

const REPLID = 'a'.repeat(40);
const OTHER_REPLID = '0'.repeat(40);

export function node(name: string, fields: Partial<NodeSnapshot> = {}): NodeSnapshot {
  return {
    name,
    host: '127.0.0.1',
    port: 6400,
    process: 'running',
    pid: 4001,
    life: 1,
    role: 'master',
    replid: REPLID,
    replid2: OTHER_REPLID,
    secondReplidOffset: -1,
    offset: 250,
    master: null,
    resync: null,
    replicas: [],
    backlog: { active: true, size: 100, firstByteOffset: 151, histlen: 100 },
    child: null,
    waitingInputs: 0,
    connections: 0,
    clockOffset: 0,
    ...fields,
  };
}

export function replica(
  name: string,
  of: string,
  fields: Partial<NodeSnapshot> & { link?: 'up' | 'down'; syncing?: boolean } = {},
): NodeSnapshot {
  const { link = 'up', syncing = false, ...rest } = fields;
  return node(name, {
    role: 'replica',
    resync: resync({}),
    master: {
      node: of,
      host: '127.0.0.1',
      port: 6400,
      status: link,
      lastIoSeconds: 0,
      syncInProgress: syncing,
    },
    ...rest,
  });
}

/** It lacks nothing, and a partial resynchronization would do. */
export function resync(fields: Partial<ResyncSnapshot>): ResyncSnapshot {
  return {
    from: 'memory',
    replid: REPLID,
    offset: 251,
    answer: 'partial',
    reason: null,
    bytes: 0,
    ...fields,
  };
}

/** One direction of a link, cut unless told otherwise. */
export function link(from: string, to: string, fields: Partial<LinkSnapshot> = {}): LinkSnapshot {
  return {
    from,
    to,
    cut: true,
    held: false,
    latencyMs: 0.2,
    jitterMs: 0,
    defaultLatencyMs: 0.2,
    defaultJitterMs: 0,
    bytesInFlight: 0,
    ...fields,
  };
}

export function sentinel(name: string, fields: Partial<SentinelSnapshot> = {}): SentinelSnapshot {
  return {
    name,
    host: '127.0.0.1',
    port: 26400,
    process: 'running',
    pid: 4010,
    life: 1,
    myid: name.padEnd(40, '0'),
    currentEpoch: 0,
    configEpoch: 0,
    master: {
      node: 'm',
      host: '127.0.0.1',
      port: 6400,
      flags: 'master',
      silentMs: 0,
      downAfterMs: 2000,
    },
    replicas: [],
    sentinels: [],
    quorum: 2,
    vote: null,
    failoverState: '',
    ...fields,
  };
}

export function snapshot(fields: Partial<Snapshot> = {}): Snapshot {
  return {
    revision: 1,
    masterName: 'mymaster',
    seed: 7,
    clock: { now: 0, mode: 'live', speed: 1, events: 0, pauseOn: null },
    nodes: [node('m')],
    sentinels: [],
    links: [],
    load: null,
    waiting: [],
    waitingCount: 0,
    upcoming: [],
    history: { shown: null, first: 0, firstAt: 0, last: 0, lastAt: 0 },
    failovers: [],
    failure: null,
    ...fields,
  };
}
