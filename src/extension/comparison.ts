/**
 * Two sandboxes as two texts, for an editor that shows their differences.
 *
 * Invariant: what always differs (addresses, times, process IDs) is left out, and equal things stand on equal
 * lines. Of the keys, only those that differ are listed.
 */

import type { KeyEntry, KeyList } from '../view/keyList.ts';
import type { LoadSnapshot, NodeSnapshot, SentinelSnapshot, Snapshot } from '../view/snapshot.ts';

/** How many keys that differ are listed of each server. */
const DIFFERENT_KEYS_MAX = 200;

/** One of the two. */
export interface Side {
  /** `Sandbox 2 (fork of event 8402)`. */
  readonly title: string;
  readonly snapshot: Snapshot;
  /** By name of the server. */
  readonly keys: ReadonlyMap<string, KeyList>;
}

/** The texts of both sides. */
export function compare(left: Side, right: Side): [string, string] {
  const differences = keyDifferences(left, right);
  const textOf = (side: Side, index: 0 | 1): string =>
    [
      side.title,
      '',
      ...serverLines(side.snapshot),
      '',
      ...sentinelLines(side.snapshot),
      '',
      ...lossLines(side.snapshot),
      ...differences.flatMap((lines) => ['', ...lines[index]]),
      '',
    ].join('\n');
  return [textOf(left, 0), textOf(right, 1)];
}

// Topology.

function serverLines({ nodes }: Snapshot): string[] {
  return ['Servers', ...[...nodes].sort(byName).flatMap(linesOfServer)];
}

function linesOfServer(node: NodeSnapshot): string[] {
  const { name, role, master, offset, replid } = node;
  const of = master === null ? '' : ` of ${master.node ?? `${master.host}:${master.port}`}`;
  const link = master === null ? '' : `, link ${master.status}`;
  return [
    `  ${name}: ${role}${of}${link}, ${node.process}`,
    `    master_replid ${replid}`,
    `    master_repl_offset ${offset}`,
  ];
}

function sentinelLines({ sentinels }: Snapshot): string[] {
  return ['Sentinels', ...[...sentinels].sort(byName).map(lineOfSentinel)];
}

function lineOfSentinel({ name, process, master, configEpoch }: SentinelSnapshot): string {
  const believed =
    master === null ? 'no master' : `master ${master.node ?? `${master.host}:${master.port}`}`;
  const flags = master === null ? '' : ` (${master.flags})`;
  return `  ${name}: ${process}, ${believed}${flags}, config-epoch ${configEpoch}`;
}

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : 1;
}

// Losses.

function lossLines({ failovers, load }: Snapshot): string[] {
  const lines = failovers.map(({ sentence }) => `  ${sentence}`);
  return ['Lost writes', ...(lines.length === 0 ? ['  none'] : lines), ...loadLines(load)];
}

function loadLines(load: LoadSnapshot | null): string[] {
  if (load === null) return [];
  const { sent, acked, lost, unknown } = load;
  return [
    `  LOAD: ${sent} sent, ${acked} acknowledged, ${unknown} without a reply, ${lost} acknowledged and lost`,
  ];
}

// Keys.

type Lines = [string[], string[]];

function keyDifferences(left: Side, right: Side): Lines[] {
  const names = new Set([...left.keys.keys(), ...right.keys.keys()]);
  return [...names]
    .sort()
    .map((name) => differencesOf(name, left.keys.get(name), right.keys.get(name)));
}

function differencesOf(name: string, left: KeyList | undefined, right: KeyList | undefined): Lines {
  if (left === undefined || right === undefined) {
    const only = (list: KeyList | undefined): string[] => [
      list === undefined
        ? `Keys of ${name}: there is no such server`
        : `Keys of ${name}: ${list.total}`,
    ];
    return [only(left), only(right)];
  }
  const { pairs, isComplete } = paired(left, right);
  const different = pairs.filter(([a, b]) => !isEqual(a, b));
  const listed = different.slice(0, DIFFERENT_KEYS_MAX);
  const more = different.length - listed.length;
  const linesOf = (list: KeyList, entries: readonly (KeyEntry | undefined)[]): string[] => [
    `Keys of ${name}: ${list.total}`,
    `  ${different.length} differ${isComplete ? '' : ` among the first ${pairs.length}`}`,
    ...entries.map((entry, index) => lineOfKey(entry ?? listed[index]!.find(Boolean)!, entry)),
    ...(more > 0 ? [`  … and ${more} more`] : []),
  ];
  return [
    linesOf(
      left,
      listed.map(([a]) => a),
    ),
    linesOf(
      right,
      listed.map(([, b]) => b),
    ),
  ];
}

function lineOfKey({ db, key }: KeyEntry, entry: KeyEntry | undefined): string {
  const name = db === 0 ? key : `db${db} ${key}`;
  if (entry === undefined) return `  ${name}: absent`;
  const { type, value, digest, expireAt } = entry;
  const expiry = expireAt === -1 ? '' : `, expires at ${expireAt}`;
  return `  ${name}: ${type} ${value}${expiry}, digest ${digest}`;
}

function isEqual(a: KeyEntry | undefined, b: KeyEntry | undefined): boolean {
  return a?.digest === b?.digest && a?.type === b?.type && a?.expireAt === b?.expireAt;
}

type Pair = readonly [KeyEntry | undefined, KeyEntry | undefined];

/**
 * The keys of both lists in pairs, in their order. Where a list was cut, the order ends for both: what is
 * absent there may come later.
 */
function paired(left: KeyList, right: KeyList): { pairs: Pair[]; isComplete: boolean } {
  const pairs: Pair[] = [];
  const isCut = ({ total, keys }: KeyList): boolean => keys.length < total;
  let i = 0;
  let j = 0;
  while (i < left.keys.length || j < right.keys.length) {
    const [a, b] = [left.keys[i], right.keys[j]];
    if ((a === undefined && isCut(left)) || (b === undefined && isCut(right))) break;
    const order = a === undefined ? 1 : b === undefined ? -1 : compareKeys(a, b);
    pairs.push([order <= 0 ? a : undefined, order >= 0 ? b : undefined]);
    if (order <= 0) i += 1;
    if (order >= 0) j += 1;
  }
  return { pairs, isComplete: !isCut(left) && !isCut(right) };
}

function compareKeys(a: KeyEntry, b: KeyEntry): number {
  if (a.db !== b.db) return a.db - b.db;
  if (a.key === b.key) return 0;
  return bytesOf(a.key) < bytesOf(b.key) ? -1 : 1;
}

const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  a: '\x07',
  b: '\b',
};

/** The bytes of a quoted key, in whose order keys are listed: an escape sequence has another place. */
function bytesOf(quoted: string): string {
  return quoted
    .slice(1)
    .replace(/\\(?:x(..)|(.))/g, (_, hex: string | undefined, letter: string) =>
      hex === undefined
        ? (ESCAPES[letter] ?? letter)
        : String.fromCharCode(Number.parseInt(hex, 16)),
    );
}
