/**
 * Carries out the operations of a sandbox: each is checked against the present state, turned into inputs
 * of the world, and answered. The table of verbs (view/verbs) has already checked the fields.
 *
 * Invariant: a refused operation has changed nothing, and the refusal says what to do.
 */

import { type Operation, type VerbName, verbOf } from '../../view/verbs/table.ts';
import { OperationError } from '../operationErrors.ts';
import type { Done } from '../operator.ts';
import type { Sandbox } from '../sandbox.ts';
import { failureText } from '../snapshot.ts';
import type { Doing, Doings } from './doing.ts';
import { historyDoings } from './history.ts';
import { linkDoings } from './links.ts';
import { loadDoings } from './load.ts';
import { nodeDoings } from './nodes.ts';
import { processDoings } from './processes.ts';
import { replicationDoings } from './replication.ts';
import { timeDoings } from './time.ts';

const DOINGS: Doings<VerbName> = {
  ...timeDoings,
  ...historyDoings,
  ...processDoings,
  ...linkDoings,
  ...replicationDoings,
  ...nodeDoings,
  ...loadDoings,
};

/**
 * Carries out an operation. Throws OperationError when it is not possible. After a failure of the world
 * only the verbs that declare it are, and the same while the past is shown.
 */
export function perform(sandbox: Sandbox, operation: Operation, done: Done): void {
  if (verbOf(operation.op).worksAfterFailure !== true) {
    const failure = failureText(sandbox.world);
    if (failure !== null) throw new OperationError(`ERR the world stands still: ${failure}`);
  }
  if (verbOf(operation.op).worksInPast !== true) checkPresent(sandbox);
  const doing = DOINGS[operation.op] as Doing<VerbName>;
  doing(sandbox, operation, done);
}

/** Throws OperationError while there is nothing that could be changed. */
function checkPresent({ history, isRecording }: Sandbox): void {
  if (isRecording) {
    throw new OperationError('ERR a recording does not change: FORK continues from what is shown');
  }
  if (!history.isPast) return;
  throw new OperationError(
    `ERR event ${history.shownEvent} of the past is shown, where nothing can be changed: LIVE returns to the present, FORK continues from here`,
  );
}
