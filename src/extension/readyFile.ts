/**
 * Reports the endpoints of running sandboxes to the program that started this editor: `npm start` and
 * the tests name a file in REPLICATION_SANDBOX_READY_FILE.
 *
 * Invariant: the file contains the endpoints of every running sandbox, each as `up --json` prints them.
 */

import * as vscode from 'vscode';
import type { Sandboxes } from './sandboxes.ts';

export function registerReadyFile(sandboxes: Sandboxes): vscode.Disposable[] {
  const path = process.env['REPLICATION_SANDBOX_READY_FILE'];
  if (path === undefined || path === '') return [];
  const file = vscode.Uri.file(path);
  const write = (): void => {
    const endpoints = sandboxes.running.map((session) => session.endpoints);
    void vscode.workspace.fs.writeFile(file, Buffer.from(`${JSON.stringify(endpoints)}\n`));
  };
  return [sandboxes.onStart(write), sandboxes.onEnd(write)];
}
