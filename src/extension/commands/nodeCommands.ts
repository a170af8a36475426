/** What the editor does with a node besides the verbs: shows its log, copies its address. */

import * as vscode from 'vscode';
import type { Logs } from '../logs.ts';
import { isServer, pick, pickTarget, type Target } from '../picks.ts';
import type { Sandboxes } from '../sandboxes.ts';
import type { Handler } from './names.ts';

export function nodeCommands(sandboxes: Sandboxes, logs: Logs) {
  const on =
    (title: string, act: (target: Target) => Promise<unknown>): Handler =>
    async (entry) => {
      const target = await pickTarget(sandboxes, entry, title, () => true);
      if (target !== undefined) await act(target);
    };
  return {
    showLog: on('Show Log', async ({ session, node }) => logs.show(session, node.name)),
    copyEndpoint: on('Copy Endpoint', ({ node }) => copy(`${node.host}:${node.port}`)),
    copyConnectionString: on('Copy Connection String', copyConnectionString),
  };
}

async function copyConnectionString({ session, node }: Target): Promise<void> {
  const plain = `redis://${node.host}:${node.port}`;
  const { sentinels, masterName } = session.snapshot;
  if (sentinels.length === 0) return copy(plain);
  const hosts = sentinels.map(({ host, port }) => `${host}:${port}`).join(',');
  const viaSentinel = `redis-sentinel://${hosts}/${masterName}`;
  const value = await pick('Copy Connection String', 'Which one?', [
    ...(isServer(node) ? [{ label: plain, description: `${node.name} alone`, value: plain }] : []),
    { label: viaSentinel, description: 'through the Sentinels', value: viaSentinel },
  ]);
  if (value !== undefined) await copy(value);
}

async function copy(text: string): Promise<void> {
  await vscode.env.clipboard.writeText(text);
  vscode.window.setStatusBarMessage(`$(clippy) Copied ${text}`, 4_000);
}
