/** Views of the state, created on request. */

import { END, type End, type Link } from './connection.ts';
import { type Event, KIND, KIND_NAMES } from './event.ts';
import { LOOPBACK, type WorldNode } from './node.ts';
import type { WorldState } from './state.ts';
import type { ConnectionView, EndView, EventView, LinkView, NodeView } from './views.ts';
import { decode } from './wire/decode.ts';
import type { Decoded } from './wire/message.ts';
import { describe } from './wire/words.ts';

export function nodeView(state: WorldState, node: WorldNode): NodeView {
  return {
    name: node.name,
    machine: node.setup.machine,
    state: node.state,
    host: LOOPBACK,
    ports: [...node.ports],
    listening: [...node.listening],
    pid: node.pid,
    life: node.life,
    startedAt: node.startedAt,
    exitCode: node.exitCode,
    clockOffset: node.clockOffset,
    busyUntil: node.busyUntil > state.now ? node.busyUntil : undefined,
    busyOnFile: node.busyOn !== undefined,
    waiting: node.inbox.length,
    connections: node.ends.size,
    children: [...node.children.values()].map(({ pid, child }) => ({ pid, title: child.title })),
    diskFull: node.disk.full,
    nextTickAt: node.tickAt,
  };
}

export function linkViews(state: WorldState): LinkView[] {
  const inFlight = new Map<Link, number>();
  for (const { client, server } of pairs(state)) {
    for (const end of [client, server]) {
      inFlight.set(end.link, (inFlight.get(end.link) ?? 0) + end.bytesInFlight);
    }
  }
  return [...state.links.values()].map((link) => ({
    from: link.from,
    to: link.to,
    latencyMicros: link.latencyMicros,
    jitterMicros: link.jitterMicros,
    bytesPerSecond: link.bytesPerSecond,
    cut: link.cut,
    held: link.held,
    bytesInFlight: inFlight.get(link) ?? 0,
  }));
}

export function connectionViews(state: WorldState): ConnectionView[] {
  return pairs(state).map(({ client, server }) => ({
    state: stateName(client, server),
    client: endView(state, client),
    server: endView(state, server),
    openedAt: client.openedAt,
  }));
}

/** Every connection that at least one side still has. */
function pairs(state: WorldState): { client: End; server: End }[] {
  const clients = new Set<End>();
  for (const node of state.nodes.values()) {
    for (const end of node.ends.values()) clients.add(end.isClient ? end : end.peer);
  }
  for (const end of state.outsideEnds.values()) clients.add(end.isClient ? end : end.peer);
  return [...clients].map((client) => ({ client, server: client.peer }));
}

function stateName(client: End, server: End): ConnectionView['state'] {
  if (client.state === END.connecting) return 'connecting';
  return client.state === END.open && server.state <= END.open ? 'open' : 'closing';
}

function endView(state: WorldState, end: End): EndView {
  return {
    node: state.places[end.place]!,
    conn: end.id,
    addr: end.addr,
    bytesSent: end.bytesSent,
    bytesInFlight: end.bytesInFlight,
    bytesUnreported: end.unreported,
  };
}

/** A future event; a wake is shown as the input that it will deliver. */
export function upcomingView(state: WorldState, event: Event): EventView {
  const waiting = event.kind === KIND.wake ? event.node?.inbox.first() : undefined;
  const shown = waiting ?? event;
  const { end, node, bytes } = shown;
  const decoded = upcomingMessage(state, shown);
  return {
    seq: 0,
    cause: shown.cause,
    at: event.at,
    kind: KIND_NAMES[shown.kind]!,
    node: end !== undefined ? state.places[end.place]! : (node?.name ?? ''),
    peer: end !== undefined ? state.places[end.peer.place]! : '',
    conn: end?.id ?? 0,
    bytes: bytes?.length ?? 0,
    text: decoded === undefined ? shown.label : describe(decoded),
    decoded,
  };
}

function upcomingMessage(
  state: WorldState,
  { bytes, end, cause, value }: Event,
): Decoded | undefined {
  if (bytes === undefined || end === undefined) return undefined;
  const chunk = {
    bytes,
    length: bytes.length,
    cause,
    isReply: end.isClient,
    previous: end.lastData,
    opposite: value,
  };
  return decode(state.trace, chunk, Number.POSITIVE_INFINITY);
}
