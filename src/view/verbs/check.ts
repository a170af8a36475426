/**
 * Whether data is an operation. Requests come from pages, the editor and the control endpoint; each is
 * checked here before anything is done.
 *
 * Invariant: an accepted operation has exactly the fields of its verb, each within its limits. Whether a
 * name exists is for the sandbox to decide.
 */

import { displayed, SHOWN } from '../displayed.ts';
import { type Argument, PORT_MAX } from './arguments.ts';
import { isVerbName, verbOf } from './table.ts';

/** Names of nodes and of places such as `outside`. */
const NAME_CHARS_MAX = 64;
const PATH_CHARS_MAX = 4_096;
const MASTER_NAME_CHARS_MAX = 1_024;
/** The length of a DNS name. */
const HOST_CHARS_MAX = 255;
/**
 * A request to the control endpoint has 1 MB at most, and each of its bytes may be written as
 * `\xHH`.
 */
const LINE_CHARS_MAX = 4 * 1_024 * 1_024;

/**
 * The error reply that says why `data` is not an operation: `ERR a port is a number from 1 to 65535,
 * not 99999`. Undefined when it is one; the caller may then treat it as an Operation.
 */
export function refusalOf(data: unknown): string | undefined {
  if (!isRecord(data)) return 'ERR an operation is an object with a field op';
  const { op } = data;
  if (typeof op !== 'string' || !isVerbName(op)) return `ERR there is no operation ${shown(op)}`;
  const { takes } = verbOf(op);
  let missing: string | undefined;
  for (const [name, argument] of Object.entries(takes)) {
    const value = data[name];
    if (value === undefined && 'optional' in argument) {
      missing ??= name;
      continue;
    }
    if (missing !== undefined) return `ERR the operation ${op} has ${name} without ${missing}`;
    if (!accepts(argument, value)) return `ERR ${sentenceOf(argument)}, not ${shown(value)}`;
  }
  for (const name in data) {
    if (name !== 'op' && !Object.hasOwn(takes, name)) {
      return `ERR the operation ${op} has no field ${shown(name)}`;
    }
  }
  return undefined;
}

function accepts(argument: Argument, value: unknown): boolean {
  switch (argument.kind) {
    case 'node':
    case 'place':
      return isText(value, 1, NAME_CHARS_MAX);
    case 'label':
      return isText(value, 1, NAME_CHARS_MAX);
    case 'path':
      return isText(value, 1, PATH_CHARS_MAX);
    case 'masterName':
      return isText(value, 1, MASTER_NAME_CHARS_MAX);
    case 'line':
      return isText(value, 0, LINE_CHARS_MAX);
    case 'port':
      return isPort(value);
    case 'integer':
    case 'bytes':
      return Number.isInteger(value) && isBetween(value, argument.least, argument.most);
    case 'milliseconds':
    case 'factor':
      return isBetween(value, argument.least, argument.most);
    case 'flag':
      return typeof value === 'boolean';
    case 'target':
      return isTarget(value);
  }
}

/** What the argument accepts: the beginning of an error. */
function sentenceOf(argument: Argument): string {
  switch (argument.kind) {
    case 'node':
    case 'place':
      return `a node has a name of 1 to ${NAME_CHARS_MAX} characters`;
    case 'label':
      return `${argument.what} of 1 to ${NAME_CHARS_MAX} characters`;
    case 'path':
      return `a path has 1 to ${PATH_CHARS_MAX} characters`;
    case 'masterName':
      return `a master has a name of 1 to ${MASTER_NAME_CHARS_MAX} characters`;
    case 'line':
      return `a command or filter is a line of 0 to ${LINE_CHARS_MAX} characters`;
    case 'port':
      return `a port is a number from 1 to ${PORT_MAX}`;
    case 'integer':
    case 'bytes':
    case 'milliseconds':
    case 'factor':
      return `${argument.what} from ${argument.least} to ${argument.most}${unitOf(argument)}`;
    case 'flag':
      return `${argument.word} is given or not`;
    case 'target':
      return `a new master is a node, NO ONE, or a host of ${HOST_CHARS_MAX} characters at most with a port: a port is a number from 1 to ${PORT_MAX}`;
  }
}

function unitOf({ unit }: { readonly unit?: string }): string {
  return unit === undefined ? '' : ` ${unit}`;
}

function isTarget(value: unknown): boolean {
  if (value === null) return true;
  if (!isRecord(value)) return false;
  const names = Object.keys(value);
  if (names.length === 1) return isText(value['node'], 1, NAME_CHARS_MAX);
  return names.length === 2 && isText(value['host'], 1, HOST_CHARS_MAX) && isPort(value['port']);
}

function isPort(value: unknown): boolean {
  return Number.isInteger(value) && isBetween(value, 1, PORT_MAX);
}

function isText(value: unknown, least: number, most: number): boolean {
  return typeof value === 'string' && value.length >= least && value.length <= most;
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
