/**
 * The panels: one webview per sandbox with the page of dist/panel.js, connected to the sandbox's
 * service. That of a recording is its editor (recordingEditor.ts).
 *
 * Invariants: a page receives nothing before its `ready`. A hidden page receives nothing: VS Code would
 * drop it, and the page sends `ready` again when it is shown. Every message of a page is checked.
 */

import * as vscode from 'vscode';
import type { Message } from '../view/messages.ts';
import { type FromPage, parseFromPage, type ToPage } from '../view/panel.ts';
import { PanelChannel } from '../view/panelChannel.ts';
import { panelPage, panelPolicy } from '../view/panelPage.ts';
import { deathText } from './deathText.ts';
import type { Sandboxes } from './sandboxes.ts';
import type { Session } from './session.ts';
import { readSettings, SECTION } from './settings.ts';

const VIEW_TYPE = 'replicationSandbox.panel';
const OPEN_KEY = 'panelOpen';
/** How often news are offered to a page; the channel limits what it sends. */
const PUMP_MS = 50;

export interface Selection {
  readonly sandbox: number;
  readonly node: string;
}

export class Panels {
  private readonly context: vscode.ExtensionContext;
  private readonly sandboxes: Sandboxes;
  private readonly panels = new Map<number, Panel>();
  private readonly selected = new vscode.EventEmitter<Selection>();
  /** The user selected a node on a page. */
  readonly onSelect = this.selected.event;

  constructor(context: vscode.ExtensionContext, sandboxes: Sandboxes) {
    this.context = context;
    this.sandboxes = sandboxes;
  }

  register(): vscode.Disposable[] {
    return [
      this.sandboxes.onStart((session) => this.panels.get(session.id)?.greet()),
      this.sandboxes.onSnapshot(({ id, snapshot }) =>
        this.panels.get(id)?.tell({ kind: 'snapshot', snapshot }),
      ),
      this.sandboxes.onFeed(({ session, entries }) =>
        this.panels.get(session.id)?.tell({ kind: 'feed', entries }),
      ),
      this.sandboxes.onEnd(({ session, reason }) => {
        const why =
          reason === '' ? 'The sandbox was stopped.' : `The sandbox ${deathText(reason).what}.`;
        const canStart = !session.isRecording;
        this.panels.get(session.id)?.tell({ kind: 'gone', reason: why, canStart });
      }),
      this.selected,
      { dispose: () => this.closeAll() },
    ];
  }

  /** Whether a panel was open when the window was closed. */
  get wasOpen(): boolean {
    return this.context.workspaceState.get(OPEN_KEY, false);
  }

  open(session: Session, preserveFocus = false, isBeside = false): void {
    const existing = this.panels.get(session.id);
    if (existing !== undefined) {
      existing.reveal(preserveFocus);
      return;
    }
    if (session.isRecording) return; // Its editor has been closed, and it ends.
    const column = isBeside ? vscode.ViewColumn.Beside : vscode.ViewColumn.Active;
    const webview = vscode.window.createWebviewPanel(
      VIEW_TYPE,
      titleOf(session),
      { viewColumn: column, preserveFocus },
      pageOptions(this.context),
    );
    webview.iconPath = vscode.Uri.joinPath(this.context.extensionUri, 'media', 'icon.png');
    this.add(session, webview);
    void this.context.workspaceState.update(OPEN_KEY, true);
  }

  /** Shows a recording in the webview that VS Code has made for its editor. */
  adopt(session: Session, webview: vscode.WebviewPanel): void {
    webview.webview.options = pageOptions(this.context);
    this.add(session, webview);
  }

  private add(session: Session, webview: vscode.WebviewPanel): void {
    const onClose = (): void => {
      this.panels.delete(session.id);
      const isLast = ![...this.panels.values()].some(({ isEditor }) => !isEditor);
      if (isLast) void this.context.workspaceState.update(OPEN_KEY, undefined);
    };
    const onSelect = (node: string): void => this.selected.fire({ sandbox: session.id, node });
    const panel = new Panel(this.context, this.sandboxes, session, webview, onClose, onSelect);
    this.panels.set(session.id, panel);
  }

  /**
   * Shows the trees of a sandbox that has just started, and its panel unless the settings say no.
   * `isBeside` opens the panel next to the active editor, not over it.
   */
  async show(session: Session, isBeside = false): Promise<void> {
    if (readSettings().openPanelOnStart) this.open(session, true, isBeside);
    await vscode.commands.executeCommand('replicationSandbox.nodes.focus', { preserveFocus: true });
  }

  /** The user selected a node in a tree. */
  select({ sandbox, node }: Selection): void {
    this.panels.get(sandbox)?.tell({ kind: 'select', node });
  }

  /** The extension ends. It stores whether the panel was open. */
  private closeAll(): void {
    for (const panel of this.panels.values()) panel.forget();
    this.panels.clear();
  }
}

class Panel {
  private readonly sandboxes: Sandboxes;
  private readonly sessionId: number;
  private readonly webview: vscode.WebviewPanel;
  /** VS Code opens and closes it as the editor of a file. */
  readonly isEditor: boolean;
  private readonly pump: NodeJS.Timeout;
  /** Undefined while the page does not listen. */
  private channel: PanelChannel | undefined = undefined;
  private onClose: () => void;
  private readonly onSelect: (node: string) => void;

  constructor(
    context: vscode.ExtensionContext,
    sandboxes: Sandboxes,
    session: Session,
    webview: vscode.WebviewPanel,
    onClose: () => void,
    onSelect: (node: string) => void,
  ) {
    this.sandboxes = sandboxes;
    this.sessionId = session.id;
    this.onClose = onClose;
    this.onSelect = onSelect;
    this.webview = webview;
    this.isEditor = session.isRecording;
    this.webview.webview.onDidReceiveMessage((data: unknown) => this.hear(parseFromPage(data)));
    this.webview.onDidChangeViewState(() => {
      if (!this.webview.visible) this.channel = undefined;
    });
    this.pump = setInterval(() => this.channel?.pump(performance.now()), PUMP_MS);
    this.webview.onDidDispose(() => {
      clearInterval(this.pump);
      this.onClose();
    });
    this.webview.webview.html = pageFor(this.webview.webview, context);
  }

  reveal(preserveFocus: boolean): void {
    this.webview.reveal(undefined, preserveFocus);
  }

  /**
   * Closes the webview; unlike the user's closing, this is not remembered. The editor of a file stays: VS
   * Code opens it again with the window.
   */
  forget(): void {
    this.onClose = () => {};
    clearInterval(this.pump);
    if (!this.isEditor) this.webview.dispose();
  }

  /** Sends the first state to a page, also when a new sandbox replaces one that has ended. */
  greet(): void {
    const session = this.sandboxes.byId(this.sessionId);
    if (session === undefined) {
      this.tell({ kind: 'gone', reason: 'The sandbox is not running.', canStart: !this.isEditor });
      return;
    }
    if (!this.isEditor) this.webview.title = titleOf(session);
    this.tell({ kind: 'snapshot', snapshot: session.snapshot });
    this.tell({ kind: 'feed', entries: session.recent });
  }

  tell(message: ToPage): void {
    this.channel?.take(message);
  }

  private hear(message: FromPage | undefined): void {
    if (message === undefined) return;
    if (message.kind === 'ready') {
      this.channel = new PanelChannel(performance.now(), (json) => {
        void this.webview.webview.postMessage(json);
      });
      this.greet();
      return;
    }
    if (message.kind === 'start') {
      void vscode.commands.executeCommand(`${SECTION}.startAnother`);
      return;
    }
    if (message.kind === 'refused') {
      const { id, error } = message;
      this.tell({ kind: 'answer', id, outcome: { ok: false, error } });
      return;
    }
    if (message.kind === 'selected') {
      this.onSelect(message.node);
      return;
    }
    const { id, operation } = message;
    const session = this.sandboxes.byId(this.sessionId);
    if (session === undefined) {
      const outcome = { ok: false, error: 'ERR the sandbox is not running' } as const;
      this.tell({ kind: 'answer', id, outcome });
      return;
    }
    const answer = (outcome: Extract<Message, { kind: 'answer' }>['outcome']): void =>
      this.tell({ kind: 'answer', id, outcome });
    void session.request(operation).then(answer);
  }
}

/** `Replication Sandbox`, `Replication Sandbox 2: fork of event 8402`. */
function titleOf({ id, origin }: Session): string {
  const title = id === 1 ? 'Replication Sandbox' : `Replication Sandbox ${id}`;
  return origin.kind === 'fork' ? `${title}: ${origin.name}` : title;
}

function distOf(context: vscode.ExtensionContext): vscode.Uri {
  return vscode.Uri.joinPath(context.extensionUri, 'dist');
}

function pageOptions(context: vscode.ExtensionContext): vscode.WebviewOptions {
  return { enableScripts: true, localResourceRoots: [distOf(context)] };
}

function pageFor(webview: vscode.Webview, context: vscode.ExtensionContext): string {
  const nonce = crypto.randomUUID().replaceAll('-', '');
  const uri = (file: string): string =>
    webview.asWebviewUri(vscode.Uri.joinPath(distOf(context), file)).toString();
  return panelPage({
    nonce,
    script: uri('panel.js'),
    styles: [uri('panel.css')],
    policy: panelPolicy(nonce),
  });
}
