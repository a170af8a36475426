/**
 * The extension's entry: assembles the parts and registers them.
 *
 * Invariant: activation only registers. Starting a sandbox (one that ran when the window was reloaded,
 * or one that the settings request) begins afterwards.
 */

import * as vscode from 'vscode';
import { registerCommands } from './commands/commands.ts';
import { registerContextKeys } from './contextKeys.ts';
import { isGuideOpen } from './guide.ts';
import { Lifecycle } from './lifecycle.ts';
import { Logs } from './logs.ts';
import { Panels } from './panels.ts';
import { registerReadyFile } from './readyFile.ts';
import { registerRecordingEditor } from './recordingEditor.ts';
import { Sandboxes } from './sandboxes.ts';
import { readSettings } from './settings.ts';
import { registerStatusBar } from './statusBar.ts';
import { registerTerminals } from './terminals.ts';
import { registerTrees } from './trees.ts';

let running: Sandboxes | undefined;

export function activate(context: vscode.ExtensionContext): void {
  const sandboxes = new Sandboxes(context);
  const logs = new Logs();
  const lifecycle = new Lifecycle(sandboxes, logs.main);
  const panels = new Panels(context, sandboxes);
  running = sandboxes;
  context.subscriptions.push(
    sandboxes,
    ...logs.register(sandboxes),
    ...registerContextKeys(sandboxes),
    ...registerTrees(sandboxes, panels),
    ...registerStatusBar(sandboxes),
    ...panels.register(),
    ...registerReadyFile(sandboxes),
    registerRecordingEditor(sandboxes, panels),
    ...registerTerminals(context, sandboxes),
    ...registerCommands({ sandboxes, lifecycle, panels, logs }),
    sandboxes.onEnd((event) => void lifecycle.died(event)),
    sandboxes.onWarning((warning) => void lifecycle.warn(warning)),
    sandboxes.onFork((fork) => {
      panels.open(fork.session);
      lifecycle.tellFork(fork);
    }),
    sandboxes.onFailure((failure) => void lifecycle.failed(failure)),
    vscode.workspace.onDidGrantWorkspaceTrust(() => void begin(sandboxes, lifecycle, panels)),
  );
  setImmediate(() => void begin(sandboxes, lifecycle, panels));
}

export async function deactivate(): Promise<void> {
  await running?.closeAll();
}

/** Starts the sandboxes that start without a command. Requires a trusted workspace. */
async function begin(sandboxes: Sandboxes, lifecycle: Lifecycle, panels: Panels): Promise<void> {
  if (!vscode.workspace.isTrusted) return;
  const { startAutomatically } = readSettings();
  const { wasOpen } = panels;
  if (sandboxes.remembered.length > 0) {
    await lifecycle.restore();
    const [session] = sandboxes.running;
    if (session !== undefined && wasOpen) panels.open(session, true);
  } else if (startAutomatically) {
    const session = await lifecycle.start();
    if (session !== undefined) await panels.show(session, await isGuideOpen());
  }
}
