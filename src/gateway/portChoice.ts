/**
 * Finds free ports for a sandbox and starts it there.
 *
 * Invariants: all ports of a choice are different. A free port is not reserved, so a start may still
 * find it taken, as when two sandboxes start at once; the next choice then begins one block further on.
 */

import { randomInt } from 'node:crypto';
import { PORT_MAX } from '../view/verbs/arguments.ts';
import { PORT_TAKEN, portTrouble } from './freePorts.ts';
import {
  ANY_PORT,
  consecutive,
  type Part,
  type PortPlan,
  planAt,
  presentParts,
  type Run,
  type Shape,
  stepOf,
  widthOf,
} from './portPlan.ts';
import { StartError } from './sandboxWorker.ts';

/** What a sandbox asks for. */
export interface PortWish {
  readonly runs: readonly Run[];
  readonly shape: Shape;
}

/** A run that has other ports than it asked for. */
export interface PortMove {
  /** The ports among those it asked for that are taken. */
  readonly taken: readonly number[];
  readonly parts: readonly Part[];
  readonly first: number;
  readonly last: number;
}

interface PortChoice {
  readonly ports: PortPlan;
  readonly moves: readonly PortMove[];
}

/** No port is free where they were looked for, or one must not be used; the message says which. */
export class NoPortsError extends Error {
  override readonly name = 'NoPortsError';
}

/** Why a port cannot be used; undefined when it is free. */
type TroubleOf = (port: number) => Promise<string | undefined>;

const BLOCKS_MAX = 20;
/**
 * Where ports that do not matter are chosen: below the ports that systems give to outgoing connections
 * (from 32768 on Linux, from 49152 elsewhere). One of those could take the port of a crashed node, and
 * a client that retries such a port on its own host sooner or later connects to itself.
 */
const ANY_PORT_MIN = 10_000;
const ANY_PORT_LIMIT = 32_768;

/**
 * Starts on free ports. `start` may throw a StartError with `takenPort`: then it is called with others.
 * Throws NoPortsError, and what `start` throws.
 */
export async function startOnFreePorts<T>(
  wish: PortWish,
  start: (ports: PortPlan) => Promise<T>,
): Promise<{ readonly started: T; readonly moves: readonly PortMove[] }> {
  const lost = new Set<number>();
  for (let block = 0; ; block += 1) {
    const { ports, moves } = await choosePorts(wish, { block, lost });
    try {
      return { started: await start(ports), moves };
    } catch (error) {
      if (!(error instanceof StartError) || error.takenPort === undefined) throw error;
      lost.add(error.takenPort);
    }
  }
}

/**
 * Chooses free ports, beginning with the `block`-th block of each run. Ports in `lost` count as taken.
 * Throws NoPortsError.
 */
export async function choosePorts(
  { runs, shape }: PortWish,
  { block = 0, lost = new Set<number>() }: { block?: number; lost?: ReadonlySet<number> } = {},
  troubleOf: TroubleOf = portTrouble,
): Promise<PortChoice> {
  const firsts: number[] = [];
  const moves: PortMove[] = [];
  const trouble: TroubleOf = async (port) => (lost.has(port) ? PORT_TAKEN : troubleOf(port));
  for (const [index, run] of runs.entries()) {
    // A run that moves leaves the ports alone that the others have, or have asked for.
    const others = runs.flatMap((other, at) =>
      at === index ? [] : consecutive(firsts[at] ?? other.first, widthOf(other, shape)),
    );
    const { first, taken } = await place(run, shape, { block, others, trouble });
    firsts.push(first);
    if (run.first === ANY_PORT || first === run.first) continue;
    const last = first + widthOf(run, shape) - 1;
    moves.push({ taken, parts: presentParts(run, shape), first, last });
  }
  return { ports: planAt(runs, shape, firsts), moves };
}

interface Search {
  readonly block: number;
  readonly others: readonly number[];
  readonly trouble: TroubleOf;
}

/** Where a run finds room, and which of the ports it asked for are taken. */
async function place(
  run: Run,
  shape: Shape,
  { block, others, trouble }: Search,
): Promise<{ readonly first: number; readonly taken: readonly number[] }> {
  const width = widthOf(run, shape);
  if (width === 0) return { first: run.first, taken: [] };
  const wished = run.first === ANY_PORT ? [] : await takenIn(run.first, width, trouble);
  for (let tried = block; tried < BLOCKS_MAX; tried += 1) {
    const first =
      run.first === ANY_PORT
        ? randomInt(ANY_PORT_MIN, ANY_PORT_LIMIT - width)
        : run.first + tried * stepOf(run, shape);
    if (first + width - 1 > PORT_MAX) break;
    if (consecutive(first, width).some((port) => others.includes(port))) continue;
    const taken = first === run.first ? wished : await takenIn(first, width, trouble);
    if (taken.length === 0) return { first, taken: wished };
  }
  throw new NoPortsError(noRoomText(run, width, wished));
}

async function takenIn(first: number, width: number, trouble: TroubleOf): Promise<number[]> {
  const ports = consecutive(first, width);
  const found = await Promise.all(ports.map(trouble));
  for (const [index, text] of found.entries()) {
    // Other ports would not help against a missing permission.
    if (text !== undefined && text !== PORT_TAKEN)
      throw new NoPortsError(`port ${ports[index]}: ${text}`);
  }
  return ports.filter((_, index) => found[index] !== undefined);
}

function noRoomText({ first, parts }: Run, width: number, taken: readonly number[]): string {
  if (first === ANY_PORT) return `no ${width} consecutive ports are free`;
  const which = taken.length === 0 ? '' : ` (${listPorts(taken)} among them)`;
  return `the ports of ${listParts(parts)} from ${first} on are taken${which}, and so are the blocks after them`;
}

// Words.

const PART_NAMES: Readonly<Record<Part, string>> = {
  servers: 'the servers',
  sentinels: 'the Sentinels',
  control: 'the control endpoint',
  dashboard: 'the dashboard',
};

/**
 * `Port 6401 is taken by another program: the servers use 6410–6412.` Empty when nothing has moved.
 * `holder` has the taken ports.
 */
export function movesText(moves: readonly PortMove[], holder = 'another program'): string {
  if (moves.length === 0) return '';
  const taken = moves.flatMap((move) => move.taken);
  const why = taken.length === 0 ? 'Their ports overlap' : `${portsAre(taken)} taken by ${holder}`;
  const now = moves.map(({ parts, first, last }) => {
    const verb = parts.length > 1 || parts[0]!.endsWith('s') ? 'use' : 'uses';
    return `${listParts(parts)} ${verb} ${rangeText(first, last)}`;
  });
  return `${why}: ${now.join(', ')}.`;
}

/** `Port 6400 is`, `Ports 6400, 6401 and 26400 are`. */
function portsAre(ports: readonly number[]): string {
  return ports.length === 1 ? `Port ${ports[0]} is` : `Ports ${listPorts(ports)} are`;
}

/** `6400`, `6400 and 6401`, `6400–6402, 6490 and 26400`: three consecutive ports are a range. */
export function listPorts(ports: readonly number[]): string {
  const sorted = ports.toSorted((a, b) => a - b);
  const ranges: number[][] = [];
  for (const port of sorted) {
    if (ranges.at(-1)?.at(-1) === port - 1) ranges.at(-1)!.push(port);
    else ranges.push([port]);
  }
  return listed(
    ranges.flatMap((range) =>
      range.length > 2 ? [rangeText(range[0]!, range.at(-1)!)] : range.map(String),
    ),
  );
}

function rangeText(first: number, last: number): string {
  return first === last ? `${first}` : `${first}–${last}`;
}

function listParts(parts: readonly Part[]): string {
  return listed(parts.map((part) => PART_NAMES[part]));
}

function listed(words: readonly string[]): string {
  if (words.length <= 1) return words.join('');
  return `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}
