/** Commands on one node: its process, its replication, its command line, its address. */

import * as vscode from 'vscode';
import type { Operation } from '../../view/messages.ts';
import type { Logs } from '../logs.ts';
import {
  type AnyNode,
  askBytes,
  type Choice,
  describeNode,
  isAlive,
  isServer,
  pick,
  pickTarget,
  type Target,
} from '../picks.ts';
import type { Sandboxes } from '../sandboxes.ts';
import { perform } from '../session.ts';
import type { TreeEntry } from '../treeEntry.ts';
import type { Handlers } from './names.ts';

const BACKLOG_BYTES_MAX = 512 * 1024 * 1024;

export function nodeCommands(sandboxes: Sandboxes, logs: Logs) {
  const on =
    (title: string, fits: (node: AnyNode) => boolean, act: (target: Target) => Promise<unknown>) =>
    async (entry?: TreeEntry): Promise<void> => {
      const target = await pickTarget(sandboxes, entry, title, fits);
      if (target !== undefined) await act(target);
    };
  const simply =
    (op: 'crash' | 'powerloss' | 'freeze' | 'thaw' | 'restart' | 'bgsave' | 'resync') =>
    ({ session, node }: Target): Promise<unknown> =>
      perform(session, { op, node: node.name });
  const runs = (node: AnyNode): boolean => node.process === 'running';
  const servesReplicas = (node: AnyNode): boolean => isServer(node) && runs(node);
  return {
    crash: on('Simulate Crash', isAlive, simply('crash')),
    powerLoss: on('Simulate Power Loss', isAlive, simply('powerloss')),
    freeze: on('Freeze', runs, simply('freeze')),
    thaw: on('Thaw', (node) => node.process === 'frozen', simply('thaw')),
    restart: on('Restart', (node) => node.process !== 'frozen', simply('restart')),
    bgsave: on('Trigger BGSAVE', servesReplicas, simply('bgsave')),
    resync: on(
      'Force Full Resynchronization',
      (node) => isServer(node) && runs(node) && node.role === 'replica',
      simply('resync'),
    ),
    replicaof: on('Run REPLICAOF', servesReplicas, replicaof),
    setBacklog: on('Set Backlog Size', servesReplicas, setBacklog),
    runCommand: on('Run Command on Node', runs, (target) => runCommand(target, logs)),
    remove: on('Remove Node', () => true, remove),
    showLog: on(
      'Show Log',
      () => true,
      async ({ session, node }) => logs.show(session, node.name),
    ),
    copyEndpoint: on(
      'Copy Endpoint',
      () => true,
      ({ node }) => copy(`${node.host}:${node.port}`),
    ),
    copyConnectionString: on('Copy Connection String', () => true, copyConnectionString),
  } satisfies Handlers;
}

type ReplicaofTarget = Extract<Operation, { op: 'replicaof' }>['to'] | 'ask';

async function replicaof({ session, node }: Target): Promise<void> {
  const { name } = node;
  const others = session.snapshot.nodes.filter((other) => other.name !== name);
  const choices: Choice<ReplicaofTarget>[] = [
    ...others.map((other) => ({
      label: other.name,
      description: describeNode(other),
      value: { node: other.name },
    })),
    { label: 'NO ONE', description: `${name} becomes a master`, value: null },
    { label: 'An address…', description: 'any host and port', value: 'ask' },
  ];
  const choice = await pick(`REPLICAOF at ${name}`, 'Which server should it replicate?', choices);
  if (choice === undefined) return;
  const to = choice === 'ask' ? await askAddress(name) : choice;
  if (to !== undefined) await perform(session, { op: 'replicaof', node: name, to });
}

async function askAddress(name: string): Promise<{ host: string; port: number } | undefined> {
  const pattern = /^(.+)[: ](\d{1,5})$/;
  const text = await vscode.window.showInputBox({
    title: `REPLICAOF at ${name}`,
    prompt: 'Host and port of the master; a sandbox can only connect to addresses of this machine',
    placeHolder: '127.0.0.1:6379',
    validateInput: (input) => (pattern.test(input) ? undefined : 'host:port'),
  });
  const parts = text === undefined ? null : pattern.exec(text);
  return parts === null ? undefined : { host: parts[1]!, port: Number(parts[2]) };
}

async function setBacklog({ session, node }: Target): Promise<void> {
  if (!isServer(node)) return;
  const bytes = await askBytes(
    `Set Backlog Size of ${node.name}`,
    'repl-backlog-size: bytes, or a size such as 1mb; the minimum in Redis is 16384',
    node.backlog.size,
    1,
    BACKLOG_BYTES_MAX,
  );
  if (bytes === undefined) return;
  const { name } = node;
  const answer = await perform(session, { op: 'backlog', node: name, bytes });
  // A restart of the node, too, is to keep what the user has set here.
  if (answer !== undefined) {
    await perform(session, { op: 'command', node: name, line: 'CONFIG REWRITE' }, true);
  }
}

async function runCommand({ session, node }: Target, logs: Logs): Promise<void> {
  const { name } = node;
  const line = await vscode.window.showInputBox({
    title: `Run Command on ${name}`,
    prompt: 'Any command, quoted as in redis-cli',
    placeHolder: isServer(node) ? 'SET greeting "hello world"' : 'SENTINEL MASTERS',
  });
  if (line === undefined || line.trim() === '') return;
  const outcome = await session.request({ op: 'command', node: name, line });
  const answer = outcome.ok ? outcome.text : `(error) ${outcome.error}`;
  logs.main.appendLine(`${name}> ${line}\n${answer}`);
  if (answer.includes('\n')) logs.main.show(true);
  else if (outcome.ok) void vscode.window.showInformationMessage(`${name}> ${line}: ${answer}`);
  else void vscode.window.showErrorMessage(`${name}> ${line}: ${answer}`);
}

async function remove({ session, node }: Target): Promise<void> {
  const yes = 'Remove';
  const answer = await vscode.window.showWarningMessage(
    `Remove ${node.name}? This deletes its process and its disk. Sentinels remember it until SENTINEL RESET.`,
    { modal: true },
    yes,
  );
  if (answer === yes) await perform(session, { op: 'remove', node: node.name });
}

async function copyConnectionString({ session, node }: Target): Promise<void> {
  const plain = `redis://${node.host}:${node.port}`;
  const { sentinels, masterName } = session.snapshot;
  if (sentinels.length === 0) return copy(plain);
  const hosts = sentinels.map(({ host, port }) => `${host}:${port}`).join(',');
  const viaSentinel = `redis-sentinel://${hosts}/${masterName}`;
  const value = await pick('Copy Connection String', 'Which one?', [
    ...(isServer(node) ? [{ label: plain, description: `${node.name} alone`, value: plain }] : []),
    { label: viaSentinel, description: 'through the Sentinels', value: viaSentinel },
  ]);
  if (value !== undefined) await copy(value);
}

async function copy(text: string): Promise<void> {
  await vscode.env.clipboard.writeText(text);
  vscode.window.setStatusBarMessage(`$(clippy) Copied ${text}`, 4_000);
}
