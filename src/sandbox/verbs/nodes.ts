/**
 * Carries out the verbs on whole nodes: adding and removing them, running any command on one, reading
 * its log.
 *
 * Invariants: two nodes never have the same name or port at the same time; the last server cannot be
 * removed. gateway/ finds out whether a port is free on the host.
 */

import { splitArguments } from '../../engine/resp/splitArguments.ts';
import { PORT_MAX } from '../../view/verbs/arguments.ts';
import type { nodeVerbs } from '../../view/verbs/nodes.ts';
import { sentenceOf } from '../../view/verbs/sentence.ts';
import { type OperationOf, VERBS } from '../../view/verbs/table.ts';
import { logEntry } from '../feed.ts';
import { command, nodeSpec, serverSpec } from '../nodeCommand.ts';
import { OperationError } from '../operationErrors.ts';
import type { Done } from '../operator.ts';
import { replyLines } from '../replyLines.ts';
import type { Sandbox } from '../sandbox.ts';
import { sentinelOf } from '../sentinelReading.ts';
import {
  HOST,
  MASTER_NAME,
  type NodeSpec,
  quorumOf,
  sentinelNode,
  serverNode,
} from '../topology.ts';
import { type Doings, ok } from './doing.ts';
import { tellLoad } from './load.ts';

const NODES_MAX = 100;

type ServerAddition = OperationOf<'addServer' | 'addReplica'>;
type Addition = ServerAddition | OperationOf<'addSentinel'>;

export const nodeDoings: Doings<keyof typeof nodeVerbs> = {
  addServer: addNode,
  addReplica: addNode,
  addSentinel: addNode,
  remove: removeNode,
  command: runLine,
  log: tellLog,
};

function addNode(sandbox: Sandbox, operation: Addition, done: Done): void {
  if (sandbox.reading.nodes.length >= NODES_MAX) {
    throw new OperationError(`ERR a sandbox has ${NODES_MAX} nodes at most: REMOVE one first`);
  }
  const port = operation.port ?? nextPort(sandbox, operation.op === 'addSentinel');
  checkPort(sandbox, port);
  if (operation.op === 'addSentinel') {
    addSentinel(sandbox, port, done);
    return;
  }
  const spec = newServer(sandbox, operation, port);
  sandbox.addNode(spec);
  const words = VERBS[operation.op].words.toLowerCase();
  sandbox.feed.say(sandbox.world.now, `${words} ${spec.name} (${HOST}:${port})`);
  ok(done, `${spec.name} ${HOST}:${port}`);
}

/**
 * Every Sentinel has its own quorum. The new one gets a majority of all Sentinels, itself included; the
 * others keep theirs. Example: three Sentinels added in turn to a sandbox without Sentinels get 1, 2
 * and 2.
 */
function addSentinel(sandbox: Sandbox, port: number, done: Done): void {
  const { topology, world } = sandbox;
  const others = sandbox.reading.nodes.filter((spec) => spec.machine === 'sentinel');
  const quorum = quorumOf(others.length + 1, topology);
  const name = newName(sandbox, 's');
  sandbox.addNode(sentinelNode(name, port, masterPort(sandbox), quorum, topology));
  tellLoad(sandbox);
  const different = others
    .map((spec) => ({ name: spec.name, quorum: quorumAt(sandbox, spec.name) }))
    .filter((other) => other.quorum !== undefined && other.quorum !== quorum)
    .map((other) => `${other.name} has quorum ${other.quorum}`);
  const change = `SENTINEL SET ${MASTER_NAME} quorum ${quorum} changes it`;
  const hint = different.length === 0 ? '' : `; ${different.join(', ')}: ${change}`;
  sandbox.feed.say(world.now, `add sentinel ${name} (${HOST}:${port}), quorum ${quorum}${hint}`);
  ok(done, `${name} ${HOST}:${port} quorum ${quorum}`);
}

/** Undefined for a Sentinel that monitors no such master. */
function quorumAt(sandbox: Sandbox, name: string): number | undefined {
  return sentinelOf(sandbox.world, name)?.masters.get(MASTER_NAME)?.quorum;
}

function newServer(sandbox: Sandbox, operation: ServerAddition, port: number): NodeSpec {
  if (operation.op === 'addServer') return serverNode(newName(sandbox, 'n'), port, undefined);
  const master = serverSpec(sandbox, operation.of);
  return serverNode(newName(sandbox, 'r'), port, master.port);
}

/** One above the highest number in use: r3 after r1 and r2. */
function newName(sandbox: Sandbox, letter: string): string {
  const numbers = sandbox.reading.nodes
    .filter((spec) => spec.name.startsWith(letter))
    .map((spec) => Number(spec.name.slice(1)));
  return `${letter}${Math.max(0, ...numbers.filter(Number.isInteger)) + 1}`;
}

/** The port after the highest of its kind. */
export function nextPort(sandbox: Sandbox, isSentinel: boolean): number {
  const kind = isSentinel ? 'sentinel' : 'server';
  const ports = sandbox.reading.nodes
    .filter((spec) => spec.machine === kind)
    .map((spec) => spec.port);
  const first = isSentinel ? sandbox.topology.sentinelPort : sandbox.topology.port;
  return Math.max(first - 1, ...ports) + 1;
}

function checkPort(sandbox: Sandbox, port: number): void {
  if (port > PORT_MAX)
    throw new OperationError('ERR there is no port above that of the last node: name a port');
  const owner = sandbox.reading.nameOf(HOST, port);
  if (owner !== null) throw new OperationError(`ERR ${owner} has port ${port}`);
}

/** The master's address according to the Sentinels; without Sentinels, that of the first master. */
function masterPort(sandbox: Sandbox): number {
  const { nodes, sentinels } = sandbox.snapshot();
  const seen = sentinels.find(({ process, master }) => process === 'running' && master !== null);
  const master = nodes.find((node) => node.role === 'master' && node.process === 'running');
  return seen?.master?.port ?? (master ?? nodes[0]!).port;
}

function removeNode(sandbox: Sandbox, operation: OperationOf<'remove'>, done: Done): void {
  const { node: name } = operation;
  const spec = nodeSpec(sandbox, name);
  const servers = sandbox.reading.nodes.filter((other) => other.machine === 'server');
  if (spec.machine === 'server' && servers.length === 1) {
    throw new OperationError(`ERR ${name} is the last server; a sandbox needs one`);
  }
  sandbox.removeNode(name);
  if (spec.machine === 'sentinel') tellLoad(sandbox);
  sandbox.feed.say(sandbox.world.now, `${sentenceOf(operation)} (${HOST}:${spec.port})`);
  ok(done);
}

/** The last log lines of a node, even of a dead one. */
function tellLog(sandbox: Sandbox, operation: OperationOf<'log'>, done: Done): void {
  const { node: name, count } = operation;
  nodeSpec(sandbox, name);
  const log = sandbox.history.shown.world.logSince(name, 0).slice(-count);
  done({ ok: true, text: `${log.length} lines`, log: log.map((line) => logEntry(name, line)) });
}

/** `SET greeting "hello world"`: quoted and answered as at redis-cli's prompt. */
function runLine(sandbox: Sandbox, operation: OperationOf<'command'>, done: Done): void {
  const { node, line } = operation;
  const spec = nodeSpec(sandbox, node);
  const words = splitArguments(Buffer.from(line, 'utf8').latin1Slice());
  if (words === undefined) throw new OperationError('ERR unbalanced quotes in the command');
  if (words.length === 0) throw new OperationError('ERR the command is empty: name a command');
  command(sandbox, spec, words, done, (reply) => {
    const lines = replyLines(reply);
    return { ok: true, text: lines.join('\n'), lines };
  });
}
