/** Makes a snapshot of a sandbox. It reads and changes nothing. */

import { displayed, SHOWN } from '../view/displayed.ts';
import type {
  HistorySnapshot,
  LinkSnapshot,
  LoadSnapshot,
  Snapshot,
  UpcomingSnapshot,
} from '../view/snapshot.ts';
import type { World } from '../world/world.ts';
import type { Driver } from './driver.ts';
import type { Pattern } from './events/pattern.ts';
import { eventSentence } from './eventWords.ts';
import type { LoadClient } from './load/loadClient.ts';
import { readServer, serverOf } from './nodeReading.ts';
import type { Reading } from './reading.ts';
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
      nodes.push(readServer(view, serverOf(world, name), losses.wasReplica(name), nameOf));
    }
    const sentinel = sentinelOf(world, name);
    if (sentinel !== undefined) {
      sentinels.push(readSentinel(view, sentinel, masterName, world.now, nameOf, nameOfSentinel));
    }
  }
  return { nodes, sentinels };
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
  const standard = world.state.params;
  return world
    .links()
    .filter((link) => {
      const isInside = world.state.nodes.has(link.from) && world.state.nodes.has(link.to);
      const latency = isInside ? standard.latencyMicros : standard.outsideLatencyMicros;
      return link.cut || link.held || link.bytesInFlight > 0 || link.latencyMicros !== latency;
    })
    .map((link) => ({
      from: link.from,
      to: link.to,
      cut: link.cut,
      held: link.held,
      latencyMs: link.latencyMicros / 1000,
      jitterMs: link.jitterMicros / 1000,
      bytesInFlight: link.bytesInFlight,
    }));
}

function loadSnapshot(load: LoadClient, reading: Reading): LoadSnapshot {
  const { book, master } = load;
  return {
    running: load.isRunning,
    phase: load.phase,
    rate: load.rate,
    bytes: load.bytes,
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
