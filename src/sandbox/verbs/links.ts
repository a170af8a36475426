/** Carries out the verbs on links. */

import type { linkVerbs } from '../../view/verbs/links.ts';
import type { OperationOf } from '../../view/verbs/table.ts';
import { type Input, OUTSIDE } from '../../world/input.ts';
import { OperationError, unknownNode } from '../operationErrors.ts';
import { type Done, OPERATOR } from '../operator.ts';
import type { Sandbox } from '../sandbox.ts';
import { LOAD } from '../topology.ts';
import { apply, type Doings } from './doing.ts';

export const linkDoings: Doings<keyof typeof linkVerbs> = {
  cut: (sandbox, operation, done) => {
    const { a, b, oneway } = operation;
    change(sandbox, operation, { kind: 'cut', a, b, oneway }, done);
  },
  reset: (sandbox, operation, done) => {
    const { a, b } = operation;
    change(sandbox, operation, { kind: 'reset', a, b }, done);
  },
  heal: (sandbox, operation, done) => {
    const { op, ...ends } = operation;
    change(sandbox, operation, { kind: op, ...ends }, done);
  },
  latency: (sandbox, operation, done) => {
    const { a, b, ms, jitterMs } = operation;
    const micros = Math.round(ms * 1000);
    const jitterMicros = Math.round(jitterMs * 1000);
    change(sandbox, operation, { kind: 'latency', a, b, micros, jitterMicros }, done);
  },
};

function change(
  sandbox: Sandbox,
  operation: OperationOf<keyof typeof linkVerbs>,
  input: Input,
  done: Done,
): void {
  const { a, b } = operation;
  if (a !== undefined) checkPlace(sandbox, a);
  if (b !== undefined) checkPlace(sandbox, b);
  if (a !== undefined && a === b) throw new OperationError(`ERR ${a} has no link to itself`);
  apply(sandbox, input, operation, done);
}

/** The ends of links: nodes and pseudo-nodes. */
function checkPlace(sandbox: Sandbox, name: string): void {
  const places = [...sandbox.reading.nodes.map((spec) => spec.name), OUTSIDE, LOAD, OPERATOR];
  if (!places.includes(name)) throw unknownNode(name, places);
}
