/** Verbs on the replication of servers, and on failovers. */

import type { Verbs } from './verb.ts';

/** redis.conf's repl-backlog-size has no upper limit; a sandbox's memory has one. */
const BACKLOG_BYTES_MAX = 512 * 1_024 * 1_024;

const SERVER = { kind: 'node', suitable: { machine: 'server', states: ['running'] } } as const;

export const replicationVerbs = {
  bgsave: {
    words: 'BGSAVE',
    help: 'BGSAVE at the node: a child writes its RDB file.',
    takes: { node: SERVER },
    command: { name: 'bgsave', title: 'Trigger BGSAVE' },
  },
  resync: {
    words: 'RESYNC',
    help: 'The replica forgets where it was and asks for a full resynchronization.',
    takes: {
      node: {
        kind: 'node',
        suitable: { machine: 'server', role: 'replica', states: ['running'] },
      },
    },
    feed: 'forced full resynchronization of {node}',
    command: { name: 'resync', title: 'Force Full Resynchronization' },
  },
  replicaof: {
    words: 'REPLICAOF',
    help: 'REPLICAOF at the node: changes its master, or makes it a master.',
    takes: { node: SERVER, to: { kind: 'target', question: 'Which server should it replicate?' } },
    command: { name: 'replicaof', title: 'Run REPLICAOF' },
  },
  backlog: {
    words: 'BACKLOG',
    help: 'CONFIG SET repl-backlog-size at the node: 1048576 or 1mb.',
    takes: {
      node: SERVER,
      bytes: {
        kind: 'bytes',
        question: 'repl-backlog-size in bytes; the minimum in Redis is 16384',
        what: 'a backlog has',
        unit: 'bytes',
        least: 1,
        most: BACKLOG_BYTES_MAX,
      },
    },
    command: { name: 'setBacklog', title: 'Set Backlog Size' },
  },
  failover: {
    words: 'FAILOVER',
    help: 'SENTINEL FAILOVER of the master with that name, at a running Sentinel.',
    takes: { name: { kind: 'masterName' } },
    command: { name: 'failOver', title: 'Fail Over', offered: 'sentinels' },
  },
} as const satisfies Verbs;
