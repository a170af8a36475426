/** The two tree views: they show the entries of the models in VS Code. */

import * as vscode from 'vscode';
import type { Snapshot } from '../view/snapshot.ts';
import { nodeEntries } from './nodesModel.ts';
import type { Panels, Selection } from './panels.ts';
import type { Sandboxes } from './sandboxes.ts';
import { sentinelEntries } from './sentinelsModel.ts';
import type { Origin, Session } from './session.ts';
import { stateOf } from './statusText.ts';
import type { Tint, TreeEntry } from './treeEntry.ts';

/** The delay after an important change: a role, a state, a link. */
const SOON_MS = 250;

type Model = (sandbox: number, snapshot: Snapshot) => TreeEntry[];

const COLORS: Readonly<Record<Tint, string | undefined>> = {
  good: 'charts.green',
  bad: 'charts.red',
  warning: 'charts.yellow',
  plain: undefined,
};

const ICONS: Readonly<Record<Origin['kind'], string>> = {
  start: 'server-environment',
  fork: 'repo-forked',
  recording: 'history',
};

/** The element that VS Code keeps: the same object as long as the entry's id exists. */
class Row {
  entry: TreeEntry;

  constructor(entry: TreeEntry) {
    this.entry = entry;
  }
}

/**
 * Invariant: only rows that changed are refreshed. To refresh an expanded row costs a request for its
 * children and a flash of the view's progress bar, so a change of mere numbers may wait.
 */
class EntryTree implements vscode.TreeDataProvider<Row> {
  private readonly sandboxes: Sandboxes;
  private readonly model: Model;
  /** How long a change of mere numbers may wait. */
  private readonly numbersMs: number;
  private readonly changed = new vscode.EventEmitter<Row[] | undefined>();
  readonly onDidChangeTreeData = this.changed.event;
  private readonly rows = new Map<string, Row>();
  private readonly parents = new Map<string, string>();
  private roots: readonly TreeEntry[] = [];
  private timer: NodeJS.Timeout | undefined = undefined;
  private numbersAt = 0;

  constructor(sandboxes: Sandboxes, model: Model, numbersMs: number) {
    this.sandboxes = sandboxes;
    this.model = model;
    this.numbersMs = numbersMs;
  }

  /** Refreshes soon, with everything that has changed until then. */
  refresh(): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.look();
    }, SOON_MS);
  }

  look(): void {
    const roots = this.entries();
    const before = flat(this.roots);
    const after = flat(roots);
    const isSameShape = shapeOf(before) === shapeOf(after);
    const changed = after.filter((entry, i) => !isSameShape || differs(entry, before[i]!, false));
    const matters = changed.some((entry) => {
      const old = this.rows.get(entry.id)?.entry;
      return old === undefined || differs(entry, old, true);
    });
    const isDue = matters || Date.now() >= this.numbersAt + this.numbersMs;
    if (isSameShape && changed.length === 0) return;
    if (isSameShape && !isDue) {
      this.refresh(); // A stopped world sends no further snapshot that would trigger it.
      return;
    }
    this.numbersAt = Date.now();
    this.roots = roots;
    this.keepRows(after);
    this.changed.fire(isSameShape ? changed.map((entry) => this.rows.get(entry.id)!) : undefined);
  }

  getChildren(row?: Row): Row[] {
    const entries = row === undefined ? this.roots : row.entry.children;
    return entries.map((entry) => this.rows.get(entry.id)!);
  }

  /** `reveal` asks for it. */
  getParent({ entry }: Row): Row | undefined {
    return this.rows.get(this.parents.get(entry.id) ?? '');
  }

  /** The row of a node; undefined when this tree has none. */
  rowOf({ sandbox, node }: Selection): Row | undefined {
    return [...this.rows.values()].find(
      ({ entry }) => entry.sandbox === sandbox && entry.node === node,
    );
  }

  getTreeItem({ entry }: Row): vscode.TreeItem {
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

  private entries(): readonly TreeEntry[] {
    const { all } = this.sandboxes;
    const parts = all.map((session) => this.model(session.id, session.snapshot));
    return parts.length === 1
      ? parts[0]!
      : all.map((session, index) => sandboxEntry(session, parts[index]!));
  }

  private keepRows(entries: readonly TreeEntry[]): void {
    const ids = new Set(entries.map((entry) => entry.id));
    for (const id of this.rows.keys()) if (!ids.has(id)) this.rows.delete(id);
    for (const entry of entries) {
      const row = this.rows.get(entry.id);
      if (row === undefined) this.rows.set(entry.id, new Row(entry));
      else row.entry = entry;
    }
    this.parents.clear();
    for (const { id, children } of entries) {
      for (const child of children) this.parents.set(child.id, id);
    }
  }
}

/** The entry of the row on which a command was run; undefined for commands of a view's title. */
export function entryOf(value: unknown): TreeEntry | undefined {
  return value instanceof Row ? value.entry : undefined;
}

/** Every entry, parents before children. */
function flat(entries: readonly TreeEntry[]): TreeEntry[] {
  return entries.flatMap((entry) => [entry, ...flat(entry.children)]);
}

/** The shape of the tree: which entries exist, and where. */
function shapeOf(entries: readonly TreeEntry[]): string {
  return entries.map(({ id, children }) => `${id} ${children.length}`).join('\n');
}

/** `inWords` ignores digits. */
function differs(a: TreeEntry, b: TreeEntry, inWords: boolean): boolean {
  const text = ({ label, description, icon, tint, context, tooltip }: TreeEntry): string => {
    const shown = [label, description, icon, tint, context].join('\n');
    return inWords ? shown.replace(/\d+/g, '') : `${shown}\n${tooltip}`;
  };
  return text(a) !== text(b);
}

function sandboxEntry(session: Session, children: readonly TreeEntry[]): TreeEntry {
  const { id, title, origin, snapshot } = session;
  const { failure } = snapshot;
  return {
    id: `${id}`,
    label: title,
    description: stateOf(origin, snapshot),
    tooltip: failure === null ? title : `${title} stands still: ${failure}`,
    icon: ICONS[origin.kind],
    tint: failure === null ? 'plain' : 'bad',
    context: origin.kind === 'recording' ? 'recording' : 'sandbox',
    sandbox: id,
    node: '',
    children,
    isExpanded: true,
  };
}

/** The trees and the panels select the same node. */
export function registerTrees(sandboxes: Sandboxes, panels: Panels): vscode.Disposable[] {
  // Sentinels are collapsed, and the countdown to SDOWN is a change of numbers.
  const views: readonly (readonly [string, Model, number])[] = [
    ['replicationSandbox.nodes', nodeEntries, 1_000],
    ['replicationSandbox.sentinels', sentinelEntries, 0],
  ];
  return views.flatMap(([id, model, numbersMs]) => {
    const tree = new EntryTree(sandboxes, model, numbersMs);
    const view = vscode.window.createTreeView(id, { treeDataProvider: tree });
    return [
      tree,
      view,
      view.onDidChangeSelection(({ selection: [row] }) => {
        if (row !== undefined && row.entry.node !== '') panels.select(row.entry);
      }),
      panels.onSelect((selection) => select(view, tree.rowOf(selection))),
      sandboxes.onSnapshot(() => tree.refresh()),
      sandboxes.onStart(() => tree.look()),
      sandboxes.onEnd(() => tree.look()),
    ];
  });
}

function select(view: vscode.TreeView<Row>, row: Row | undefined): void {
  // To reveal a row of a hidden view would open the view.
  if (row === undefined || !view.visible) return;
  // A row that has gone meanwhile cannot be revealed.
  void view.reveal(row, { select: true, focus: false }).then(undefined, () => {});
}
