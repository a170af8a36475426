/**
 * Sets VS Code's context keys to what the sandboxes currently offer (offers.ts).
 *
 * Invariant: a key is set only when its value changes, because VS Code evaluates every clause each time.
 */

import * as vscode from 'vscode';
import { offersOf } from './offers.ts';
import type { Sandboxes } from './sandboxes.ts';
import { SECTION } from './settings.ts';

export function registerContextKeys(sandboxes: Sandboxes): vscode.Disposable[] {
  const known = new Map<string, boolean>();
  const update = (): void => {
    const { all, running } = sandboxes;
    const recordings = all.filter(({ isRecording }) => isRecording);
    const offers = offersOf(
      running.map(({ snapshot }) => snapshot),
      recordings.map(({ snapshot }) => snapshot),
    );
    for (const [name, value] of Object.entries(offers) as [string, boolean][]) {
      if (known.get(name) === value) continue;
      known.set(name, value);
      void vscode.commands.executeCommand('setContext', `${SECTION}.${name}`, value);
    }
  };
  return [sandboxes.onStart(update), sandboxes.onSnapshot(update), sandboxes.onEnd(update)];
}
