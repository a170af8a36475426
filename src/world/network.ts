/**
 * The network: connections between nodes, and between nodes and pseudo-nodes, with sockets, kernels and
 * wires. What a process does with an arrival is in process.ts.
 *
 * Everything that travels (a connect, its answer, bytes, a report of bytes read, an end, a reset) is a
 * packet in the queue of the sending end, and uses that end's link. A cut or a hold stops the first
 * packet; the others queue up behind it, as TCP would retransmit them, so a stream never has a hole.
 */

import { invariant } from '../engine/machine/errors.ts';
import { type ConnId, type Micros, SEND_WINDOW_BYTES } from '../engine/machine/machine.ts';
import { END, End, type Link } from './connection.ts';
import { type Event, KIND } from './event.ts';
import { OUTSIDE } from './input.ts';
import { LOOPBACK, type WorldNode } from './node.ts';
import { OUT, type Runtime } from './runtime.ts';
import type { WorldState } from './state.ts';

/** Reports of read bytes are summed up to this, so that little traffic causes no reports. */
const REPORT_BYTES = SEND_WINDOW_BYTES / 4;
/** Headers of a packet, which count on links with a bandwidth. */
const HEADER_BYTES = 66;

/** Value of a connection's event that did not travel over a link, so that no link stops it. */
export const LOCAL = -1;

/** Puts a packet on its way from `from` to the other end; it takes `delay` longer than the link does. */
export function transmit(
  run: Runtime,
  from: End,
  kind: number,
  bytes: Buffer | undefined,
  delay: Micros = 0,
): Event {
  const state = run.state;
  const to = from.peer;
  const size = HEADER_BYTES + (bytes === undefined ? 0 : bytes.length);
  const at = from.link.arrivalAt(state.now, size) + delay;
  const packet = state.event(at, kind, to.node, to, bytes, run.cause);
  from.queue.push(packet);
  if (from.queue.length === 1) state.queue.push(packet);
  return packet;
}

/**
 * Takes an arriving packet from the wire and sends the next one. Returns false when the link stops the
 * packet, which then stays the first of its queue until the link releases it.
 */
export function takeFromWire(state: WorldState, packet: Event): boolean {
  const from = packet.end!.peer;
  if (from.link.stops(packet.kind)) {
    from.stalled = true;
    from.link.stalled.push(from);
    return false;
  }
  from.queue.shift();
  const next = from.queue.first();
  if (next !== undefined) {
    if (next.at < state.now) next.at = state.now;
    state.queue.push(next);
  }
  return true;
}

/** Releases the stopped packets of a link: retransmitted after a cut, at once after a hold. */
export function release(state: WorldState, link: Link, delayed: boolean): void {
  const waiting = link.stalled;
  link.stalled = [];
  for (const end of waiting) {
    const packet = end.queue.first();
    end.stalled = false;
    if (packet === undefined) continue;
    packet.at = state.now + (delayed ? link.delay() : 0);
    state.queue.push(packet);
  }
}

/** Cancels all packets that an end has on the wire. */
function discard(end: End): void {
  for (let i = 0; i < end.queue.length; i += 1) end.queue.at(i)!.kind = KIND.dead;
  end.queue.clear();
  if (!end.stalled) return;
  end.stalled = false;
  end.link.stalled = end.link.stalled.filter((stalled) => stalled !== end);
}

function join(state: WorldState, client: End, server: End): void {
  client.peer = server;
  server.peer = client;
  const clientName = state.places[client.place]!;
  const serverName = state.places[server.place]!;
  client.link = state.link(clientName, serverName);
  server.link = state.link(serverName, clientName);
}

/** A node's connect: to another node, to itself, or to an address outside the world. */
export function connect(
  run: Runtime,
  node: WorldNode,
  conn: ConnId,
  host: string,
  port: number,
): void {
  const state = run.state;
  const isLoopback = host === LOOPBACK || host === 'localhost' || host === '::1';
  const target = isLoopback ? state.ports.get(port) : undefined;
  const client = new End(conn, node.place, node, true, state.newClientAddr(), state.now);
  node.ends.set(conn, client);
  const addr = `${host}:${port}`;
  let server: End;
  if (target === undefined) {
    // Outside ids of the world are negative, so that they never collide with an injector's.
    server = new End(-conn, state.place(OUTSIDE), undefined, false, addr, state.now);
    if (state.params.outsideReachable) state.outsideEnds.set(server.id, server);
  } else {
    const id = state.newConn();
    server = new End(id, target.place, target, false, `${LOOPBACK}:${port}`, state.now);
  }
  join(state, client, server);
  transmit(run, client, KIND.connect, undefined).value = port;
}

/** An outside peer connects to a node's port. */
export function acceptFromOutside(
  run: Runtime,
  conn: number,
  node: WorldNode,
  port: number,
  peer: string,
  from: string,
  delay: Micros,
): End {
  const state = run.state;
  const client = new End(conn, state.place(from), undefined, true, peer, state.now);
  const server = new End(
    state.newConn(),
    node.place,
    node,
    false,
    `${LOOPBACK}:${port}`,
    state.now,
  );
  join(state, client, server);
  client.state = END.open; // Its real connection exists, so bytes may follow at once.
  state.outsideEnds.set(conn, client);
  transmit(run, client, KIND.connect, undefined, delay).value = port;
  return client;
}

/**
 * A connect has arrived. The kernel answers whatever the process is doing. Returns true when the process
 * must be told about a new connection.
 */
export function takeConnect(run: Runtime, packet: Event): boolean {
  const server = packet.end!;
  const node = server.node;
  if (node === undefined) {
    connectOutside(run, server, packet.value);
    return false;
  }
  if (!node.isAlive || !node.listening.has(packet.value)) {
    refuse(run, server, 'Connection refused');
    return false;
  }
  server.state = END.open;
  node.ends.set(server.id, server);
  transmit(run, server, KIND.connected, undefined);
  return true;
}

export function refuse(run: Runtime, server: End, error: string): void {
  server.state = END.closed;
  transmit(run, server, KIND.connected, undefined).label = error;
}

function connectOutside(run: Runtime, server: End, port: number): void {
  const state = run.state;
  if (!state.params.outsideReachable) {
    refuse(run, server, 'Connection refused');
    return;
  }
  const host = server.addr.slice(0, server.addr.lastIndexOf(':'));
  const node = state.places[server.peer.place]!;
  state.trace.fold(OUT.connect, server.id, undefined, server.addr);
  run.outside?.connect(server.id, host, port, node);
}

/**
 * Sends a process's bytes. They are lost when the connection has already ended, as those of a late
 * write.
 */
export function send(run: Runtime, node: WorldNode, conn: ConnId, bytes: Buffer): void {
  const end = node.ends.get(conn);
  if (end === undefined || end.state !== END.open) {
    invariant(end === undefined || end.state !== END.connecting, 'sent before connected');
    return;
  }
  end.bytesSent += bytes.length;
  end.unreported += bytes.length;
  invariant(end.unreported <= SEND_WINDOW_BYTES, 'sent more than the send window holds');
  transmit(run, end, KIND.data, bytes).value = end.lastData;
}

/** A process closes its end. A pending connect is abandoned. */
export function close(run: Runtime, node: WorldNode, conn: ConnId): void {
  const end = node.ends.get(conn);
  if (end === undefined) return;
  node.ends.delete(conn);
  const wasOver = end.state === END.broken || end.peer.state === END.closed;
  if (end.state === END.connecting && end.queue.first()?.kind === KIND.connect) {
    discard(end);
    run.state.outsideEnds.delete(end.peer.id);
    end.peer.state = END.closed;
  } else if (!wasOver) {
    transmit(run, end, KIND.closed, undefined).label = 'eof';
  }
  end.state = END.closed;
}

/** The process has read bytes; the other side receives a report once they reach REPORT_BYTES. */
export function consume(run: Runtime, end: End, bytes: number): void {
  end.consumed += bytes;
  if (end.consumed < REPORT_BYTES || end.state !== END.open) return;
  transmit(run, end, KIND.drained, undefined).value = end.consumed;
  end.consumed = 0;
}

/**
 * The kernel closes the sockets of a process that has ended for any reason, as close(2) does: with a FIN,
 * but with a reset if the process has not read all received bytes (RFC 1122, 4.2.2.13) or has not
 * accepted the connection.
 */
export function closeAll(run: Runtime, node: WorldNode): void {
  const unread = unreadEnds(node);
  for (const end of [...node.ends.values()]) {
    if (end.state !== END.open || !unread.has(end)) {
      close(run, node, end.id);
      continue;
    }
    if (end.peer.state !== END.closed) transmit(run, end, KIND.closed, undefined).label = 'reset';
    end.state = END.closed;
  }
  node.ends.clear();
  closeListeners(run, node);
}

/** Ends at which bytes, or the connection itself, wait for the process. */
function unreadEnds(node: WorldNode): Set<End> {
  const ends = new Set<End>();
  for (let i = 0; i < node.inbox.length; i += 1) {
    const { kind, end } = node.inbox.at(i)!;
    if (kind === KIND.data || kind === KIND.accept) ends.add(end!);
  }
  return ends;
}

/**
 * The host has lost its power, and no peer is told. After the next start its kernel answers every
 * packet of an old connection with a reset.
 *
 * A connect is not refused, because a refusal is an answer. Inside the world the link swallows it.
 * Outside, a port without a listener would refuse, so every port of the host stays open or is opened
 * until the power is back; connects of outside peers succeed and remain without an answer.
 */
export function vanishAll(run: Runtime, node: WorldNode): void {
  for (const end of node.ends.values()) {
    if (end.link.cut || end.stalled) discard(end);
    end.state = END.vanished;
  }
  node.ends.clear();
  for (const port of node.ports) if (!node.listening.has(port)) listen(run, node, port);
}

export function closeListeners(run: Runtime, node: WorldNode): void {
  for (const port of node.listening) {
    run.state.trace.fold(OUT.unlisten, port, undefined, node.name);
    run.outside?.closeListener(node.name, port);
  }
  node.listening.clear();
}

export function listen(run: Runtime, node: WorldNode, port: number): void {
  const state = run.state;
  const owner = state.ports.get(port);
  invariant(owner === undefined || owner === node, `port ${port} belongs to another node`);
  state.ports.set(port, node);
  node.ports.add(port);
  node.listening.add(port);
  state.trace.fold(OUT.listen, port, undefined, node.name);
  run.outside?.listen(node.name, port);
}

/**
 * A packet of an old connection has arrived at a host after a power loss: its new kernel does not
 * know it.
 */
export function answerVanished(run: Runtime, packet: Event): void {
  const end = packet.end!;
  if (packet.kind === KIND.closed && packet.label === 'reset') return;
  end.state = END.closed;
  transmit(run, end, KIND.closed, undefined).label = 'reset';
}

/** Resets one connection: both ends see it now, and its packets vanish. */
export function reset(run: Runtime, end: End): void {
  for (const side of [end, end.peer]) {
    discard(side);
    if (side.state === END.closed || side.state === END.vanished) continue;
    const isConnecting = side.state === END.connecting;
    side.state = isConnecting && !side.isClient ? END.closed : END.broken;
    if (side.state === END.closed) continue;
    const kind = isConnecting ? KIND.connected : KIND.closed;
    const event = run.state.event(run.state.now, kind, side.node, side, undefined, run.cause);
    event.label = isConnecting ? 'Connection reset by peer' : 'reset';
    event.value = LOCAL;
    run.state.queue.push(event);
  }
}

/** Every connection between two places. */
export function connectionsBetween(state: WorldState, a: string, b: string): End[] {
  const found = new Set<End>();
  const add = (end: End): void => {
    const names = [state.places[end.place]!, state.places[end.peer.place]!];
    if (!names.includes(a) || !names.includes(b) || (a === b && names[0] !== names[1])) return;
    found.add(end.isClient ? end : end.peer);
  };
  for (const node of state.nodes.values()) for (const end of node.ends.values()) add(end);
  for (const end of state.outsideEnds.values()) add(end);
  return [...found];
}
