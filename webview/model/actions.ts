/**
 * The buttons of a node. Its kind decides which buttons exist; its state decides which of them are
 * enabled.
 */

import type { Operation } from '../../src/view/messages.ts';
import type { NodeSnapshot, ProcessState, SentinelSnapshot } from '../../src/view/snapshot.ts';

export interface Action {
  readonly id: string;
  readonly label: string;
  /** What the button does, or why it is disabled now. */
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
      title: isAlive ? 'kill -9: files keep what was written to them' : dead,
      isEnabled: isAlive,
      operation: { op: 'crash', node: name },
    },
    {
      id: 'powerloss',
      label: 'Power loss',
      title: isAlive ? 'The host dies: unsynced data is lost, and connections fall silent' : dead,
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
  if (process === 'frozen') return 'SIGCONT: the process continues';
  return process === 'running' ? 'SIGSTOP: the process stops, its connections stay open' : dead;
}

function restartTitle(isAlive: boolean): string {
  return isAlive ? 'SIGTERM, then a start from its disk' : 'Starts it from its disk';
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
  return 'Drops the connection and requests the whole dataset from the master';
}
