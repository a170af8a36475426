/**
 * The table of operations: the fields of each operation, and the values that each field accepts.
 * Requests come from pages, the editor and the control endpoint; each is checked here before anything
 * is done.
 *
 * Invariant: an accepted operation has exactly the fields of its type in messages.ts, each within its
 * limits (the compiler compares the table with the type). Whether a name exists is for the sandbox to
 * decide.
 */

import { displayed, SHOWN } from './displayed.ts';
import type { Operation } from './messages.ts';

/** Names of nodes and of places such as `outside`. */
const NAME_CHARS_MAX = 64;
const MASTER_NAME_CHARS_MAX = 1_024;
/** The length of a DNS name. */
const HOST_CHARS_MAX = 255;
/**
 * A request to the control endpoint has 1 MB at most, and each of its bytes may be written as
 * `\xHH`.
 */
const LINE_CHARS_MAX = 4 * 1_024 * 1_024;
export const PORT_MAX = 65_535;
/** The most events that one step executes. */
export const STEP_EVENTS_MAX = 100_000;
/** redis.conf's repl-backlog-size has no upper limit; a sandbox's memory has one. */
const BACKLOG_BYTES_MAX = 512 * 1_024 * 1_024;
const LATENCY_MS_MAX = 3_600_000;
const RATE_MAX = 100_000;
const VALUE_BYTES_MAX = 65_536;
const LOG_LINES_MAX = 1_000_000;

interface Rule {
  readonly accepts: (value: unknown) => boolean;
  /** The limits as the beginning of an error: `a port is a number from 1 to 65535`. */
  readonly sentence: string;
}

type FieldsOf<O> = { readonly [Field in Exclude<keyof O, 'op'>]-?: Rule };
type Table = { readonly [Op in Operation['op']]: FieldsOf<Extract<Operation, { op: Op }>> };

const node = text('a node has a name', 1, NAME_CHARS_MAX);
const port = integer('a port is a number', 1, PORT_MAX);
const optionalPort = optional(port);

const TABLE: Table = {
  state: {},
  pause: {},
  resume: {},
  step: { count: integer('STEP takes a number of events', 1, STEP_EVENTS_MAX) },
  stepVisible: {},
  crash: { node },
  powerloss: { node },
  freeze: { node },
  thaw: { node },
  restart: { node },
  cut: { a: node, b: node, oneway: flag('ONEWAY is given or not') },
  reset: { a: node, b: node },
  heal: { a: optional(node), b: optional(node) },
  latency: { a: node, b: node, ms: milliseconds(), jitterMs: milliseconds() },
  bgsave: { node },
  resync: { node },
  replicaof: { node, to: target() },
  failover: { name: text('a master has a name', 1, MASTER_NAME_CHARS_MAX) },
  load: {
    rate: integer('LOAD takes a rate', 1, RATE_MAX, ' writes a second'),
    bytes: integer('LOAD takes values', 1, VALUE_BYTES_MAX, ' bytes'),
  },
  loadStop: {},
  addServer: { port: optionalPort },
  addReplica: { of: node, port: optionalPort },
  addSentinel: { port: optionalPort },
  remove: { node },
  backlog: { node, bytes: integer('a backlog has', 1, BACKLOG_BYTES_MAX, ' bytes') },
  log: { node, count: integer('LOG takes a number of lines', 1, LOG_LINES_MAX) },
  command: { node, line: text('a command is a line', 0, LINE_CHARS_MAX) },
};

/**
 * The error reply that says why `data` is not an operation: `ERR a port is a number from 1 to 65535,
 * not 99999`. Undefined when it is one; the caller may then treat it as an Operation.
 */
export function refusalOf(data: unknown): string | undefined {
  if (!isRecord(data)) return 'ERR an operation is an object with a field op';
  const { op } = data;
  if (typeof op !== 'string' || !Object.hasOwn(TABLE, op)) {
    return `ERR there is no operation ${shown(op)}`;
  }
  const fields: Readonly<Record<string, Rule>> = TABLE[op as Operation['op']];
  for (const [name, rule] of Object.entries(fields)) {
    const value = data[name];
    if (!rule.accepts(value)) return `ERR ${rule.sentence}, not ${shown(value)}`;
  }
  for (const name in data) {
    if (name !== 'op' && !Object.hasOwn(fields, name)) {
      return `ERR the operation ${op} has no field ${shown(name)}`;
    }
  }
  return undefined;
}

function integer(what: string, least: number, most: number, unit = ''): Rule {
  return {
    accepts: (value) => Number.isInteger(value) && isBetween(value, least, most),
    sentence: `${what} from ${least} to ${most}${unit}`,
  };
}

function milliseconds(): Rule {
  return {
    accepts: (value) => isBetween(value, 0, LATENCY_MS_MAX),
    sentence: `latencies are milliseconds from 0 to ${LATENCY_MS_MAX}`,
  };
}

function text(what: string, least: number, most: number): Rule {
  return {
    accepts: (value) => typeof value === 'string' && value.length >= least && value.length <= most,
    sentence: `${what} of ${least} to ${most} characters`,
  };
}

function flag(sentence: string): Rule {
  return { accepts: (value) => typeof value === 'boolean', sentence };
}

function optional({ accepts, sentence }: Rule): Rule {
  return { accepts: (value) => value === undefined || accepts(value), sentence };
}

/** The target of REPLICAOF: a node, an address, or null for NO ONE. */
function target(): Rule {
  const host = text('a host has a name', 1, HOST_CHARS_MAX);
  const accepts = (value: unknown): boolean => {
    if (value === null) return true;
    if (!isRecord(value)) return false;
    const names = Object.keys(value);
    if (names.length === 1) return node.accepts(value['node']);
    return names.length === 2 && host.accepts(value['host']) && port.accepts(value['port']);
  };
  const sentence = `a new master is a node, NO ONE, or a host of ${HOST_CHARS_MAX} characters at most with a port: ${port.sentence}`;
  return { accepts, sentence };
}

function isBetween(value: unknown, least: number, most: number): boolean {
  return typeof value === 'number' && value >= least && value <= most;
}

/** A rejected value, as the error quotes it. */
function shown(value: unknown): string {
  if (typeof value === 'string') return `'${displayed(value, SHOWN.label)}'`;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return 'a list';
  return isRecord(value) ? shownTarget(value) : String(value);
}

/** What is wrong with an address is usually its port. */
function shownTarget({ port: given }: Record<string, unknown>): string {
  return typeof given === 'number' ? `port ${given}` : 'an object';
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
