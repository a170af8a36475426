/** Executes one event: delivers it from the wire or the queue to its process, or to the outside. */

import { END, type End } from './connection.ts';
import { type Event, KIND } from './event.ts';
import { answerVanished, LOCAL, takeConnect, takeFromWire, transmit } from './network.ts';
import type { WorldNode } from './node.ts';
import { deliver, deliverToChild, goOn, isLive, releaseOutput } from './process.ts';
import { OUT, type Runtime } from './runtime.ts';

export function execute(run: Runtime, event: Event): void {
  const state = run.state;
  const node = event.node;
  if (event.end !== undefined) {
    if (event.value !== LOCAL && !takeFromWire(state, event)) {
      record(run, event, KIND.wait);
      return;
    }
    if (node === undefined) arriveOutside(run, event, event.end);
    else arrive(run, node, event, event.end);
    return;
  }
  switch (event.kind) {
    case KIND.childSlice:
    case KIND.childFile:
      record(run, event, event.kind);
      deliverToChild(run, node!, event);
      break;
    case KIND.wake:
      wake(run, node!, event);
      break;
    case KIND.tick:
      node!.tickAt = Number.POSITIVE_INFINITY;
      record(run, event, event.kind);
      deliver(run, node!, event);
      break;
    default:
      offer(run, node!, event);
  }
}

function record(run: Runtime, event: Event, kind: number): void {
  const end = event.end;
  const trace = run.state.trace;
  const node = event.node;
  const place = end !== undefined ? end.place : node !== undefined ? node.place : -1;
  const peer = end !== undefined ? end.peer.place : -1;
  const conn = end === undefined ? 0 : end.id;
  trace.record(
    run.state.now,
    kind,
    place,
    peer,
    conn,
    event.cause,
    event.value,
    event.bytes,
    event.label,
  );
  run.cause = trace.count;
  if (event.bytes === undefined || end === undefined) return;
  const isWaiting = kind === KIND.wait;
  // What waits follows what waits already.
  const previous = isWaiting && end.waiting > 0 ? end.lastWaiting : end.lastData;
  trace.connect(end.isClient, previous, event.value);
  if (isWaiting) {
    end.waiting += 1;
    end.lastWaiting = trace.count;
  } else if (kind === KIND.data) {
    end.waiting = Math.max(0, end.waiting - 1);
    end.lastData = trace.count;
  }
}

/** A packet arrives at a node. */
function arrive(run: Runtime, node: WorldNode, event: Event, end: End): void {
  if (event.kind === KIND.connect) {
    record(run, event, KIND.connect);
    if (!takeConnect(run, event)) return;
    if (node.isReady(run.state.now) && node.inbox.length === 0) {
      deliver(run, node, event);
      return;
    }
    event.kind = KIND.accept;
    node.inbox.push(event);
    return;
  }
  if (end.state === END.vanished) {
    record(run, event, event.kind);
    answerVanished(run, event);
    return;
  }
  offer(run, node, event);
}

/** Delivers an input to the process, or queues it until the process is ready. */
function offer(run: Runtime, node: WorldNode, event: Event): void {
  const now = run.state.now;
  if (!node.isAlive) {
    record(run, event, event.kind); // It was meant for a process that has ended; the next life must not receive it.
    return;
  }
  if (event.kind === KIND.file && event.value === node.busyOn) {
    node.busyOn = undefined;
    if (!node.isReady(now)) {
      node.inbox.unshift(event); // What the process waits for comes first, even after a freeze.
      record(run, event, KIND.wait);
      goOn(run, node, false);
      return;
    }
  } else if (!node.isReady(now) || node.inbox.length > 0) {
    node.inbox.push(event);
    record(run, event, KIND.wait);
    return;
  }
  handOver(run, node, event);
}

/** Delivers the first waiting input to a process that is ready again. */
function wake(run: Runtime, node: WorldNode, event: Event): void {
  if (event.at === node.wakeAt) node.wakeAt = Number.POSITIVE_INFINITY;
  const isReady = node.isReady(run.state.now);
  const waiting = isReady ? node.inbox.shift() : undefined;
  if (waiting !== undefined) {
    handOver(run, node, waiting);
  } else {
    record(run, event, KIND.wake);
    if (isReady) releaseOutput(run, node);
    goOn(run, node, false);
  }
}

function handOver(run: Runtime, node: WorldNode, event: Event): void {
  record(run, event, event.kind);
  const end = event.end;
  if (end !== undefined && !isLive(node, event)) {
    goOn(run, node, false);
    return;
  }
  if (event.kind === KIND.connected) {
    end!.state = event.label === '' ? END.open : END.closed;
    if (event.label !== '') node.ends.delete(end!.id);
  } else if (event.kind === KIND.drained) {
    end!.unreported -= event.value;
  } else if (event.kind === KIND.closed) {
    finish(run, node, end!);
  }
  deliver(run, node, event);
}

/** Tells the process that a connection has ended; its kernel closes this side, too. */
function finish(run: Runtime, node: WorldNode, end: End): void {
  node.ends.delete(end.id);
  const tellsPeer = end.state === END.open && end.peer.state === END.open;
  end.state = END.closed;
  if (tellsPeer) transmit(run, end, KIND.closed, undefined).label = 'eof';
}

/** A packet arrives at a peer outside of the world. */
function arriveOutside(run: Runtime, event: Event, end: End): void {
  const { state, outside } = run;
  record(run, event, event.kind);
  if (event.kind === KIND.connect) {
    takeConnect(run, event);
    return;
  }
  if (end.state === END.closed) return;
  switch (event.kind) {
    case KIND.data:
      state.trace.fold(OUT.send, end.id, undefined, '');
      outside?.send(end.id, event.bytes!);
      return;
    case KIND.drained:
      end.unreported -= event.value;
      state.trace.fold(OUT.consumed, end.id, undefined, '');
      outside?.consumed?.(end.id, event.value);
      return;
    case KIND.connected:
      if (event.label === '') return;
      break;
    case KIND.closed:
      break;
  }
  end.state = END.closed;
  state.outsideEnds.delete(end.id);
  state.trace.fold(OUT.close, end.id, undefined, event.label);
  outside?.close(end.id, event.label !== 'eof');
}
