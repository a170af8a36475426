/**
 * The editor of `*.rsrec` files: the panel on a recording, which is only looked at.
 *
 * Invariants: nothing listens for the recorded nodes; *Continue from Here* starts a sandbox for that. In an
 * untrusted workspace no thread starts and no port opens. When the editor is closed, its thread ends.
 */

import * as vscode from 'vscode';
import { startOnFreePorts } from '../gateway/portChoice.ts';
import { ANY_PORT, type Run } from '../gateway/portPlan.ts';
import { messagePage } from './messagePage.ts';
import type { Panels } from './panels.ts';
import type { Sandboxes } from './sandboxes.ts';
import type { Session } from './session.ts';

const VIEW_TYPE = 'replicationSandbox.recording';
/** Any ports: the usual ones are left for sandboxes. */
const RUNS: readonly Run[] = [{ first: ANY_PORT, parts: ['control', 'dashboard'] }];
const NO_NODES = { replicas: 0, sentinels: 0 };
const ADVICE =
  'A recording is read only whole and unchanged, by a version of this extension that knows its format. Copy the file again, or open it with the version that saved it; then close this editor and open it again.';
const RESTRICTED =
  'In Restricted Mode no sandbox starts and no port opens. Trust this workspace to look at the recording.';

class Editor {
  private readonly webview: vscode.WebviewPanel;
  private readonly uri: vscode.Uri;
  private readonly sandboxes: Sandboxes;
  private readonly panels: Panels;
  private session: Session | undefined = undefined;
  private isClosed = false;

  constructor(uri: vscode.Uri, webview: vscode.WebviewPanel, sandboxes: Sandboxes, panels: Panels) {
    this.uri = uri;
    this.webview = webview;
    this.sandboxes = sandboxes;
    this.panels = panels;
    const trust = vscode.workspace.onDidGrantWorkspaceTrust(() => void this.open());
    webview.onDidDispose(() => {
      trust.dispose();
      this.isClosed = true;
      void this.end();
    });
  }

  /** Shows the panel, or why there is none. */
  async open(): Promise<void> {
    if (!vscode.workspace.isTrusted) {
      this.say('This recording is not shown', RESTRICTED);
      return;
    }
    this.say(`Opening ${this.name}…`);
    try {
      const session = await vscode.window.withProgress(
        {
          location: vscode.ProgressLocation.Window,
          title: `Replication Sandbox: opening ${this.name}…`,
        },
        () => this.start(),
      );
      this.session = session;
      if (this.isClosed) await this.end();
      else this.panels.adopt(session, this.webview);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (!this.isClosed) this.say(`${this.name} was not opened`, `${reason}.`, ADVICE);
    }
  }

  private async start(): Promise<Session> {
    const bytes = await vscode.workspace.fs.readFile(this.uri);
    const wish = { runs: RUNS, shape: NO_NODES };
    const { started } = await startOnFreePorts(wish, (ports) =>
      this.sandboxes.openRecording(this.name, bytes, ports),
    );
    return started;
  }

  private async end(): Promise<void> {
    const { session } = this;
    this.session = undefined;
    if (session !== undefined && this.sandboxes.all.includes(session)) {
      await this.sandboxes.stop(session);
    }
  }

  private get name(): string {
    return this.uri.path.slice(this.uri.path.lastIndexOf('/') + 1);
  }

  private say(title: string, ...paragraphs: readonly string[]): void {
    this.webview.webview.html = messagePage(title, paragraphs);
  }
}

/** Registers the editor that package.json declares. */
export function registerRecordingEditor(sandboxes: Sandboxes, panels: Panels): vscode.Disposable {
  return vscode.window.registerCustomEditorProvider(VIEW_TYPE, {
    openCustomDocument: (uri) => ({ uri, dispose: () => {} }),
    resolveCustomEditor: ({ uri }, webview) => {
      // Not waited for: VS Code shows the page once this returns.
      void new Editor(uri, webview, sandboxes, panels).open();
    },
  });
}
