/**
 * Finds nodes by name, and sends commands to them.
 *
 * Invariant: the error for an unknown name lists the known ones.
 */

import { displayed, SHOWN } from '../view/displayed.ts';
import { shownWords } from '../world/secrets/hideWords.ts';
import type { NodeState } from '../world/views.ts';
import { passwordOf } from './nodeReading.ts';
import { OperationError, unknownNode } from './operationErrors.ts';
import type { Done, ReadReply } from './operator.ts';
import type { Sandbox } from './sandbox.ts';
import type { NodeId } from './topology.ts';

export function stateOf(sandbox: Sandbox, name: string): NodeState {
  return sandbox.world.node(name)!.state;
}

/** The specification of a node by its name. */
export function nodeSpec(sandbox: Sandbox, name: string): NodeId {
  const spec = sandbox.reading.nodes.find((candidate) => candidate.name === name);
  if (spec !== undefined) return spec;
  throw unknownNode(
    name,
    sandbox.reading.nodes.map((known) => known.name),
  );
}

export function serverSpec(sandbox: Sandbox, name: string): NodeId {
  const spec = nodeSpec(sandbox, name);
  if (spec.machine === 'server') return spec;
  const servers = sandbox.reading.nodes.filter((known) => known.machine === 'server');
  const names = servers.map((known) => known.name).join(' ');
  throw new OperationError(`ERR ${name} is a Sentinel; the servers are: ${names}`);
}

/**
 * Sends a command to a node and answers with its reply. While the world is paused the answer is QUEUED, at
 * once.
 */
export function command(
  sandbox: Sandbox,
  spec: NodeId,
  words: readonly string[],
  done: Done,
  read?: ReadReply,
): void {
  const state = stateOf(sandbox, spec.name);
  if (state === 'crashed' || state === 'exited') {
    throw new OperationError(`ERR ${spec.name} is ${state}: RESTART it first`);
  }
  if (sandbox.operator.isFull) {
    throw new OperationError('ERR too many commands are waiting for replies: try again later');
  }
  const shown = displayed(shownWords(words).join(' '), SHOWN.line);
  sandbox.feed.say(sandbox.world.now, `${shown} to ${spec.name}`);
  const node = { ...spec, password: passwordOf(sandbox.world, spec.name) };
  sandbox.operator.command(sandbox.world.now, sandbox.newConn(), node, words, done, read);
  if (sandbox.driver.mode === 'paused') sandbox.operator.queue();
}
