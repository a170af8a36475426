/**
 * Stands in for `vscode`, so that the whole extension runs in a test with real sandboxes. Importing this
 * file makes `vscode` known; the extension is imported afterwards, with `await import`.
 *
 * Invariant: nothing is drawn. What the extension shows is noted in `editor`, and what a user would answer
 * stands there before it is asked.
 */

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { register } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

type Listener<T> = (event: T) => unknown;

class EventEmitter<T> {
  private readonly listeners = new Set<Listener<T>>();

  readonly event = (listener: Listener<T>) => {
    this.listeners.add(listener);
    return { dispose: () => this.listeners.delete(listener) };
  };

  fire(event: T): void {
    for (const listener of [...this.listeners]) listener(event);
  }

  dispose(): void {
    this.listeners.clear();
  }
}

class Uri {
  readonly scheme: string;
  readonly path: string;
  readonly query: string;

  constructor(scheme: string, path: string, query = '') {
    this.scheme = scheme;
    this.path = path;
    this.query = query;
  }

  get fsPath(): string {
    return this.path;
  }

  static file(path: string): Uri {
    return new Uri('file', path);
  }

  static from({ scheme, path, query }: { scheme: string; path: string; query?: string }): Uri {
    return new Uri(scheme, path, query);
  }

  static joinPath(base: Uri, ...parts: readonly string[]): Uri {
    return new Uri(base.scheme, join(base.path, ...parts));
  }

  toString(): string {
    return `${this.scheme}:${this.path}`;
  }
}

/** A webview with its tab. */
class WebviewPanel {
  readonly closed = new EventEmitter<void>();
  readonly heard = new EventEmitter<unknown>();
  title: string;
  visible = true;
  isClosed = false;
  iconPath: unknown = undefined;
  /** What the extension has sent to its page. */
  readonly sent: { readonly kind: string }[] = [];
  readonly onDidDispose = this.closed.event;
  readonly onDidChangeViewState = new EventEmitter<void>().event;
  readonly webview = {
    html: '',
    options: {},
    onDidReceiveMessage: this.heard.event,
    asWebviewUri: (uri: Uri): Uri => uri,
    postMessage: async (json: string): Promise<void> => {
      this.sent.push(JSON.parse(json) as { kind: string });
    },
  };

  constructor(title: string) {
    this.title = title;
  }

  reveal(): void {}

  dispose(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.closed.fire();
  }
}

interface Item {
  readonly label: string;
  readonly description?: string;
}

interface Tree {
  readonly getChildren: (row?: unknown) => unknown[];
  readonly getTreeItem: (row: unknown) => Item;
}

interface EditorProvider {
  resolveCustomEditor(document: { readonly uri: Uri }, panel: WebviewPanel): void;
}

interface ContentProvider {
  provideTextDocumentContent(uri: Uri): string | undefined;
}

interface StatusItem {
  text: string;
  show(): void;
  hide(): void;
  dispose(): void;
}

const base = mkdtempSync(join(tmpdir(), 'extension-'));

/** What a user does, and sees. */
class FakeEditor {
  /** A folder of the test; removed by `close`. */
  readonly base = base;
  readonly settings = new Map<string, unknown>();
  isTrusted = true;
  readonly trusted = new EventEmitter<void>();
  /** Messages, with the buttons they offer. */
  readonly messages: { readonly text: string; readonly choices: readonly string[] }[] = [];
  /** The label that is chosen where a quick pick asks. */
  readonly picked: string[] = [];
  /** The labels that quick picks offered. */
  readonly offered: (readonly string[])[] = [];
  /** Where the next file is saved; undefined: the user leaves. */
  savePath: string | undefined = undefined;
  readonly panels: WebviewPanel[] = [];
  readonly trees = new Map<string, Tree>();
  readonly keys = new Map<string, unknown>();
  readonly handlers = new Map<string, (row?: unknown) => Promise<void>>();
  readonly editors = new Map<string, EditorProvider>();
  readonly documents = new Map<string, ContentProvider>();
  /** Commands of VS Code's own that were run, with their arguments. */
  readonly executed: { readonly name: string; readonly args: readonly unknown[] }[] = [];
  readonly stored = new Map<string, unknown>();
  readonly variables = new Map<string, string>();
  readonly status: StatusItem = { text: '', show: () => {}, hide: () => {}, dispose: () => {} };

  /** Runs a command of the extension by the last part of its id. */
  async run(name: string): Promise<void> {
    await this.handlers.get(`replicationSandbox.${name}`)!();
  }

  /** The rows at the top of a tree: `label description`. */
  rows(view: string): string[] {
    const tree = this.trees.get(`replicationSandbox.${view}`)!;
    return tree.getChildren().map((row) => {
      const { label, description } = tree.getTreeItem(row);
      return `${label} ${description}`;
    });
  }

  /** Opens a file as the explorer does. */
  openFile(path: string): WebviewPanel {
    const panel = new WebviewPanel(path);
    const provider = this.editors.get('replicationSandbox.recording')!;
    provider.resolveCustomEditor({ uri: Uri.file(path) }, panel);
    return panel;
  }

  /** The text of a virtual document. */
  textOf(uri: unknown): string | undefined {
    const { scheme } = uri as Uri;
    return this.documents.get(scheme)?.provideTextDocumentContent(uri as Uri);
  }

  /** What VS Code gives to `activate`. */
  context() {
    const uri = Uri.file(base);
    return {
      subscriptions: [] as { dispose(): unknown }[],
      extensionUri: uri,
      globalStorageUri: Uri.joinPath(uri, 'storage'),
      workspaceState: {
        get: (key: string, other: unknown) => this.stored.get(key) ?? other,
        update: async (key: string, value: unknown) => {
          this.stored.set(key, value);
        },
      },
      environmentVariableCollection: {
        persistent: true,
        description: '',
        clear: () => this.variables.clear(),
        replace: (name: string, value: string) => this.variables.set(name, value),
      },
    };
  }

  close(): void {
    rmSync(base, { recursive: true, force: true });
  }
}

export const editor = new FakeEditor();

const nothing = { dispose: () => {} };

async function note(text: string, ...choices: readonly string[]): Promise<undefined> {
  editor.messages.push({ text, choices });
}

const channel = () => ({
  append: () => {},
  appendLine: () => {},
  clear: () => {},
  show: () => {},
  dispose: () => {},
});

const window = {
  tabGroups: { all: [], onDidChangeTabs: () => nothing },
  showInformationMessage: note,
  showWarningMessage: note,
  showErrorMessage: note,
  setStatusBarMessage: () => nothing,
  withProgress: <T>(_options: unknown, task: (progress: object, token: object) => T): T =>
    task({ report: () => {} }, { isCancellationRequested: false }),
  createOutputChannel: channel,
  createStatusBarItem: () => editor.status,
  createTreeView: (id: string, { treeDataProvider }: { treeDataProvider: Tree }) => {
    editor.trees.set(id, treeDataProvider);
    return { visible: false, onDidChangeSelection: () => nothing, dispose: () => {} };
  },
  createWebviewPanel: (_type: string, title: string) => {
    const panel = new WebviewPanel(title);
    editor.panels.push(panel);
    return panel;
  },
  registerCustomEditorProvider: (type: string, provider: EditorProvider) => {
    editor.editors.set(type, provider);
    return nothing;
  },
  showQuickPick: async (items: readonly Item[]) => {
    editor.offered.push(items.map(({ label }) => label));
    const wanted = editor.picked.shift();
    return items.find(({ label }) => label === wanted);
  },
  showSaveDialog: async () => {
    return editor.savePath === undefined ? undefined : Uri.file(editor.savePath);
  },
};

const workspace = {
  name: 'test',
  workspaceFolders: undefined,
  get isTrusted() {
    return editor.isTrusted;
  },
  onDidGrantWorkspaceTrust: editor.trusted.event,
  onDidChangeConfiguration: () => nothing,
  onDidCloseTextDocument: () => nothing,
  getConfiguration: () => ({
    get: (name: string, other?: unknown) => editor.settings.get(name) ?? other,
  }),
  registerTextDocumentContentProvider: (scheme: string, provider: ContentProvider) => {
    editor.documents.set(scheme, provider);
    return nothing;
  },
  fs: {
    readFile: async ({ path }: Uri) => readFileSync(path),
    writeFile: async ({ path }: Uri, bytes: Uint8Array) => {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, bytes);
    },
    createDirectory: async ({ path }: Uri) => {
      mkdirSync(path, { recursive: true });
    },
    readDirectory: async ({ path }: Uri) => readdirSync(path).map((name) => [name, 1]),
    delete: async ({ path }: Uri) => rmSync(path, { force: true }),
  },
};

const commands = {
  registerCommand: (name: string, handler: (row?: unknown) => Promise<void>) => {
    editor.handlers.set(name, handler);
    return nothing;
  },
  executeCommand: async (name: string, ...args: readonly unknown[]) => {
    if (name === 'setContext') editor.keys.set(args[0] as string, args[1]);
    else editor.executed.push({ name, args });
  },
};

const api = {
  EventEmitter,
  Uri,
  window,
  workspace,
  commands,
  env: { clipboard: { writeText: async () => {} } },
  TreeItem: class {
    readonly label: string;

    constructor(label: string) {
      this.label = label;
    }
  },
  ThemeIcon: class {},
  ThemeColor: class {},
  TreeItemCollapsibleState: { None: 0, Collapsed: 1, Expanded: 2 },
  ViewColumn: { Active: -1, Beside: -2 },
  ProgressLocation: { Window: 10, Notification: 15 },
  StatusBarAlignment: { Left: 1, Right: 2 },
};

Object.assign(globalThis, { fakeVscode: api });
const module = `export const { ${Object.keys(api).join(', ')} } = globalThis.fakeVscode;`;
const hook = `export const resolve = (name, context, next) => name === 'vscode'
  ? { url: ${JSON.stringify(dataUrl(module))}, shortCircuit: true } : next(name, context);`;
register(dataUrl(hook));

function dataUrl(text: string): string {
  return `data:text/javascript,${encodeURIComponent(text)}`;
}
