/**
 * The table of verbs: each operation of a sandbox is declared here once. From it follow the messages of
 * a page (check.ts), the control endpoint's SANDBOX command and its HELP (gateway/), the questions of the
 * palette (extension/) and the lines of the feed (sentence.ts). `sandbox/verbs` carries them out.
 *
 * Invariant: the name of a verb is the `op` of its operation.
 */

import type { FieldsOf } from './arguments.ts';
import { historyVerbs } from './history.ts';
import { linkVerbs } from './links.ts';
import { loadVerbs } from './load.ts';
import { nodeVerbs } from './nodes.ts';
import { processVerbs } from './processes.ts';
import { replicationVerbs } from './replication.ts';
import { timeVerbs } from './time.ts';
import type { Verb } from './verb.ts';

/** In the order of HELP. */
export const VERBS = {
  ...timeVerbs,
  ...historyVerbs,
  ...processVerbs,
  ...linkVerbs,
  ...replicationVerbs,
  ...nodeVerbs,
  ...loadVerbs,
};

export type VerbName = keyof typeof VERBS;

/** One object type in place of an intersection, as the compiler's errors should show it. */
type Flat<T> = { [Field in keyof T]: T[Field] };

/** The operation of a verb: its name and its arguments. */
export type OperationOf<Name extends VerbName> = {
  [Op in Name]: Flat<{ readonly op: Op } & FieldsOf<(typeof VERBS)[Op]['takes']>>;
}[Name];

/** The operations of a sandbox. */
export type Operation = OperationOf<VerbName>;

/** The declaration of a verb, whichever it is. */
export function verbOf(name: VerbName): Verb {
  return VERBS[name];
}

/** Whether a received name is that of a verb. */
export function isVerbName(name: string): name is VerbName {
  return Object.hasOwn(VERBS, name);
}

/** All verbs with their names, in the order of HELP. */
export function allVerbs(): [VerbName, Verb][] {
  return Object.entries(VERBS) as [VerbName, Verb][];
}
