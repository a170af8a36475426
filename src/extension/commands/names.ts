/** The commands there are; package.json declares each as `replicationSandbox.` and its name. */

import type { TreeEntry } from '../treeEntry.ts';

export const COMMAND_NAMES = [
  'start',
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

/** A command from a tree's menu gets the entry it was called on. */
export type Handler = (entry?: TreeEntry) => Promise<void>;
export type Handlers = Partial<Record<CommandName, Handler>>;
