/** Types of codeServer.mjs, for the e2e tests. */

export interface EditorFolders {
  readonly data: string;
  readonly extensions: string;
  readonly config: string;
}

export interface CodeServerOptions {
  readonly folders: EditorFolders;
  readonly host?: string;
  readonly port: number;
  readonly trust?: boolean;
  readonly env?: Readonly<Record<string, string>>;
  readonly password?: string;
  readonly graceSeconds?: number;
  readonly log?: (text: string) => void;
}

export interface RunningCodeServer {
  readonly pid: number;
  readonly exited: Promise<unknown>;
  stop(): Promise<void>;
}

export function installCodeServer(say?: (text: string) => void): Promise<void>;
export function buildOutputChannels(say?: (text: string) => void): Promise<boolean>;
export function editorFolders(base: string): EditorFolders;
export function prepareEditor(
  folders: EditorFolders,
  packages: readonly string[],
  settings?: Readonly<Record<string, unknown>>,
): Promise<void>;
export function startCodeServer(options: CodeServerOptions): Promise<RunningCodeServer>;
export function freePort(first: number, host?: string): Promise<number>;
