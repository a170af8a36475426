/**
 * The environment of this window's integrated terminals: it tells an application where the window's
 * sandbox is, so that applications in two windows reach two sandboxes. With several sandboxes it names
 * the first one.
 *
 * Invariant: the variables exist only while a sandbox runs. VS Code marks open terminals as outdated
 * with every change, so there is none without need.
 */

import * as vscode from 'vscode';
import { connectionVariables } from '../gateway/connectionVariables.ts';
import type { Sandboxes } from './sandboxes.ts';
import { readSettings, SECTION } from './settings.ts';

export function registerTerminals(
  context: vscode.ExtensionContext,
  sandboxes: Sandboxes,
): vscode.Disposable[] {
  const collection = context.environmentVariableCollection;
  collection.persistent = false;
  collection.description = 'The addresses of the Replication Sandbox of this window';
  let known = '[]';
  const update = (): void => {
    const [session] = sandboxes.running;
    const isWanted = session !== undefined && readSettings().terminalEnvironment;
    const variables = isWanted ? connectionVariables(session.snapshot) : [];
    const text = JSON.stringify(variables);
    if (text === known) return;
    known = text;
    collection.clear();
    for (const [name, value] of variables) collection.replace(name, value);
  };
  return [
    sandboxes.onStart(update),
    sandboxes.onSnapshot(update),
    sandboxes.onEnd(update),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration(SECTION)) update();
    }),
    { dispose: () => collection.clear() },
  ];
}
