/**
 * The README that VS Code opens with a window when `workbench.startupEditor` is `readme`, as in the
 * playground. An automatic start waits for it, so that the panel opens beside it and not over it.
 */

import * as vscode from 'vscode';

const GUIDE_MS_MAX = 5_000;

/** Resolves to true once the README is open; to false when none opens in time. */
export async function isGuideOpen(): Promise<boolean> {
  if (hasTabs()) return true;
  const wanted = vscode.workspace.getConfiguration('workbench').get<string>('startupEditor');
  if (wanted !== 'readme') return false;
  return new Promise((resolve) => {
    const done = (isOpen: boolean): void => {
      clearTimeout(timer);
      watch.dispose();
      resolve(isOpen);
    };
    const timer = setTimeout(() => done(false), GUIDE_MS_MAX);
    const watch = vscode.window.tabGroups.onDidChangeTabs(() => hasTabs() && done(true));
  });
}

function hasTabs(): boolean {
  return vscode.window.tabGroups.all.some((group) => group.tabs.length > 0);
}
