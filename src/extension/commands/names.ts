/** The names of all commands; package.json declares each with the prefix `replicationSandbox.`. */

import type { TreeEntry } from '../treeEntry.ts';

export const COMMAND_NAMES = [
  'start',
  'startAnother',
  'stop',
  'openPanel',
  'addReplica',
  'addServer',
  'addSentinel',
  'remove',
  'replicaof',
  'bgsave',
  'crash',
  'powerLoss',
  'freeze',
  'thaw',
  'restart',
  'cut',
  'heal',
  'latency',
  'resync',
  'setBacklog',
  'startLoad',
  'stopLoad',
  'pause',
  'resume',
  'step',
  'stepRaw',
  'runCommand',
  'showLog',
  'copyEndpoint',
  'copyConnectionString',
  'failOver',
] as const;

export type CommandName = (typeof COMMAND_NAMES)[number];

/** A command receives the entry of the tree row on which it was run, if any. */
export type Handler = (entry?: TreeEntry) => Promise<void>;
export type Handlers = Partial<Record<CommandName, Handler>>;
