/** Makes a snapshot of a sandbox. It reads and changes nothing. */

import type { Server } from '../engine/server/server.ts';
import { displayed, SHOWN } from '../view/displayed.ts';
import type {
  HistorySnapshot,
  LinkSnapshot,
  LoadSnapshot,
  Snapshot,
  UpcomingSnapshot,
} from '../view/snapshot.ts';
import type { LinkView } from '../world/views.ts';
import type { World } from '../world/world.ts';
import type { Driver } from './driver.ts';
import type { Pattern } from './events/pattern.ts';
import { eventSentence } from './eventWords.ts';
import type { LoadClient } from './load/loadClient.ts';
import { masterNameOf, type NameOf, readServer, serverOf } from './nodeReading.ts';
import type { Reading } from './reading.ts';
import { readResync } from './resyncReading.ts';
import { readSentinel, sentinelOf } from './sentinelReading.ts';
import { isVisible } from './visibility.ts';
import { waitingClients } from './waiting.ts';

const UPCOMING_MAX = 4;

/** What a snapshot shows besides the world. */
interface Frame {
  readonly seed: number | null;
  readonly masterName: string;
  readonly revision: number;
  readonly pauseOn?: Pattern | undefined;
  readonly driver: Pick<Driver, 'mode' | 'speed'>;
  readonly history: HistorySnapshot;
  /** The present world, whose clients wait while the past is shown. */
  readonly present: World;
}

export function takeSnapshot(reading: Reading, frame: Frame): Snapshot {
  const { world, load, losses } = reading;
  const { driver, masterName } = frame;
  const isPaused = driver.mode === 'paused';
  const waiting = waitingClients(frame.present, isPaused);
  return {
    revision: frame.revision,
    masterName,
    seed: frame.seed,
    clock: {
      now: world.now,
      mode: driver.mode,
      speed: driver.speed,
      events: world.eventCount,
      pauseOn: frame.pauseOn?.text ?? null,
    },
    ...nodeSnapshots(reading, masterName),
    links: linkSnapshots(world),
    load: load === undefined ? null : loadSnapshot(load, reading),
    waiting: waiting.listed,
    waitingCount: waiting.count,
    upcoming: isPaused ? upcomingEvents(world) : [],
    history: frame.history,
    failovers: losses.snapshots(),
    failure: failureText(world),
  };
}

function nodeSnapshots(
  reading: Reading,
  masterName: string,
): Pick<Snapshot, 'nodes' | 'sentinels'> {
  const { world, losses } = reading;
  const known = reading.nodes;
  const nameOf = (host: string, port: number): string | null => reading.nameOf(host, port);
  const nameOfSentinel = (id: string): string | null =>
    known.find(({ name }) => sentinelOf(world, name)?.myId === id.toLowerCase())?.name ?? null;
  const nodes = [];
  const sentinels = [];
  for (const { name, machine } of known) {
    const view = world.node(name)!;
    if (machine === 'server') {
      const wasReplica = losses.wasReplica(name);
      const server = serverOf(world, name);
      const master = server && runningMaster(world, server, nameOf);
      const resync = readResync(world, name, server, master);
      nodes.push(readServer(view, server, wasReplica, resync, nameOf));
    }
    const sentinel = sentinelOf(world, name);
    if (sentinel !== undefined) {
      sentinels.push(readSentinel(view, sentinel, masterName, world.now, nameOf, nameOfSentinel));
    }
  }
  return { nodes, sentinels };
}

/** The server of a replica's master; undefined while it has no process, and for a stranger. */
function runningMaster(world: World, server: Server, nameOf: NameOf): Server | undefined {
  const name = masterNameOf(server, nameOf);
  const state = name === null ? undefined : world.node(name)?.state;
  return state === 'running' || state === 'frozen' ? serverOf(world, name!) : undefined;
}

/** `InvariantError: … (event 1234, node m)`: what stopped the world. */
export function failureText(world: World): string | null {
  const { failure } = world;
  return failure === undefined
    ? null
    : `${displayed(failure.error, SHOWN.line)} (event ${failure.seq}, node ${failure.node})`;
}

function upcomingEvents(world: World): UpcomingSnapshot[] {
  return world.upcoming(UPCOMING_MAX).map((event) => ({
    at: event.at,
    node: event.node,
    peer: event.peer,
    sentence: eventSentence(event),
    quiet: !isVisible(event),
  }));
}

function linkSnapshots(world: World): LinkSnapshot[] {
  return world
    .links()
    .map((link) => ({
      from: link.from,
      to: link.to,
      cut: link.cut,
      held: link.held,
      latencyMs: link.latencyMicros / 1000,
      jitterMs: link.jitterMicros / 1000,
      ...defaultsOf(world, link),
      bytesInFlight: link.bytesInFlight,
    }))
    .filter(
      (link) =>
        link.cut ||
        link.held ||
        link.bytesInFlight > 0 ||
        link.latencyMs !== link.defaultLatencyMs ||
        link.jitterMs !== link.defaultJitterMs,
    );
}

/** The parameters of the world: a link between nodes has others than one to the outside. */
function defaultsOf(
  { state }: World,
  { from, to }: LinkView,
): Pick<LinkSnapshot, 'defaultLatencyMs' | 'defaultJitterMs'> {
  const { latencyMicros, jitterMicros, outsideLatencyMicros } = state.params;
  return state.nodes.has(from) && state.nodes.has(to)
    ? { defaultLatencyMs: latencyMicros / 1000, defaultJitterMs: jitterMicros / 1000 }
    : { defaultLatencyMs: outsideLatencyMicros / 1000, defaultJitterMs: 0 };
}

function loadSnapshot(load: LoadClient, reading: Reading): LoadSnapshot {
  const { book, master } = load;
  return {
    running: load.isRunning,
    phase: load.phase,
    rate: load.rate,
    bytes: load.bytes,
    keys: book.slots,
    master:
      master === undefined
        ? null
        : (reading.nameOf(master.host, master.port) ?? `${master.host}:${master.port}`),
    sent: book.sent,
    acked: book.acked,
    errors: Object.fromEntries(
      [...book.errors].map(([code, count]) => [displayed(code, SHOWN.label), count]),
    ),
    unknown: book.unknown,
    lost: book.lost,
    lostSequences: [...book.lostSequences],
    unwritableMs: Math.round(load.unwritableMicros / 1000),
    checks: load.checks,
  };
}
