/**
 * Carries out LOAD and LOAD STOP: the load client is a node of the world, which the first LOAD adds.
 *
 * Invariant: it knows all Sentinels, first from its directives, then from an instruction whenever one is
 * added or removed.
 */

import type { Outcome } from '../../view/messages.ts';
import type { loadVerbs } from '../../view/verbs/load.ts';
import { sentenceOf } from '../../view/verbs/sentence.ts';
import type { OperationOf } from '../../view/verbs/table.ts';
import type { AddNode } from '../../world/input.ts';
import type { Address, LoadInstruction } from '../load/loadSettings.ts';
import { OperationError } from '../operationErrors.ts';
import type { Done } from '../operator.ts';
import type { Sandbox } from '../sandbox.ts';
import { HOST, LOAD } from '../topology.ts';
import { type Doings, ok } from './doing.ts';

/** How long LOAD STOP waits until the keys have been read back, in world time. */
const STOP_MICROS = 10_000_000;

export const loadDoings: Doings<keyof typeof loadVerbs> = { load: start, loadStop: stop };

function start(sandbox: Sandbox, operation: OperationOf<'load'>, done: Done): void {
  const { rate, bytes } = operation;
  if (sandbox.world.node(LOAD) === undefined) sandbox.inject(loadNode(sandbox));
  instruct(sandbox, { kind: 'rate', rate, bytes });
  sandbox.feed.say(sandbox.world.now, sentenceOf(operation));
  ok(done);
}

function loadNode(sandbox: Sandbox): AddNode {
  const directives = sentinelsOf(sandbox).map(({ host, port }) => ['sentinel', host, String(port)]);
  const server = sandbox.reading.nodes.find((spec) => spec.machine === 'server');
  const master = ['master', HOST, String(server!.port)];
  const name = ['master-name', sandbox.masterName];
  return {
    kind: 'addNode',
    name: LOAD,
    machine: 'load',
    directives: [...directives, master, name],
  };
}

/** To be called when a Sentinel was added or removed. */
export function tellLoad(sandbox: Sandbox): void {
  if (sandbox.world.node(LOAD) === undefined) return;
  instruct(sandbox, { kind: 'sentinels', sentinels: sentinelsOf(sandbox) });
}

function instruct(sandbox: Sandbox, instruction: LoadInstruction): void {
  sandbox.inject({ kind: 'instruct', node: LOAD, instruction });
}

function sentinelsOf({ reading }: Sandbox): Address[] {
  const sentinels = reading.nodes.filter((spec) => spec.machine === 'sentinel');
  return sentinels.map(({ port }) => ({ host: HOST, port }));
}

/** Answers once the keys have been read back, so that the numbers are final. */
function stop(sandbox: Sandbox, operation: OperationOf<'loadStop'>, done: Done): void {
  const { load } = sandbox.reading;
  if (load === undefined || !load.isRunning) {
    throw new OperationError('ERR no load is running: LOAD rate [bytes] starts one');
  }
  instruct(sandbox, { kind: 'stop' });
  sandbox.feed.say(sandbox.world.now, sentenceOf(operation));
  sandbox.wait({
    deadline: sandbox.world.now + STOP_MICROS,
    done,
    queued: 'QUEUED the world is paused: the load stops with RESUME or STEP',
    settle: (isLate) => settleStop(sandbox, isLate),
  });
}

function settleStop(sandbox: Sandbox, isLate: boolean): Outcome | undefined {
  const load = sandbox.reading.load!;
  if (load.isRunning && !isLate) return undefined;
  const { sent, acked, unknown, lost } = load.book;
  const numbers = `sent ${sent}, acknowledged ${acked}, unknown ${unknown}, lost ${lost}`;
  if (load.isRunning) {
    const error = `ERR the load has not read its keys back yet, because no master has answered (${numbers}); it keeps trying`;
    return { ok: false, error };
  }
  return { ok: true, text: numbers };
}
