/**
 * The SANDBOX command of the control endpoint: parses its words into an operation of the service, or
 * into an error with the usage.
 *
 * Invariant: every subcommand has a usage, which HELP prints and errors quote.
 */

import { parseMemory } from '../engine/process/values/numbers.ts';
import { quoteArgument } from '../engine/resp/splitArguments.ts';
import type { Operation } from '../view/messages.ts';

interface Subcommand {
  readonly usage: string;
  readonly summary: string;
  /** The minimum and maximum number of words after the subcommand. */
  readonly words: readonly [number, number];
  /** Undefined when the words are invalid. */
  readonly parse: (words: readonly string[]) => Operation | undefined;
}

const DEFAULT_LOAD_BYTES = 64;
const DEFAULT_LOG_LINES = 20;

function onNode(
  op: Extract<Operation, { node: string }>['op'] &
    ('crash' | 'powerloss' | 'freeze' | 'thaw' | 'restart' | 'bgsave' | 'resync'),
  summary: string,
): Subcommand {
  return {
    usage: `${op.toUpperCase()} node`,
    summary,
    words: [1, 1],
    parse: ([node]) => ({ op, node: node! }),
  };
}

const SUBCOMMANDS: Readonly<Record<string, Subcommand>> = {
  STATE: {
    usage: 'STATE [JSON]',
    summary: 'The whole state of the sandbox, as a map or as JSON.',
    words: [0, 1],
    parse: ([format]) =>
      format === undefined || format.toUpperCase() === 'JSON' ? { op: 'state' } : undefined,
  },
  PAUSE: {
    usage: 'PAUSE',
    summary: 'Stops the time of the world; clients stay connected and wait.',
    words: [0, 0],
    parse: () => ({ op: 'pause' }),
  },
  RESUME: {
    usage: 'RESUME',
    summary: 'The world follows the wall clock again.',
    words: [0, 0],
    parse: () => ({ op: 'resume' }),
  },
  STEP: {
    usage: 'STEP [n | VISIBLE]',
    summary: 'Executes the next event, n events, or up to the next visible one, and lists them.',
    words: [0, 1],
    parse: ([count]) =>
      count?.toUpperCase() === 'VISIBLE'
        ? { op: 'stepVisible' }
        : withNumber(count ?? '1', (value) => ({ op: 'step', count: value })),
  },
  CRASH: onNode(
    'crash',
    'kill -9: files keep what was written to them, the kernel ends the connections.',
  ),
  POWERLOSS: onNode(
    'powerloss',
    'The host dies: unsynced data is lost, and connections fall silent.',
  ),
  FREEZE: onNode('freeze', 'SIGSTOP: the process stops, its connections stay open.'),
  THAW: onNode('thaw', 'SIGCONT.'),
  RESTART: onNode('restart', 'Starts a dead node; a running one is shut down cleanly first.'),
  CUT: {
    usage: 'CUT a b [ONEWAY]',
    summary: 'Blocks all bytes between the two (or from a to b); they arrive after HEAL.',
    words: [2, 3],
    parse: ([a, b, oneway]) =>
      oneway === undefined || oneway.toUpperCase() === 'ONEWAY'
        ? { op: 'cut', a: a!, b: b!, oneway: oneway !== undefined }
        : undefined,
  },
  RESET: {
    usage: 'RESET a b',
    summary: 'Resets every connection between the two.',
    words: [2, 2],
    parse: ([a, b]) => ({ op: 'reset', a: a!, b: b! }),
  },
  HEAL: {
    usage: 'HEAL [a b]',
    summary: 'Ends the cuts between the two, or all cuts.',
    words: [0, 2],
    parse: ([a, b]) => {
      if (a === undefined) return { op: 'heal' };
      return b === undefined ? undefined : { op: 'heal', a, b };
    },
  },
  LATENCY: {
    usage: 'LATENCY a b ms [jitter]',
    summary: 'The latency of each direction in milliseconds, and its largest random addition.',
    words: [3, 4],
    parse: ([a, b, ms, jitter]) =>
      withNumber(ms!, (value) =>
        withNumber(jitter ?? '0', (jitterMs) => ({
          op: 'latency',
          a: a!,
          b: b!,
          ms: value,
          jitterMs,
        })),
      ),
  },
  BGSAVE: onNode('bgsave', 'BGSAVE at the node.'),
  RESYNC: onNode(
    'resync',
    'The replica forgets where it was and asks for a full resynchronization.',
  ),
  REPLICAOF: {
    usage: 'REPLICAOF node (node | host port | NO ONE)',
    summary: 'REPLICAOF at the node.',
    words: [2, 3],
    parse: ([node, first, second]) => {
      if (second === undefined) return { op: 'replicaof', node: node!, to: { node: first! } };
      if (first!.toUpperCase() === 'NO' && second.toUpperCase() === 'ONE') {
        return { op: 'replicaof', node: node!, to: null };
      }
      return withNumber(second, (port) => ({
        op: 'replicaof',
        node: node!,
        to: { host: first!, port },
      }));
    },
  },
  BACKLOG: {
    usage: 'BACKLOG node bytes',
    summary: 'CONFIG SET repl-backlog-size at the node: 1048576 or 1mb.',
    words: [2, 2],
    parse: ([node, size]) => {
      const bytes = parseMemory(size!);
      return typeof bytes === 'number' ? { op: 'backlog', node: node!, bytes } : undefined;
    },
  },
  RUN: {
    usage: 'RUN node command [arg ...]',
    summary: 'Any command at the node; the reply as redis-cli prints it, one line per element.',
    words: [2, Number.POSITIVE_INFINITY],
    parse: ([node, ...words]) => ({
      op: 'command',
      node: node!,
      line: words.map(quoteArgument).join(' '),
    }),
  },
  LOG: {
    usage: 'LOG node [n]',
    summary: "The last lines of the node's log, 20 by default, as Redis writes them.",
    words: [1, 2],
    parse: ([node, count]) =>
      withNumber(count ?? String(DEFAULT_LOG_LINES), (value) => ({
        op: 'log',
        node: node!,
        count: value,
      })),
  },
  ADD: {
    usage: 'ADD (SERVER [port] | REPLICA master [port] | SENTINEL [port])',
    summary: 'Adds a node, by default at the next free port; replies with its name and address.',
    words: [1, 3],
    parse: addition,
  },
  REMOVE: {
    usage: 'REMOVE node',
    summary: 'Kills the node and deletes its disk; Sentinels remember it until SENTINEL RESET.',
    words: [1, 1],
    parse: ([node]) => ({ op: 'remove', node: node! }),
  },
  FAILOVER: {
    usage: 'FAILOVER name',
    summary: 'SENTINEL FAILOVER of the master with that name, at a running Sentinel.',
    words: [1, 1],
    parse: ([name]) => ({ op: 'failover', name: name! }),
  },
  LOAD: {
    usage: 'LOAD rate [bytes] | LOAD STOP',
    summary: 'Writes unique values at the rate, and reports lost ones after each failover.',
    words: [1, 2],
    parse: ([rate, bytes]) => {
      if (rate!.toUpperCase() === 'STOP')
        return bytes === undefined ? { op: 'loadStop' } : undefined;
      return withNumber(rate!, (value) =>
        withNumber(bytes ?? String(DEFAULT_LOAD_BYTES), (size) => ({
          op: 'load',
          rate: value,
          bytes: size,
        })),
      );
    },
  },
};

function addition([kind, ...rest]: readonly string[]): Operation | undefined {
  const isReplica = kind!.toUpperCase() === 'REPLICA';
  const [of, port] = isReplica ? rest : ['', ...rest];
  if (of === undefined || rest.length > (isReplica ? 2 : 1)) return undefined;
  const at = port === undefined ? {} : { port: Number(port) };
  if (port !== undefined && !/^\d+$/.test(port)) return undefined;
  if (isReplica) return { op: 'addReplica', of, ...at };
  if (kind!.toUpperCase() === 'SERVER') return { op: 'addServer', ...at };
  return kind!.toUpperCase() === 'SENTINEL' ? { op: 'addSentinel', ...at } : undefined;
}

function withNumber(
  text: string,
  make: (value: number) => Operation | undefined,
): Operation | undefined {
  return /^\d+(\.\d+)?$/.test(text) ? make(Number(text)) : undefined;
}

type Parsed =
  | { readonly operation: Operation; readonly asJson: boolean }
  | { readonly error: string };

/** Parses the words after SANDBOX. */
export function parseSandboxCommand(words: readonly string[]): Parsed {
  const [name, ...rest] = words;
  const subcommand = Object.hasOwn(SUBCOMMANDS, (name ?? '').toUpperCase())
    ? SUBCOMMANDS[(name ?? '').toUpperCase()]
    : undefined;
  if (subcommand === undefined) {
    return { error: `ERR unknown subcommand '${(name ?? '').slice(0, 128)}'. Try SANDBOX HELP.` };
  }
  const [least, most] = subcommand.words;
  const fits = rest.length >= least && rest.length <= most;
  const operation = fits ? subcommand.parse(rest) : undefined;
  if (operation === undefined) return { error: `ERR usage: SANDBOX ${subcommand.usage}` };
  return { operation, asJson: operation.op === 'state' && rest.length === 1 };
}

/** The lines of SANDBOX HELP, in the form of Redis's own HELP subcommands. */
export function sandboxHelp(): string[] {
  const lines = ['SANDBOX <subcommand> [<arg> [value] [opt] ...]. Subcommands are:'];
  for (const { usage, summary } of Object.values(SUBCOMMANDS)) lines.push(usage, `    ${summary}`);
  return [...lines, 'HELP', '    Print this help.'];
}
