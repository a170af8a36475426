/**
 * Operations: nodes, faults, signals. Each takes effect at once as an event, which is the cause of its
 * consequences.
 */

import { InvariantError } from '../engine/machine/errors.ts';
import type { Instruction } from '../engine/machine/machine.ts';
import { seedOf } from '../engine/machine/random.ts';
import type { Link } from './connection.ts';
import { VirtualDisk } from './disk.ts';
import { KIND } from './event.ts';
import { type AddNode, InputError, type Operation } from './input.ts';
import {
  closeAll,
  closeListeners,
  connectionsBetween,
  release,
  reset,
  vanishAll,
} from './network.ts';
import { WorldNode } from './node.ts';
import { bury, endChild, goOn, spawn } from './process.ts';
import { isMachineKind, machineKind } from './registry.ts';
import type { Runtime } from './runtime.ts';
import type { WorldState } from './state.ts';

/** Throws InputError when the operation is invalid in this state. */
export function check(state: WorldState, op: Operation): void {
  if (op.kind === 'addNode') {
    checkAdd(state, op);
    return;
  }
  if (!('node' in op)) return;
  const node = state.nodes.get(op.node);
  if (node === undefined) throw new InputError(`no node named ${op.node}`);
  if (op.kind === 'instruct' && node.machine.instructed === undefined) {
    throw new InputError(`${op.node} follows no instructions`);
  }
}

function checkAdd(state: WorldState, op: AddNode): void {
  if (state.nodes.has(op.name)) throw new InputError(`a node named ${op.name} exists`);
  if (!isMachineKind(op.machine)) throw new InputError(`no machine registered as ${op.machine}`);
  for (const port of op.ports ?? []) {
    const owner = state.ports.get(port);
    if (owner !== undefined) throw new InputError(`port ${port} belongs to ${owner.name}`);
  }
}

export function operate(run: Runtime, op: Operation): void {
  const state = run.state;
  const name = op.kind === 'addNode' ? op.name : 'node' in op ? op.node : '';
  const place = name === '' ? -1 : state.place(name);
  state.trace.record(state.now, KIND.operation, place, -1, 0, 0, 0, undefined, describe(op));
  run.cause = state.trace.count;
  if (op.kind === 'addNode') {
    addNode(run, op);
    return;
  }
  if ('node' in op) {
    operateOnNode(run, state.nodes.get(op.node)!, op);
    return;
  }
  operateOnLinks(run, op);
}

/** The operation in words: `cut m r1`, `latency m r1 5000`, `instruct load rate 500 64`. */
function describe(op: Operation): string {
  if (op.kind === 'instruct') return `instruct ${op.node} ${instructionWords(op.instruction)}`;
  const words = Object.values(op).filter((value) => typeof value !== 'object' && value !== false);
  return words.map((value) => (value === true ? 'oneway' : String(value))).join(' ');
}

function addNode(run: Runtime, op: AddNode): void {
  const state = run.state;
  const { files, ...setup } = op;
  const creation = state.newCreation(op.name);
  const diskSeed = seedOf(state.seed, `disk ${op.name} ${creation}`);
  const disk = new VirtualDisk(state.params.disk, diskSeed);
  for (const file of files ?? []) disk.install(file.path, file.bytes);
  const machine = machineKind(op.machine).create();
  const node = new WorldNode(state.place(op.name), setup, creation, disk, machine);
  state.nodes.set(op.name, node);
  for (const port of node.ports) state.ports.set(port, node);
  for (const link of state.links.values()) if (link.to === op.name) link.target = node;
  spawn(run, node);
}

type NodeOperation = Extract<Operation, { node: string }>;

function operateOnNode(run: Runtime, node: WorldNode, op: NodeOperation): void {
  switch (op.kind) {
    case 'removeNode':
      removeNode(run, node);
      break;
    case 'crash':
      if (!node.isAlive) return;
      closeAll(run, node);
      bury(node, 'crashed');
      break;
    case 'powerLoss':
      powerLoss(run, node);
      break;
    case 'freeze':
      if (node.state === 'running') node.state = 'frozen';
      return;
    case 'thaw':
      if (node.state !== 'frozen') return;
      node.state = 'running';
      goOn(run, node, false);
      break;
    case 'restart':
      restart(run, node);
      break;
    case 'shutdown':
      signal(run, node, op.signal ?? 'SIGTERM');
      break;
    case 'signal':
      signal(run, node, op.name);
      break;
    case 'instruct':
      instruct(run, node, op.instruction);
      break;
    case 'killChild':
      endChild(run, node, op.child, { code: 0, signal: 'SIGKILL' });
      break;
    case 'clockJump':
      node.clockOffset += op.micros;
      goOn(run, node, false);
      break;
    case 'diskFault':
      node.disk.full = op.full;
      return;
  }
}

/**
 * Its links are removed with their faults: the next node of this name has default links. Packets on them
 * arrive, so that no peer waits for a link that can no longer be healed.
 */
function removeNode(run: Runtime, node: WorldNode): void {
  const state = run.state;
  if (node.isAlive) closeAll(run, node);
  bury(node, 'exited');
  powerUp(run, node);
  for (const [key, link] of state.links) {
    if (link.from !== node.name && link.to !== node.name) continue;
    link.cut = false;
    link.held = false;
    release(state, link, true);
    state.links.delete(key);
  }
  state.nodes.delete(node.name);
  for (const port of node.ports) state.ports.delete(port);
}

function powerLoss(run: Runtime, node: WorldNode): void {
  if (!node.powered) return;
  vanishAll(run, node);
  node.disk.powerLoss(run.state.now);
  bury(node, 'crashed');
  node.powered = false;
}

function restart(run: Runtime, node: WorldNode): void {
  if (node.isAlive) {
    node.restartOnExit = true;
    signal(run, node, 'SIGTERM');
    return;
  }
  const wasOff = !node.powered;
  powerUp(run, node);
  spawn(run, node);
  if (!wasOff) return;
  // The packets that peers kept retransmitting reach the new kernel.
  const state = run.state;
  for (const link of state.links.values()) if (link.target === node) release(state, link, true);
}

/** The new kernel has no listeners. */
function powerUp(run: Runtime, node: WorldNode): void {
  if (!node.powered) closeListeners(run, node);
  node.powered = true;
}

function signal(run: Runtime, node: WorldNode, name: string): void {
  if (!node.isAlive) return;
  run.state.schedule(run.state.now, KIND.signal, node, run.cause).label = name;
}

function instruct(run: Runtime, node: WorldNode, instruction: Instruction): void {
  if (!node.isAlive) return;
  const event = run.state.schedule(run.state.now, KIND.instruction, node, run.cause);
  event.content = instruction;
  event.label = instructionWords(instruction);
}

/** `rate 500 64`; fields that are lists or objects as JSON. The trace hash covers these words. */
function instructionWords(instruction: Instruction): string {
  return Object.values(instruction)
    .map((value) => (typeof value === 'object' ? JSON.stringify(value) : String(value)))
    .join(' ');
}

type LinkOperation = Exclude<Operation, AddNode | { node: string }>;

function operateOnLinks(run: Runtime, op: LinkOperation): void {
  const state = run.state;
  switch (op.kind) {
    case 'reset':
      for (const end of connectionsBetween(state, op.a, op.b)) reset(run, end);
      return;
    case 'heal':
      for (const link of healed(state, op)) heal(state, link);
      return;
    case 'cut':
      for (const link of pair(state, op.a, op.b, op.oneway)) link.cut = true;
      return;
    case 'hold':
      for (const link of pair(state, op.a, op.b, op.oneway)) link.held = true;
      return;
    case 'latency':
      for (const link of pair(state, op.a, op.b, op.oneway)) {
        link.latencyMicros = op.micros;
        link.jitterMicros = op.jitterMicros ?? 0;
      }
      return;
    case 'bandwidth':
      for (const link of pair(state, op.a, op.b, op.oneway)) {
        link.bytesPerSecond = op.bytesPerSecond;
      }
      return;
    default:
      throw new InvariantError('unknown operation');
  }
}

function pair(state: WorldState, a: string, b: string, oneway: boolean | undefined): Link[] {
  return oneway === true ? [state.link(a, b)] : [state.link(a, b), state.link(b, a)];
}

function healed(state: WorldState, op: LinkOperation & { kind: 'heal' }): Link[] {
  const { a, b, oneway } = op;
  const links = [...state.links.values()];
  if (a === undefined) return links;
  if (b === undefined) return links.filter((link) => link.from === a || link.to === a);
  return pair(state, a, b, oneway);
}

function heal(state: WorldState, link: Link): void {
  const wasCut = link.cut;
  if (!link.cut && !link.held) return;
  link.cut = false;
  link.held = false;
  release(state, link, wasCut);
}
