/** Carries out the verbs on replication: most are commands that the operator sends. */

import type { replicationVerbs } from '../../view/verbs/replication.ts';
import type { OperationOf } from '../../view/verbs/table.ts';
import { command, serverSpec, stateOf } from '../nodeCommand.ts';
import { OperationError } from '../operationErrors.ts';
import type { Done } from '../operator.ts';
import type { Sandbox } from '../sandbox.ts';
import { HOST } from '../topology.ts';
import { apply, type Doings } from './doing.ts';

export const replicationDoings: Doings<keyof typeof replicationVerbs> = {
  bgsave: (sandbox, { node }, done) => {
    command(sandbox, serverSpec(sandbox, node), ['BGSAVE'], done);
  },
  resync,
  replicaof,
  backlog: (sandbox, { node, bytes }, done) => {
    const server = serverSpec(sandbox, node);
    command(sandbox, server, ['CONFIG', 'SET', 'repl-backlog-size', String(bytes)], (outcome) => {
      // A restart of the node, too, keeps what was set here.
      if (outcome.ok) command(sandbox, server, ['CONFIG', 'REWRITE'], () => {});
      done(outcome);
    });
  },
  failover,
};

function resync(sandbox: Sandbox, operation: OperationOf<'resync'>, done: Done): void {
  const { node: name } = operation;
  serverSpec(sandbox, name);
  const node = sandbox.snapshot().nodes.find((candidate) => candidate.name === name)!;
  if (node.role !== 'replica') {
    throw new OperationError(`ERR ${name} is a master: only a replica resynchronizes`);
  }
  if (node.process !== 'running') {
    throw new OperationError(`ERR ${name} is ${node.process}: it has to run to resynchronize`);
  }
  const instruction = { kind: 'resync' };
  apply(sandbox, { kind: 'instruct', node: name, instruction }, operation, done);
}

function replicaof(sandbox: Sandbox, { node, to }: OperationOf<'replicaof'>, done: Done): void {
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
function failover(sandbox: Sandbox, { name }: OperationOf<'failover'>, done: Done): void {
  const sentinels = sandbox.reading.nodes.filter((spec) => spec.machine === 'sentinel');
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
