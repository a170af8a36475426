/**
 * Compare Sandboxes…: two of them, such as the present and a fork, side by side in VS Code's own editor for
 * differences.
 *
 * Invariant: a text is of the instant at which the command ran, and is kept as long as its editor is open.
 */

import * as vscode from 'vscode';
import type { KeyList } from '../../view/keyList.ts';
import type { Snapshot } from '../../view/snapshot.ts';
import { KEYS_MAX } from '../../view/verbs/history.ts';
import { compare, type Side } from '../comparison.ts';
import { pickSession } from '../picks.ts';
import type { Sandboxes } from '../sandboxes.ts';
import type { Session } from '../session.ts';
import type { TreeEntry } from '../treeEntry.ts';

const SCHEME = 'replication-sandbox';

/** The texts of open comparisons, by their addresses. */
export class Comparisons {
  private readonly texts = new Map<string, string>();
  private count = 0;

  /** Lets VS Code read the texts. */
  register(): vscode.Disposable[] {
    const provideTextDocumentContent = (uri: vscode.Uri): string | undefined =>
      this.texts.get(uri.toString());
    return [
      vscode.workspace.registerTextDocumentContentProvider(SCHEME, { provideTextDocumentContent }),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => this.texts.delete(uri.toString())),
    ];
  }

  /** Asks which two unless there are just two, and shows their differences. */
  async show(sandboxes: Sandboxes, entry: TreeEntry | undefined): Promise<void> {
    const { all } = sandboxes;
    const left = all.length === 2 ? all[0] : await pickSession(sandboxes, entry);
    if (left === undefined) return;
    const right = await pickSession(sandboxes, undefined, (session) => session !== left);
    if (right === undefined) return;
    const [a, b] = await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Window, title: 'Replication Sandbox: comparing…' },
      async () => compare(...(await Promise.all([sideOf(left), sideOf(right)]))),
    );
    await vscode.commands.executeCommand(
      'vscode.diff',
      this.keep(left, a),
      this.keep(right, b),
      `${left.title} ↔ ${right.title}`,
    );
  }

  private keep({ title }: Session, text: string): vscode.Uri {
    this.count += 1;
    const path = `/${this.count}/${title}`;
    const uri = vscode.Uri.from({ scheme: SCHEME, path });
    this.texts.set(uri.toString(), text);
    return uri;
  }
}

async function sideOf(session: Session): Promise<Side> {
  const state = await session.request({ op: 'state' });
  const snapshot = state.ok ? (state.data as Snapshot) : session.snapshot;
  const keys = new Map<string, KeyList>();
  for (const { name } of snapshot.nodes) {
    const outcome = await session.request({ op: 'keys', node: name, count: KEYS_MAX });
    if (outcome.ok) keys.set(name, outcome.data as KeyList);
  }
  const { title, origin } = session;
  return { title: origin.kind === 'fork' ? `${title} (${origin.name})` : title, snapshot, keys };
}
