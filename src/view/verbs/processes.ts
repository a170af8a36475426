/** Verbs on the process of a node. */

import type { Verbs } from './verb.ts';

const ALIVE = { kind: 'node', suitable: { states: ['running', 'frozen'] } } as const;
const RUNNING = { kind: 'node', suitable: { states: ['running'] } } as const;
const FROZEN = { kind: 'node', suitable: { states: ['frozen'] } } as const;
const THAWED = { kind: 'node', suitable: { states: ['running', 'crashed', 'exited'] } } as const;

export const processVerbs = {
  crash: {
    words: 'CRASH',
    help: 'kill -9: files keep what was written to them, the kernel ends the connections.',
    takes: { node: ALIVE },
    command: { name: 'crash', title: 'Simulate Crash' },
  },
  powerloss: {
    words: 'POWERLOSS',
    help: 'The host dies: unsynced data is lost, and connections fall silent.',
    takes: { node: ALIVE },
    command: { name: 'powerLoss', title: 'Simulate Power Loss' },
  },
  freeze: {
    words: 'FREEZE',
    help: 'SIGSTOP: the process stops, its connections stay open.',
    takes: { node: RUNNING },
    command: { name: 'freeze', title: 'Freeze' },
  },
  thaw: {
    words: 'THAW',
    help: 'SIGCONT: the process continues.',
    takes: { node: FROZEN },
    command: { name: 'thaw', title: 'Thaw' },
  },
  restart: {
    words: 'RESTART',
    help: 'Starts a dead node; a running one is shut down cleanly first.',
    takes: { node: THAWED },
    command: { name: 'restart', title: 'Restart' },
  },
} as const satisfies Verbs;
