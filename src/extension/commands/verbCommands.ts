/**
 * The commands of the verbs: each asks for its arguments as the table declares them, and requests the
 * operation.
 *
 * Invariant: a question that the user leaves unanswered ends the command, and nothing is done.
 */

import * as vscode from 'vscode';
import type { Argument, Suitable } from '../../view/verbs/arguments.ts';
import { isOffered, suits } from '../../view/verbs/offers.ts';
import { filledIn } from '../../view/verbs/sentence.ts';
import { allVerbs, type Operation, type VerbName } from '../../view/verbs/table.ts';
import type { Verb } from '../../view/verbs/verb.ts';
import type { Logs } from '../logs.ts';
import { type AnyNode, pickSession, pickTarget } from '../picks.ts';
import type { Sandboxes } from '../sandboxes.ts';
import type { Session } from '../session.ts';
import type { TreeEntry } from '../treeEntry.ts';
import { request } from './answers.ts';
import { askCut, askHeal } from './linkQuestions.ts';
import type { Handler, Handlers, VerbCommand } from './names.ts';
import { type Asked, askArguments, type Fields } from './questions.ts';

type Ask = (asked: Asked) => Promise<readonly Operation[] | undefined>;

/** Verbs that ask in a way of their own. */
const QUESTIONS: Partial<Record<VerbName, Ask>> = { cut: askCut, heal: askHeal };

export function verbCommands(sandboxes: Sandboxes, logs: Logs): Handlers<VerbCommand> {
  const entries = allVerbs().flatMap(([op, verb]): (readonly [string, Handler])[] => {
    if (verb.command === undefined) return [];
    const { name, title } = verb.command;
    const handler: Handler = async (entry) => {
      const subject = await subjectOf(sandboxes, verb, entry);
      if (subject === undefined) return;
      const asked = { ...subject, title, given: entry?.node ?? '', takes: verb.takes };
      const operations = await (QUESTIONS[op] ?? askFor(op, verb))(asked);
      for (const operation of operations ?? []) await request(subject.session, operation, logs);
    };
    return [[name, handler]];
  });
  return Object.fromEntries(entries) as Handlers<VerbCommand>;
}

/** Asks for the arguments that the table declares. */
function askFor(op: VerbName, verb: Verb): Ask {
  return async (asked) => {
    const fields = await askArguments(asked);
    if (fields === undefined || !(await isConfirmed(verb, fields))) return undefined;
    return [{ op, ...fields } as Operation];
  };
}

type Subject = Pick<Asked, 'session' | 'node'>;

/** The sandbox, and the node if the verb takes one. */
async function subjectOf(
  sandboxes: Sandboxes,
  verb: Verb,
  entry: TreeEntry | undefined,
): Promise<Subject | undefined> {
  const { title, offered } = verb.command!;
  const suitable = Object.values(verb.takes).map(suitableOf).find(Boolean);
  const isPossible = ({ isRecording }: Session): boolean =>
    !isRecording || verb.worksInPast === true;
  if (suitable !== undefined) {
    const fits = (node: AnyNode, session: Session): boolean =>
      suits(suitable, node) && isPossible(session);
    return pickTarget(sandboxes, entry, title, fits);
  }
  const fits = (session: Session): boolean =>
    isPossible(session) && (offered === undefined || isOffered(offered, session.snapshot));
  const session = await pickSession(sandboxes, entry, fits);
  return session && { session, node: undefined };
}

function suitableOf(argument: Argument): Suitable | undefined {
  return argument.kind === 'node' ? argument.suitable : undefined;
}

async function isConfirmed({ command }: Verb, fields: Fields): Promise<boolean> {
  if (command?.warning === undefined) return true;
  const values = new Map(Object.entries(fields).map(([name, value]) => [name, String(value)]));
  const question = filledIn(command.warning, values);
  const yes = command.title;
  return (await vscode.window.showWarningMessage(question, { modal: true }, yes)) === yes;
}
