/** Makes a snapshot of a sandbox. It reads and changes nothing. */

import type { Server } from '../engine/server/server.ts';
import { displayed, SHOWN } from '../view/displayed.ts';
import type { LinkSnapshot, LoadSnapshot, Snapshot, UpcomingSnapshot } from '../view/snapshot.ts';
import type { LinkView } from '../world/views.ts';
import type { World } from '../world/world.ts';
import { eventSentence } from './eventWords.ts';
import type { LoadClient } from './load/loadClient.ts';
import { masterNameOf, type NameOf, readServer, serverOf } from './nodeReading.ts';
import { readResync } from './resyncReading.ts';
import type { Sandbox } from './sandbox.ts';
import { readSentinel, sentinelOf } from './sentinelReading.ts';
import { isVisible } from './visibility.ts';
import { waitingClients } from './waiting.ts';

const UPCOMING_MAX = 4;

export function takeSnapshot(sandbox: Sandbox): Snapshot {
  const { world, driver, masterName } = sandbox;
  const nameOf = (host: string, port: number): string | null => sandbox.nameOf(host, port);
  const nameOfSentinel = (id: string): string | null =>
    sandbox.specs.find((spec) => sentinelOf(world, spec.name)?.myId === id.toLowerCase())?.name ??
    null;
  const isPaused = driver.mode === 'paused';
  const waiting = waitingClients(world, isPaused);
  const nodes = [];
  const sentinels = [];
  for (const { name, machine } of sandbox.specs) {
    const view = world.node(name);
    if (view === undefined) continue;
    if (machine === 'server') {
      const wasReplica = sandbox.failovers.wasReplica(name);
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
  return {
    revision: sandbox.revision,
    masterName,
    seed: sandbox.seed,
    clock: { now: world.now, mode: driver.mode, speed: driver.speed, events: world.eventCount },
    nodes,
    sentinels,
    links: linkSnapshots(world),
    load: sandbox.load === undefined ? null : loadSnapshot(sandbox.load, nameOf),
    waiting: waiting.listed,
    waitingCount: waiting.count,
    upcoming: isPaused ? upcomingEvents(world) : [],
    failovers: sandbox.failovers.snapshots(),
    failure: failureText(world),
  };
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
    quiet: !isVisible(event, world.event(event.cause)),
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

function loadSnapshot(
  load: LoadClient,
  nameOf: (host: string, port: number) => string | null,
): LoadSnapshot {
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
        : (nameOf(master.host, master.port) ?? `${master.host}:${master.port}`),
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
