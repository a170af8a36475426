/** What carries out a verb, and what all of them use. */

import { sentenceOf } from '../../view/verbs/sentence.ts';
import type { Operation, OperationOf, VerbName } from '../../view/verbs/table.ts';
import type { Input } from '../../world/input.ts';
import type { Done } from '../operator.ts';
import type { Sandbox } from '../sandbox.ts';

/**
 * Carries out the operation of a verb: `done` is called once, at once or later. Throws OperationError,
 * before anything has changed, when the operation is not possible.
 */
export type Doing<Name extends VerbName> = (
  sandbox: Sandbox,
  operation: OperationOf<Name>,
  done: Done,
) => void;

/** One for each verb: a verb without is a compile error. */
export type Doings<Name extends VerbName> = { readonly [Each in Name]: Doing<Each> };

export function ok(done: Done, text = 'OK'): void {
  done({ ok: true, text });
}

/** Injects the input and reports the operation in the feed, followed by `more`. */
export function apply(
  sandbox: Sandbox,
  input: Input,
  operation: Operation,
  done: Done,
  more = '',
): void {
  sandbox.inject(input);
  sandbox.feed.say(sandbox.world.now, sentenceOf(operation) + more);
  ok(done);
}
