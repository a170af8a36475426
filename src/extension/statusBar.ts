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
    const session = sandboxes.running[0] ?? sandboxes.all[0];
    if (session === undefined) {
      item.hide();
      return;
    }
    const { snapshot } = session;
    const isPast = snapshot.history.shown !== null;
    const isLive = snapshot.clock.mode === 'live' && snapshot.failure === null && !isPast;
    const more = sandboxes.all.length > 1 ? ` (+${sandboxes.all.length - 1})` : '';
    const icon = isLive ? 'database' : isPast ? 'history' : 'debug-pause';
    const what = session.isRecording
      ? `${session.title} · ${statusText(snapshot)}`
      : statusText(snapshot);
    const text = `$(${icon}) ${what}${more}`;
    if (item.text === text) return;
    item.text = text;
    const seed = snapshot.seed === null ? '' : `, seed ${snapshot.seed}`;
    const past = isPast ? ' The past is shown; Return to the Present (LIVE) returns.' : '';
    item.tooltip = `Replication Sandbox: ${snapshot.masterName}${seed}.${past} Click to open the panel.`;
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
