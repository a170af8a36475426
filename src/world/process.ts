/**
 * The process of a node: delivers one input at a time to its machine and carries out the effects.
 *
 * Invariants: a process receives inputs in the order of arrival, and only while it runs and its CPU is
 * free. The effects of an event happen at its end, in the order of emission. A node has at most one
 * wake, one run and one valid tick in the event queue.
 */

import type {
  ChildResult,
  FileOp,
  FileResult,
  Instruction,
  Machine,
  Micros,
  Peer,
  Token,
} from '../engine/machine/machine.ts';
import { NEVER } from '../engine/machine/machine.ts';
import { seedOf } from '../engine/machine/random.ts';
import { END, type End } from './connection.ts';
import type { Effect } from './effects.ts';
import { type Event, KIND } from './event.ts';
import { close, closeAll, connect, consume, LOCAL, listen, send } from './network.ts';
import { ChildProcess, type WorldNode } from './node.ts';
import { machineKind } from './registry.ts';
import type { Runtime } from './runtime.ts';

/** Output of a child in one slice. */
const SLICE_BYTES = 64 * 1024;

/** Delivers the event to the node's machine, runs it, and carries out the effects. */
export function deliver(run: Runtime, node: WorldNode, event: Event): void {
  const { state, effects } = run;
  const now = node.clock(state.now);
  // A completed file operation may continue the work that has the CPU: SAVE consists of several
  // operations. The process looks at its sockets only when that work is done.
  if (event.kind !== KIND.file) releaseOutput(run, node);
  effects.begin(node, undefined);
  const machine = node.machine;
  if (event.kind === KIND.run) node.runQueued = false;
  else call(run, node, machine, now, event);
  const hasMore = machine.run(now, state.params.budget, effects);
  if (event.kind === KIND.data) consume(run, event.end!, event.bytes!.length);
  if (!effects.holdsOutput) releaseOutput(run, node);
  commit(run, node, undefined);
  if (node.state !== 'running' || node.machine !== machine) return;
  node.deadline = machine.nextDeadline();
  if (hasMore) queueRun(run, node);
  goOn(run, node, event.kind === KIND.tick);
}

function call(run: Runtime, node: WorldNode, machine: Machine, now: Micros, event: Event): void {
  const out = run.effects;
  const end = event.end;
  switch (event.kind) {
    case KIND.data:
      machine.receive(now, end!.id, event.bytes!, out);
      break;
    case KIND.connect:
    case KIND.accept:
      machine.accepted(now, end!.id, peerOf(end!), out);
      break;
    case KIND.connected:
      callConnected(machine, now, end!, event.label, out);
      break;
    case KIND.drained:
      machine.drained(now, end!.id, event.value, out);
      break;
    case KIND.closed:
      machine.closed(now, end!.id, event.label === 'reset' ? 'reset' : 'eof', out);
      break;
    case KIND.tick:
      machine.tick(now, out);
      break;
    case KIND.file:
      machine.fileDone(now, event.value, event.content as FileResult, out);
      break;
    case KIND.childDone:
      machine.childDone(now, event.value, event.content as ChildResult, out);
      break;
    case KIND.signal:
      machine.signal(now, event.label, out);
      break;
    case KIND.instruction:
      machine.instructed?.(now, event.content as Instruction, out);
      break;
    case KIND.start:
      start(run, node, machine, now);
  }
}

function peerOf({ peer, addr }: End): Peer {
  const { isOperator } = peer;
  return { addr: peer.addr, laddr: addr, ...(isOperator ? { isOperator } : {}) };
}

function callConnected(
  machine: Machine,
  now: Micros,
  end: End,
  error: string,
  out: Runtime['effects'],
): void {
  if (error !== '') {
    machine.connected(now, end.id, undefined, error, out);
    return;
  }
  machine.connected(now, end.id, { addr: end.peer.addr, laddr: end.addr }, undefined, out);
}

function start(run: Runtime, node: WorldNode, machine: Machine, now: Micros): void {
  const { seed, params } = run.state;
  const setup = node.setup;
  const who = `${node.name} ${node.creation} ${node.life}`;
  const facts = {
    name: node.name,
    pid: node.pid,
    seed: seedOf(seed, `node ${who}`),
    identitySeed: seedOf(seed, `identity ${who} ${setup.nonce ?? ''}`),
    configFile: setup.configFile,
    directives: setup.directives ?? [],
    costs: params.costs,
  };
  machine.start(now, facts, node.disk.contents(), run.effects);
}

/** After an event, or when the process is ready again: schedules the tick and the waiting inputs. */
export function goOn(run: Runtime, node: WorldNode, afterTick: boolean): void {
  const state = run.state;
  const now = state.now;
  if (!node.isReady(now)) {
    if (node.state === 'running' && node.busyUntil > now) queueWake(run, node, node.busyUntil);
    return;
  }
  if (node.inbox.length > 0 || node.held.length > 0) queueWake(run, node, now);
  let at = state.tickTime(node);
  if (at === NEVER) return;
  // A machine that leaves its deadline in the past must not stop the clock.
  const earliest = afterTick ? now + 1 : now;
  if (at < earliest) at = earliest;
  // An overdue tick came while the process was not ready. Whether it has left the queue depends on
  // calls that look ahead; the run must not depend on it.
  if (at < node.tickAt || node.tickAt < now) state.scheduleTick(node, at, run.cause);
}

function queueRun(run: Runtime, node: WorldNode): void {
  if (node.runQueued) return;
  node.runQueued = true;
  const { state } = run;
  const event = state.event(state.now, KIND.run, node, undefined, undefined, run.cause);
  node.inbox.unshift(event);
}

function queueWake(run: Runtime, node: WorldNode, at: Micros): void {
  if (node.wakeAt <= at) return;
  node.wakeAt = at;
  run.state.schedule(at, KIND.wake, node, run.cause);
}

/** Carries out the effects; `child` is set when a child of the node emitted them. */
function commit(run: Runtime, node: WorldNode, child: ChildProcess | undefined): void {
  const { items, conns, holdsOutput } = run.effects;
  const { machine } = node;
  for (let i = 0; i < items.length && node.isAlive && node.machine === machine; i += 1) {
    const item = items[i]!;
    if (Buffer.isBuffer(item)) {
      if (holdsOutput) node.held.push({ conn: conns[i]!, bytes: item });
      else send(run, node, conns[i]!, item);
    } else if (holdsOutput && item.kind === 'close') {
      node.held.push({ conn: item.conn, bytes: undefined });
    } else {
      carryOut(run, node, child, item);
    }
  }
  items.length = 0;
}

/** The work that took the CPU is done: the output that it held back leaves. */
export function releaseOutput(run: Runtime, node: WorldNode): void {
  if (node.held.length === 0) return;
  const { held } = node;
  node.held = [];
  for (const { conn, bytes } of held) {
    if (bytes === undefined) close(run, node, conn);
    else send(run, node, conn, bytes);
  }
}

function carryOut(
  run: Runtime,
  node: WorldNode,
  child: ChildProcess | undefined,
  effect: Effect,
): void {
  switch (effect.kind) {
    case 'close':
      close(run, node, effect.conn);
      break;
    case 'connect':
      connect(run, node, effect.conn, effect.host, effect.port);
      break;
    case 'listen':
      listen(run, node, effect.port);
      break;
    case 'file':
      startFile(run, node, child, effect.token, effect.op);
      break;
    case 'fork':
      node.children.set(effect.pid, new ChildProcess(effect.pid, effect.child));
      queueSlice(run, node, node.children.get(effect.pid)!);
      break;
    case 'killChild':
      endChild(run, node, effect.pid, { code: 0, signal: 'SIGUSR1' });
      break;
    case 'busy':
      node.busyUntil = Math.max(node.busyUntil, Math.ceil(effect.until - node.clockOffset));
      return;
    case 'busyOn':
      node.busyOn = effect.token;
      return;
    case 'exit':
      if (child === undefined) exit(run, node, effect.code);
      else endChild(run, node, child.pid, { code: effect.code });
  }
}

function startFile(
  run: Runtime,
  node: WorldNode,
  child: ChildProcess | undefined,
  token: Token,
  op: FileOp,
): void {
  const state = run.state;
  const { at, result } = node.disk.start(state.now, op);
  const event = state.schedule(
    at,
    child === undefined ? KIND.file : KIND.childFile,
    node,
    run.cause,
  );
  event.value = token;
  event.content = result;
  event.label = `${op.kind} ${op.path}`;
  if (child !== undefined) event.child = child.pid;
}

/** Schedules a child's next slice: SLICE_BYTES of output at the modelled rate. */
function queueSlice(run: Runtime, node: WorldNode, child: ChildProcess): void {
  if (child.sliceQueued) return;
  child.sliceQueued = true;
  const state = run.state;
  const cost = Math.ceil((SLICE_BYTES * 1_000_000) / state.params.costs.saveBytesPerSecond);
  const event = state.schedule(state.now + cost, KIND.childSlice, node, run.cause);
  event.child = child.pid;
  event.label = child.child.title;
}

/** Runs a slice of a child, or completes one of its file operations, whatever the parent's state. */
export function deliverToChild(run: Runtime, node: WorldNode, event: Event): void {
  const child = node.children.get(event.child);
  if (child === undefined) return;
  const effects = run.effects;
  const now = node.clock(run.state.now);
  effects.begin(node, child);
  let hasMore = true;
  if (event.kind === KIND.childSlice) {
    child.sliceQueued = false;
    hasMore = child.child.slice(now, SLICE_BYTES, effects);
  } else {
    child.child.fileDone(now, event.value, event.content as FileResult, effects);
  }
  commit(run, node, child);
  if (hasMore && node.children.has(child.pid)) queueSlice(run, node, child);
}

/** Ends a child and tells its parent. No-op for a child that has already ended. */
export function endChild(run: Runtime, node: WorldNode, pid: number, result: ChildResult): void {
  if (!node.children.delete(pid)) return;
  const event = run.state.schedule(run.state.now, KIND.childDone, node, run.cause);
  event.value = pid;
  event.content = result;
  event.label = result.signal ?? `exit ${result.code}`;
}

/** Creates a new process of a node; its start is the first event of the new life. */
export function spawn(run: Runtime, node: WorldNode): void {
  const state = run.state;
  node.machine = machineKind(node.setup.machine).create();
  node.life += 1;
  node.pid = state.newPid();
  node.state = 'running';
  node.startedAt = state.now;
  node.exitCode = undefined;
  node.restartOnExit = false;
  state.schedule(state.now, KIND.start, node, run.cause);
}

/** Ends everything that belongs to a process, its children included. */
export function bury(node: WorldNode, state: 'crashed' | 'exited'): void {
  node.state = state;
  node.inbox.clear();
  node.children.clear();
  node.held = [];
  node.busyUntil = 0;
  node.busyOn = undefined;
  node.wakeAt = NEVER;
  node.runQueued = false;
  node.deadline = NEVER;
  node.tickAt = NEVER;
}

function exit(run: Runtime, node: WorldNode, code: number): void {
  closeAll(run, node);
  const isWanted = node.restartOnExit;
  bury(node, 'exited');
  node.exitCode = code;
  if (isWanted) spawn(run, node);
}

/** Whether an arriving event of a connection still concerns the process. */
export function isLive(node: WorldNode, event: Event): boolean {
  const end = event.end!;
  if (node.ends.get(end.id) !== end) return false;
  if (end.state === END.broken) return event.value === LOCAL;
  return end.state !== END.closed && end.state !== END.vanished;
}
