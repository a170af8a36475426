/** The two tree views: entries of the models as VS Code shows them. */

import * as vscode from 'vscode';
import type { Snapshot } from '../view/snapshot.ts';
import { nodeEntries } from './nodesModel.ts';
import type { Sandboxes } from './sandboxes.ts';
import { sentinelEntries } from './sentinelsModel.ts';
import type { Tint, TreeEntry } from './treeEntry.ts';

/** Between two refreshes: numbers that change faster cannot be read, and drawing costs. */
const REFRESH_MS = 250;

type Model = (sandbox: number, snapshot: Snapshot) => TreeEntry[];

const COLORS: Readonly<Record<Tint, string | undefined>> = {
  good: 'charts.green',
  bad: 'charts.red',
  warning: 'charts.yellow',
  plain: undefined,
};

/** Invariant: the view is told to look again only when what it would show has changed. */
class EntryTree implements vscode.TreeDataProvider<TreeEntry> {
  private readonly sandboxes: Sandboxes;
  private readonly model: Model;
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChangeTreeData = this.changed.event;
  private roots: readonly TreeEntry[] = [];
  private shown = '[]';
  private timer: NodeJS.Timeout | undefined = undefined;

  constructor(sandboxes: Sandboxes, model: Model) {
    this.sandboxes = sandboxes;
    this.model = model;
  }

  /** Soon, with everything that has come until then. */
  refresh(): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.look();
    }, REFRESH_MS);
  }

  look(): void {
    const { all } = this.sandboxes;
    const [first] = all;
    this.roots =
      all.length === 1
        ? this.model(first!.id, first!.snapshot)
        : all.map((session) =>
            sandboxEntry(session.id, session.title, this.model(session.id, session.snapshot)),
          );
    const shown = JSON.stringify(this.roots);
    if (shown === this.shown) return;
    this.shown = shown;
    this.changed.fire();
  }

  getChildren(entry?: TreeEntry): TreeEntry[] {
    return [...(entry?.children ?? this.roots)];
  }

  getTreeItem(entry: TreeEntry): vscode.TreeItem {
    const { None, Expanded, Collapsed } = vscode.TreeItemCollapsibleState;
    const state = entry.children.length === 0 ? None : entry.isExpanded ? Expanded : Collapsed;
    const item = new vscode.TreeItem(entry.label, state);
    const color = COLORS[entry.tint];
    item.id = entry.id;
    item.description = entry.description;
    item.tooltip = entry.tooltip;
    item.contextValue = entry.context;
    item.iconPath = new vscode.ThemeIcon(
      entry.icon,
      color === undefined ? undefined : new vscode.ThemeColor(color),
    );
    item.accessibilityInformation = { label: `${entry.label}, ${entry.description}` };
    return item;
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.changed.dispose();
  }
}

function sandboxEntry(id: number, title: string, children: readonly TreeEntry[]): TreeEntry {
  return {
    id: `${id}`,
    label: title,
    description: '',
    tooltip: title,
    icon: 'server-environment',
    tint: 'plain',
    context: 'sandbox',
    sandbox: id,
    node: '',
    children,
    isExpanded: true,
  };
}

export function registerTrees(sandboxes: Sandboxes): vscode.Disposable[] {
  const views: readonly (readonly [string, Model])[] = [
    ['replicationSandbox.nodes', nodeEntries],
    ['replicationSandbox.sentinels', sentinelEntries],
  ];
  return views.flatMap(([id, model]) => {
    const tree = new EntryTree(sandboxes, model);
    return [
      tree,
      vscode.window.createTreeView(id, { treeDataProvider: tree, showCollapseAll: false }),
      sandboxes.onSnapshot(() => tree.refresh()),
      sandboxes.onStart(() => tree.look()),
      sandboxes.onEnd(() => tree.look()),
    ];
  });
}
