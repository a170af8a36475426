/** Verbs on whole nodes: adding and removing them, running commands, reading logs. */

import type { Verbs } from './verb.ts';

const LOG_LINES_MAX = 1_000_000;

const NODE = { kind: 'node', suitable: {} } as const;
const PORT = { kind: 'port', optional: true } as const;

export const nodeVerbs = {
  addServer: {
    words: 'ADD SERVER',
    help: 'Adds a standalone server, by default at the next free port; replies with name and address.',
    takes: { port: PORT },
    command: { name: 'addServer', title: 'Add Standalone Server' },
  },
  addReplica: {
    words: 'ADD REPLICA',
    help: 'Adds a replica of the master, which may be a replica itself.',
    takes: {
      of: { kind: 'node', usage: 'master', suitable: { machine: 'server' } },
      port: PORT,
    },
    command: { name: 'addReplica', title: 'Add Replica' },
  },
  addSentinel: {
    words: 'ADD SENTINEL',
    help: 'Adds a Sentinel; replies with its name, address and quorum.',
    takes: { port: PORT },
    command: { name: 'addSentinel', title: 'Add Sentinel' },
  },
  remove: {
    words: 'REMOVE',
    help: 'Kills the node and deletes its disk; Sentinels remember it until SENTINEL RESET.',
    takes: { node: NODE },
    command: {
      name: 'remove',
      title: 'Remove Node',
      warning:
        'Remove {node}? This deletes its process and its disk. Sentinels remember it until SENTINEL RESET.',
    },
  },
  command: {
    words: 'RUN',
    help: 'Any command at the node; the reply as redis-cli prints it, one line per element.',
    takes: {
      node: { kind: 'node', suitable: { states: ['running'] } },
      line: {
        kind: 'line',
        usage: 'command [arg ...]',
        question: 'Any command, quoted as in redis-cli',
      },
    },
    command: { name: 'runCommand', title: 'Run Command on Node' },
  },
  log: {
    words: 'LOG',
    help: "The last lines of the node's log, as Redis writes them.",
    takes: {
      node: NODE,
      count: {
        kind: 'integer',
        usage: 'n',
        what: 'LOG takes a number of lines',
        least: 1,
        most: LOG_LINES_MAX,
        default: 20,
      },
    },
    worksAfterFailure: true,
    worksInPast: true,
  },
} as const satisfies Verbs;
