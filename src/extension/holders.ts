/**
 * Which window's sandbox holds which ports: a small file each in the extension's global storage,
 * for other windows on this machine to read.
 *
 * Invariant: a file is believed only while the process that wrote it lives; what a dead one left
 * is removed by whoever finds it.
 */

import * as vscode from 'vscode';

interface Holder {
  readonly pid: number;
  /** Name of the window's workspace. */
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

  /** Other windows' sandboxes with one of these ports. */
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
      // Gone, or half written by a window that starts just now: as good as absent.
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
