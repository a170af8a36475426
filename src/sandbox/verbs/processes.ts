/** Carries out the verbs on the process of a node. */

import type { processVerbs } from '../../view/verbs/processes.ts';
import type { OperationOf } from '../../view/verbs/table.ts';
import type { NodeState } from '../../world/views.ts';
import { nodeSpec, stateOf } from '../nodeCommand.ts';
import { OperationError } from '../operationErrors.ts';
import type { Done } from '../operator.ts';
import type { Sandbox } from '../sandbox.ts';
import { HOST } from '../topology.ts';
import { apply, type Doings } from './doing.ts';

type ProcessVerb = keyof typeof processVerbs;

export const processDoings: Doings<ProcessVerb> = {
  crash: change,
  powerloss: change,
  freeze: change,
  thaw: change,
  restart: change,
};

function change(sandbox: Sandbox, operation: OperationOf<ProcessVerb>, done: Done): void {
  const { op, node } = operation;
  const spec = nodeSpec(sandbox, node);
  const refusal = refusalAt(op, node, stateOf(sandbox, node));
  if (refusal !== undefined) throw new OperationError(`ERR ${refusal}`);
  const kind = op === 'powerloss' ? 'powerLoss' : op;
  apply(sandbox, { kind, node }, operation, done, ` (${HOST}:${spec.port})`);
}

function refusalAt(op: ProcessVerb, name: string, state: NodeState): string | undefined {
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
