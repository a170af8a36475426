/** The item in the status bar: master, state, clock; a click opens the panel. */

import * as vscode from 'vscode';
import type { Snapshot } from '../view/snapshot.ts';
import type { Sandboxes } from './sandboxes.ts';

/** `m · live · 12:31:07`, `no master · paused · 12:31:07`. */
export function statusText(snapshot: Snapshot): string {
  const { nodes, clock, failure } = snapshot;
  const masters = nodes.filter((node) => node.role === 'master' && node.process === 'running');
  const master = masters.length === 0 ? 'no master' : masters.map((node) => node.name).join(', ');
  const time = new Date(clock.now / 1000).toLocaleTimeString('en-GB');
  return `${master} · ${failure === null ? clock.mode : 'stands still'} · ${time}`;
}

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
