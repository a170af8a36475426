/**
 * The operations of a sandbox: each is checked against the present state, turned into inputs of the
 * world, and answered. The table of operations (view/operationTable.ts) has already checked the fields.
 *
 * Invariant: a refused operation has changed nothing, and the refusal says what to do.
 */

import type { Operation } from '../view/messages.ts';
import { STEP_EVENTS_MAX } from '../view/operationTable.ts';
import type { Input } from '../world/input.ts';
import type { EventView, NodeState } from '../world/views.ts';
import { startLoad, stopLoad } from './loadOperations.ts';
import { command, nodeSpec, serverSpec, stateOf } from './nodeCommand.ts';
import { addNode, removeNode, runLine, setBacklog, tellLog } from './nodeOperations.ts';
import { OperationError, unknownNode } from './operationErrors.ts';
import { type Done, OPERATOR } from './operator.ts';
import type { Sandbox } from './sandbox.ts';
import { failureText } from './snapshot.ts';
import { HOST, LOAD } from './topology.ts';
import { isVisible } from './visibility.ts';

const OUTSIDE = 'outside';
/** The most events that the answer to STEP lists: the last ones. */
const STEP_TOLD_MAX = 100;

/**
 * Carries out an operation. Throws OperationError when it is not possible. A world that has failed can
 * only be looked at.
 */
export function perform(sandbox: Sandbox, operation: Operation, done: Done): void {
  if (operation.op === 'state') {
    done({ ok: true, text: 'OK', snapshot: sandbox.snapshot() });
    return;
  }
  if (operation.op === 'log') {
    tellLog(sandbox, operation.node, operation.count, done);
    return;
  }
  const failure = failureText(sandbox.world);
  if (failure !== null) throw new OperationError(`ERR the world stands still: ${failure}`);
  switch (operation.op) {
    case 'pause':
      sandbox.pause();
      return ok(done);
    case 'resume':
      sandbox.driver.resume();
      return ok(done);
    case 'step':
      return step(sandbox, operation.count, done);
    case 'stepVisible':
      return stepVisible(sandbox, done);
    case 'crash':
    case 'powerloss':
    case 'freeze':
    case 'thaw':
    case 'restart':
      return process(sandbox, operation.op, operation.node, done);
    case 'cut':
    case 'reset':
    case 'heal':
    case 'latency':
      return network(sandbox, operation, done);
    case 'bgsave':
      return command(sandbox, serverSpec(sandbox, operation.node), ['BGSAVE'], done);
    case 'resync':
      return resync(sandbox, operation.node, done);
    case 'replicaof':
      return replicaof(sandbox, operation, done);
    case 'failover':
      return failover(sandbox, operation.name, done);
    case 'load':
      return startLoad(sandbox, operation.rate, operation.bytes, done);
    case 'loadStop':
      return stopLoad(sandbox, done);
    case 'addServer':
    case 'addReplica':
    case 'addSentinel':
      return addNode(sandbox, operation, done);
    case 'remove':
      return removeNode(sandbox, operation.node, done);
    case 'backlog':
      return setBacklog(sandbox, operation.node, operation.bytes, done);
    case 'command':
      return runLine(sandbox, operation.node, operation.line, done);
  }
}

function ok(done: Done, text = 'OK'): void {
  done({ ok: true, text });
}

/** Injects the operation and reports it in the feed. */
function apply(sandbox: Sandbox, input: Input, text: string, done: Done): void {
  sandbox.inject(input);
  sandbox.feed.say(sandbox.world.now, text);
  ok(done);
}

function step(sandbox: Sandbox, count: number, done: Done): void {
  const before = sandbox.world.eventCount;
  sandbox.pause();
  sandbox.driver.step(count);
  stepped(sandbox, before, done);
}

/** Steps to the next visible event; in a world with hidden traffic only, STEP_EVENTS_MAX events. */
function stepVisible(sandbox: Sandbox, done: Done): void {
  const { world } = sandbox;
  const before = world.eventCount;
  sandbox.pause();
  while (world.eventCount - before < STEP_EVENTS_MAX && sandbox.driver.step(1) === 1) {
    const event = world.event(world.eventCount);
    if (event !== undefined && isVisible(event)) break;
  }
  stepped(sandbox, before, done);
}

/** Answers with the events after event `before`. */
function stepped(sandbox: Sandbox, before: number, done: Done): void {
  sandbox.observe();
  const executed = sandbox.world.eventCount - before;
  const lines = sandbox.world.lastEvents(Math.min(executed, STEP_TOLD_MAX)).map(eventLine);
  done({ ok: true, text: `${executed} events`, lines });
}

/** `1042 r1 ← m data 31 bytes: PING`. */
function eventLine(event: EventView): string {
  const peer = event.peer === '' ? '' : ` ← ${event.peer}`;
  const bytes = event.bytes === 0 ? '' : ` ${event.bytes} bytes`;
  const text = event.text === '' ? '' : `: ${event.text}`;
  return `${event.seq} ${event.node}${peer} ${event.kind}${bytes}${text}`;
}

// Processes.

type ProcessOperation = 'crash' | 'powerloss' | 'freeze' | 'thaw' | 'restart';

function process(sandbox: Sandbox, op: ProcessOperation, name: string, done: Done): void {
  const spec = nodeSpec(sandbox, name);
  const state = stateOf(sandbox, name);
  const refusal = processRefusal(op, name, state);
  if (refusal !== undefined) throw new OperationError(`ERR ${refusal}`);
  const kind = op === 'powerloss' ? 'powerLoss' : op;
  apply(sandbox, { kind, node: name }, `${op} ${name} (${HOST}:${spec.port})`, done);
}

function processRefusal(op: ProcessOperation, name: string, state: NodeState): string | undefined {
  const isAlive = state === 'running' || state === 'frozen';
  if (op === 'restart') {
    return state === 'frozen' ? `${name} is frozen: THAW or CRASH it first` : undefined;
  }
  if (op === 'thaw') return state === 'frozen' ? undefined : `${name} is not frozen but ${state}`;
  if (op === 'freeze' && state === 'frozen') return `${name} is frozen already; THAW ends it`;
  return isAlive || op === 'powerloss'
    ? undefined
    : `${name} is ${state} already; RESTART starts it`;
}

// Links.

type NetworkOperation = Extract<Operation, { op: 'cut' | 'reset' | 'heal' | 'latency' }>;

function network(sandbox: Sandbox, operation: NetworkOperation, done: Done): void {
  const { a, b } = operation;
  if (a !== undefined) checkPlace(sandbox, a);
  if (b !== undefined) checkPlace(sandbox, b);
  if (a !== undefined && a === b) throw new OperationError(`ERR ${a} has no link to itself`);
  const input = networkInput(operation);
  apply(sandbox, input, networkWords(operation), done);
}

/** `cut m r1`, `cut m r1 oneway`, `heal`. */
function networkWords(operation: NetworkOperation): string {
  const words = Object.values(operation).filter((value) => value !== false && value !== undefined);
  return words.map((value) => (value === true ? 'oneway' : String(value))).join(' ');
}

function networkInput(operation: NetworkOperation): Input {
  switch (operation.op) {
    case 'cut':
      return { kind: 'cut', a: operation.a, b: operation.b, oneway: operation.oneway };
    case 'reset':
      return { kind: 'reset', a: operation.a, b: operation.b };
    case 'heal':
      return {
        kind: 'heal',
        ...(operation.a === undefined ? {} : { a: operation.a }),
        ...(operation.b === undefined ? {} : { b: operation.b }),
      };
    case 'latency': {
      const { a, b, ms, jitterMs } = operation;
      const micros = Math.round(ms * 1000);
      return { kind: 'latency', a, b, micros, jitterMicros: Math.round(jitterMs * 1000) };
    }
  }
}

/** The ends of links: nodes and pseudo-nodes. */
function checkPlace(sandbox: Sandbox, name: string): void {
  const places = [...sandbox.specs.map((spec) => spec.name), OUTSIDE, LOAD, OPERATOR];
  if (!places.includes(name)) throw unknownNode(name, places);
}

// Commands.

function resync(sandbox: Sandbox, name: string, done: Done): void {
  serverSpec(sandbox, name);
  const node = sandbox.snapshot().nodes.find((candidate) => candidate.name === name)!;
  if (node.role !== 'replica') {
    throw new OperationError(`ERR ${name} is a master: only a replica resynchronizes`);
  }
  if (node.process !== 'running') {
    throw new OperationError(`ERR ${name} is ${node.process}: it has to run to resynchronize`);
  }
  const input: Input = { kind: 'signal', node: name, name: 'FULLRESYNC' };
  apply(sandbox, input, `forced full resynchronization of ${name}`, done);
}

type ReplicaofOperation = Extract<Operation, { op: 'replicaof' }>;

function replicaof(sandbox: Sandbox, { node, to }: ReplicaofOperation, done: Done): void {
  const spec = serverSpec(sandbox, node);
  if (to === null) {
    command(sandbox, spec, ['REPLICAOF', 'NO', 'ONE'], done);
    return;
  }
  if ('node' in to) {
    if (to.node === node) throw new OperationError(`ERR ${node} cannot be its own replica`);
    const { port } = serverSpec(sandbox, to.node);
    command(sandbox, spec, ['REPLICAOF', HOST, String(port)], done);
    return;
  }
  command(sandbox, spec, ['REPLICAOF', to.host, String(to.port)], done);
}

/** Sends SENTINEL FAILOVER to a running Sentinel. */
function failover(sandbox: Sandbox, name: string, done: Done): void {
  const sentinels = sandbox.specs.filter((spec) => spec.machine === 'sentinel');
  if (sentinels.length === 0) {
    throw new OperationError(
      'ERR there are no Sentinels: promote a replica with REPLICAOF node NO ONE',
    );
  }
  const running = sentinels.find((spec) => stateOf(sandbox, spec.name) === 'running');
  if (running === undefined)
    throw new OperationError('ERR no Sentinel is running: RESTART one first');
  command(sandbox, running, ['SENTINEL', 'FAILOVER', name], done);
}
