/**
 * The buttons of a node: the same for every node, so that they keep their places. Its kind and its state
 * decide which of them are enabled.
 */

import { curesOf, troublesOf } from '../../src/view/links.ts';
import type { Operation } from '../../src/view/messages.ts';
import type {
  NodeSnapshot,
  ProcessState,
  SentinelSnapshot,
  Snapshot,
} from '../../src/view/snapshot.ts';

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

export function serverActions(node: AnyNode): Action[] {
  const { name, process } = node;
  const isRunning = process === 'running';
  return [
    {
      id: 'bgsave',
      label: 'BGSAVE',
      title: bgsaveTitle(node),
      isEnabled: isRunning && isServer(node),
      operation: { op: 'bgsave', node: name },
    },
    {
      id: 'resync',
      label: 'Full resync',
      title: resyncTitle(node),
      isEnabled: isRunning && isServer(node) && node.role === 'replica',
      operation: { op: 'resync', node: name },
    },
  ];
}

function bgsaveTitle(node: AnyNode): string {
  if (!isServer(node)) return `${node.name} is a Sentinel: it has no dataset`;
  return node.process === 'running'
    ? 'Saves an RDB file in a child'
    : `${node.name} is ${node.process}`;
}

function resyncTitle(node: AnyNode): string {
  if (!isServer(node)) return `${node.name} is a Sentinel: only a replica resynchronizes`;
  if (node.role === 'master') return `${node.name} is a master: only a replica resynchronizes`;
  if (node.process !== 'running') return `${node.name} is ${node.process}`;
  return 'Drops the connection and requests the whole dataset from the master';
}

/** The operations that make the link between two places as it was; empty when nothing ails it. */
export function linkCures({ links }: Snapshot, one: string, other: string): Operation[] {
  const own = troublesOf(links).filter(
    ({ a, b }) => (a === one && b === other) || (a === other && b === one),
  );
  return curesOf(own);
}
