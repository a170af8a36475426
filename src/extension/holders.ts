/**
 * Which window's sandbox holds which ports: one small file per window in the extension's global
 * storage, which the other windows of this machine read.
 *
 * Invariant: a file counts only while the process that wrote it is alive. A file of a dead process is
 * removed by the first window that reads it.
 */

import * as vscode from 'vscode';

interface Holder {
  readonly pid: number;
  /** The name of the window's workspace. */
  readonly window: string;
  readonly ports: readonly number[];
}

export class Holders {
  private readonly folder: vscode.Uri;

  constructor(context: vscode.ExtensionContext) {
    this.folder = vscode.Uri.joinPath(context.globalStorageUri, 'holders');
  }

  async hold(session: number, ports: readonly number[]): Promise<void> {
    const holder: Holder = {
      pid: process.pid,
      window: vscode.workspace.name ?? 'without a folder',
      ports,
    };
    await vscode.workspace.fs.createDirectory(this.folder);
    await vscode.workspace.fs.writeFile(this.fileOf(session), Buffer.from(JSON.stringify(holder)));
  }

  async release(session: number): Promise<void> {
    await vscode.workspace.fs.delete(this.fileOf(session)).then(undefined, () => {});
  }

  /** The sandboxes of other windows that hold one of these ports. */
  async of(ports: readonly number[]): Promise<Holder[]> {
    const files = await vscode.workspace.fs.readDirectory(this.folder).then(
      (entries) => entries.map(([name]) => name),
      () => [],
    );
    const holders = await Promise.all(files.map((name) => this.read(name)));
    return holders.filter(
      (holder): holder is Holder =>
        holder !== undefined &&
        holder.pid !== process.pid &&
        holder.ports.some((port) => ports.includes(port)),
    );
  }

  private fileOf(session: number): vscode.Uri {
    return vscode.Uri.joinPath(this.folder, `${process.pid}-${session}.json`);
  }

  private async read(name: string): Promise<Holder | undefined> {
    const file = vscode.Uri.joinPath(this.folder, name);
    try {
      const holder = JSON.parse(
        Buffer.from(await vscode.workspace.fs.readFile(file)).toString(),
      ) as Holder;
      if (isAlive(holder.pid)) return holder;
      await vscode.workspace.fs.delete(file);
    } catch {
      // Removed meanwhile, or still being written by a window that is starting: treated as absent.
    }
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** `the sandbox of the window “playground” (process 1234)`, or `another program`. */
export function holderText(holders: readonly Holder[]): string {
  const [first] = holders;
  if (first === undefined) return 'another program';
  return `the sandbox of the window “${first.window}” (process ${first.pid})`;
}
