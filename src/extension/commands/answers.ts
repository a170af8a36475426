/** Requests operations, and shows answers that are more than a word. */

import * as vscode from 'vscode';
import type { Operation, OperationOf, VerbName } from '../../view/verbs/table.ts';
import type { Logs } from '../logs.ts';
import { perform, type Session } from '../session.ts';

type Show<Name extends VerbName> = (
  session: Session,
  operation: OperationOf<Name>,
  logs: Logs,
) => Promise<unknown>;

const SHOWN: { readonly [Name in VerbName]?: Show<Name> } = {
  step,
  stepVisible: step,
  command: run,
  saveRecording: save,
};

const OPEN = 'Open';

/** Requests an operation and shows its answer. */
export async function request(session: Session, operation: Operation, logs: Logs): Promise<void> {
  const show = SHOWN[operation.op] as Show<VerbName> | undefined;
  if (show === undefined) await perform(session, operation);
  else await show(session, operation, logs);
}

async function step(
  session: Session,
  operation: OperationOf<'step' | 'stepVisible'>,
  logs: Logs,
): Promise<void> {
  const outcome = await session.request(operation);
  if (!outcome.ok) logs.main.appendLine(outcome.error);
  else for (const line of outcome.lines ?? []) logs.main.appendLine(`step ${line}`);
}

async function save(session: Session, operation: OperationOf<'saveRecording'>): Promise<void> {
  const outcome = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Window, title: 'Replication Sandbox: saving…' },
    () => session.request(operation),
  );
  if (!outcome.ok) {
    const reason = outcome.error.replace(/^ERR /, '');
    void vscode.window.showErrorMessage(
      `Replication Sandbox: the recording was not saved. ${reason}. Save it in another place.`,
    );
    return;
  }
  const text = `Replication Sandbox: ${outcome.text}`;
  const answer = await vscode.window.showInformationMessage(text, OPEN);
  if (answer === OPEN) {
    await vscode.commands.executeCommand('vscode.open', vscode.Uri.file(operation.path));
  }
}

async function run(session: Session, operation: OperationOf<'command'>, logs: Logs): Promise<void> {
  const { node, line } = operation;
  const outcome = await session.request(operation);
  const answer = outcome.ok ? outcome.text : `(error) ${outcome.error}`;
  logs.main.appendLine(`${node}> ${line}\n${answer}`);
  if (answer.includes('\n')) logs.main.show(true);
  else if (outcome.ok) void vscode.window.showInformationMessage(`${node}> ${line}: ${answer}`);
  else void vscode.window.showErrorMessage(`${node}> ${line}: ${answer}`);
}
