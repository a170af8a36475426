/**
 * What can be done to a node, as buttons: which ones there are follows from what the node is, which
 * ones can be pressed from how it is now.
 */

import type { Operation } from '../../src/view/messages.ts';
import type { NodeSnapshot, ProcessState, SentinelSnapshot } from '../../src/view/snapshot.ts';

export interface Action {
  readonly id: string;
  readonly label: string;
  /** What it does, or why it cannot be done now. */
  readonly title: string;
  readonly isEnabled: boolean;
  readonly operation: Operation;
}

export type AnyNode = NodeSnapshot | SentinelSnapshot;

export function isServer(node: AnyNode): node is NodeSnapshot {
  return 'role' in node;
}

export function processActions({ name, process }: AnyNode): Action[] {
  const isAlive = process === 'running' || process === 'frozen';
  const isFrozen = process === 'frozen';
  const dead = `${name} is ${process}: restart it first`;
  return [
    {
      id: 'crash',
      label: 'Crash',
      title: isAlive ? 'kill -9: what was handed to the disk stays' : dead,
      isEnabled: isAlive,
      operation: { op: 'crash', node: name },
    },
    {
      id: 'powerloss',
      label: 'Power loss',
      title: isAlive ? 'What was not fsynced is gone, and nobody is told' : dead,
      isEnabled: isAlive,
      operation: { op: 'powerloss', node: name },
    },
    {
      id: 'freeze',
      label: isFrozen ? 'Thaw' : 'Freeze',
      title: freezeTitle(process, dead),
      isEnabled: isAlive,
      operation: { op: isFrozen ? 'thaw' : 'freeze', node: name },
    },
    {
      id: 'restart',
      label: 'Restart',
      title: isFrozen ? `${name} is frozen: thaw or crash it first` : restartTitle(isAlive),
      isEnabled: !isFrozen,
      operation: { op: 'restart', node: name },
    },
  ];
}

function freezeTitle(process: ProcessState, dead: string): string {
  if (process === 'frozen') return 'SIGCONT: it goes on where it stopped';
  return process === 'running' ? 'SIGSTOP: its connections stay, it does nothing' : dead;
}

function restartTitle(isAlive: boolean): string {
  return isAlive ? 'SIGTERM, then a new start from its disk' : 'Starts it from its disk';
}

export function serverActions(node: NodeSnapshot): Action[] {
  const { name, process, role } = node;
  const isRunning = process === 'running';
  const isReplica = role === 'replica';
  return [
    {
      id: 'bgsave',
      label: 'BGSAVE',
      title: isRunning ? 'Saves an RDB file in a child' : `${name} is ${process}`,
      isEnabled: isRunning,
      operation: { op: 'bgsave', node: name },
    },
    {
      id: 'resync',
      label: 'Full resync',
      title: resyncTitle(isReplica, isRunning, node),
      isEnabled: isRunning && isReplica,
      operation: { op: 'resync', node: name },
    },
  ];
}

function resyncTitle(isReplica: boolean, isRunning: boolean, node: NodeSnapshot): string {
  if (!isReplica) return `${node.name} is a master: only a replica resynchronizes`;
  if (!isRunning) return `${node.name} is ${node.process}`;
  return 'Drops the link and asks its master for everything';
}
