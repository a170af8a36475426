/** The item in the status bar: master, state, clock; a click opens the panel. */

import * as vscode from 'vscode';
import type { Sandboxes } from './sandboxes.ts';
import { statusText } from './statusText.ts';

export function registerStatusBar(sandboxes: Sandboxes): vscode.Disposable[] {
  const item = vscode.window.createStatusBarItem(
    'replicationSandbox.status',
    vscode.StatusBarAlignment.Left,
  );
  item.name = 'Replication Sandbox';
  item.command = 'replicationSandbox.openPanel';
  const update = (): void => {
    const [session] = sandboxes.all;
    if (session === undefined) {
      item.hide();
      return;
    }
    const { snapshot } = session;
    const isLive = snapshot.clock.mode === 'live' && snapshot.failure === null;
    const more = sandboxes.all.length > 1 ? ` (+${sandboxes.all.length - 1})` : '';
    const text = `$(${isLive ? 'database' : 'debug-pause'}) ${statusText(snapshot)}${more}`;
    if (item.text === text) return;
    item.text = text;
    item.tooltip = `Replication Sandbox: ${snapshot.masterName}, seed ${snapshot.seed}. Click to open the panel.`;
    item.backgroundColor = isLive
      ? undefined
      : new vscode.ThemeColor('statusBarItem.warningBackground');
    item.show();
  };
  const show = (): void => {
    update();
    if (sandboxes.all.length > 0) item.show();
  };
  return [item, sandboxes.onStart(show), sandboxes.onSnapshot(update), sandboxes.onEnd(update)];
}
