/** All commands of the palette and the menus, by the last part of their ids. */

import * as vscode from 'vscode';
import type { Lifecycle } from '../lifecycle.ts';
import type { Logs } from '../logs.ts';
import type { Panels } from '../panels.ts';
import { pickSession } from '../picks.ts';
import type { Sandboxes } from '../sandboxes.ts';
import { SECTION } from '../settings.ts';
import { entryOf } from '../trees.ts';
import { Comparisons } from './compareCommand.ts';
import type { EditorCommand, Handlers, VerbCommand } from './names.ts';
import { nodeCommands } from './nodeCommands.ts';
import { verbCommands } from './verbCommands.ts';

interface Parts {
  readonly sandboxes: Sandboxes;
  readonly lifecycle: Lifecycle;
  readonly panels: Panels;
  readonly logs: Logs;
}

function handlers(parts: Parts, comparisons: Comparisons): Handlers<EditorCommand | VerbCommand> {
  const { sandboxes, lifecycle, panels, logs } = parts;
  return {
    start: async () => {
      const session = await lifecycle.start();
      if (session !== undefined) await panels.show(session);
    },
    startAnother: async () => {
      const session = await lifecycle.startAnother();
      if (session !== undefined) await panels.show(session);
    },
    stop: async (entry) => {
      const session = await pickSession(sandboxes, entry, ({ isRecording }) => !isRecording);
      if (session !== undefined) await lifecycle.stop(session);
    },
    openPanel: async (entry) => {
      const session = await pickSession(sandboxes, entry);
      if (session !== undefined) panels.open(session);
    },
    compare: (entry) => comparisons.show(sandboxes, entry),
    ...nodeCommands(sandboxes, logs),
    ...verbCommands(sandboxes, logs),
  };
}

export function registerCommands(parts: Parts): vscode.Disposable[] {
  const comparisons = new Comparisons();
  const commands = Object.entries(handlers(parts, comparisons)).map(([name, handler]) =>
    vscode.commands.registerCommand(`${SECTION}.${name}`, (row?: unknown) => handler(entryOf(row))),
  );
  return [...comparisons.register(), ...commands];
}
