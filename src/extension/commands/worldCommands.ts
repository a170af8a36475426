/** Commands on a whole sandbox: time, links, load, adding nodes, failover. */

import { curesOf, groupTroubles, troublesOf } from '../../view/links.ts';
import type { LinkSnapshot, Snapshot } from '../../view/snapshot.ts';
import type { Logs } from '../logs.ts';
import {
  askNumber,
  type Choice,
  describeNode,
  isServer,
  pick,
  pickSession,
  pickTarget,
} from '../picks.ts';
import type { Sandboxes } from '../sandboxes.ts';
import { perform, type Session } from '../session.ts';
import type { TreeEntry } from '../treeEntry.ts';
import type { Handlers } from './names.ts';

/** The place of all applications outside of the sandbox, as links name it. */
const OUTSIDE = 'outside';
const LATENCY_MS_MAX = 60_000;
const LOAD_RATE = 100;
const LOAD_RATE_MAX = 100_000;
const LOAD_BYTES = 64;

export function worldCommands(sandboxes: Sandboxes, logs: Logs) {
  const on =
    (
      act: (session: Session, entry?: TreeEntry) => Promise<unknown>,
      fits?: (session: Session) => boolean,
    ) =>
    async (entry?: TreeEntry): Promise<void> => {
      const session = await pickSession(sandboxes, entry, fits);
      if (session !== undefined) await act(session, entry);
    };
  const isLive = ({ snapshot }: Session): boolean => snapshot.clock.mode === 'live';
  const isPaused = (session: Session): boolean => !isLive(session);
  return {
    pause: on((session) => perform(session, { op: 'pause' }), isLive),
    resume: on((session) => perform(session, { op: 'resume' }), isPaused),
    step: on((session) => step(session, { op: 'stepVisible' }, logs)),
    stepRaw: on((session) => step(session, { op: 'step', count: 1 }, logs)),
    cut: on(cut),
    heal: on(heal, ({ snapshot }) => troublesOf(snapshot.links).length > 0),
    latency: on(latency),
    startLoad: on(startLoad, ({ snapshot }) => snapshot.load?.running !== true),
    stopLoad: on(
      (session) => perform(session, { op: 'loadStop' }),
      ({ snapshot }) => snapshot.load?.running === true,
    ),
    failOver: on((session) =>
      perform(session, { op: 'failover', name: session.snapshot.masterName }),
    ),
    addServer: on((session) => perform(session, { op: 'addServer' })),
    addSentinel: on((session) => perform(session, { op: 'addSentinel' })),
    addReplica: async (entry) => {
      const target = await pickTarget(sandboxes, entry, 'Add Replica', isServer);
      if (target === undefined) return;
      await perform(target.session, { op: 'addReplica', of: target.node.name });
    },
  } satisfies Handlers;
}

async function step(
  session: Session,
  operation: { op: 'step'; count: number } | { op: 'stepVisible' },
  logs: Logs,
): Promise<void> {
  const outcome = await session.request(operation);
  if (!outcome.ok) logs.main.appendLine(outcome.error);
  else for (const line of outcome.lines ?? []) logs.main.appendLine(`step ${line}`);
}

// Links.

/** Asks for both ends of a link. Each choice shows the state of the link. */
async function pickEnds(
  { snapshot }: Session,
  title: string,
  entry: TreeEntry | undefined,
): Promise<readonly [string, string] | undefined> {
  const given = entry?.node ?? '';
  const a = given === '' ? await pick(title, 'From which end?', endChoices(snapshot, '')) : given;
  if (a === undefined) return undefined;
  const b = await pick(`${title}: ${a} and …`, 'To which end?', endChoices(snapshot, a));
  return b === undefined ? undefined : [a, b];
}

function endChoices(snapshot: Snapshot, other: string): Choice<string>[] {
  const nodes = [...snapshot.nodes, ...snapshot.sentinels];
  const state = (name: string): string =>
    other === '' ? '' : linkText(snapshot.links, other, name);
  return [
    ...nodes.map((node) => ({
      label: node.name,
      description: state(node.name) + describeNode(node),
      value: node.name,
    })),
    {
      label: OUTSIDE,
      description: `${state(OUTSIDE)}your applications and tools`,
      value: OUTSIDE,
    },
  ].filter(({ value }) => value !== other);
}

/** `cut · `, `20 ms · `; empty for a link in its default state. */
function linkText(links: readonly LinkSnapshot[], a: string, b: string): string {
  const between = links.filter(
    ({ from, to }) => (from === a && to === b) || (from === b && to === a),
  );
  if (between.some((link) => link.cut)) return 'cut · ';
  const slow = between.find((link) => link.latencyMs >= 1);
  return slow === undefined ? '' : `${slow.latencyMs} ms · `;
}

async function cut(session: Session, entry?: TreeEntry): Promise<void> {
  const ends = await pickEnds(session, 'Cut Link', entry);
  if (ends === undefined) return;
  const [a, b] = ends;
  const way = await pick<readonly [string, string, boolean]>('Cut Link', 'Which direction?', [
    {
      label: 'Both directions',
      description: `nothing passes between ${a} and ${b}`,
      value: [a, b, false],
    },
    { label: `${a} → ${b} only`, description: `${b} does not hear ${a}`, value: [a, b, true] },
    { label: `${b} → ${a} only`, description: `${a} does not hear ${b}`, value: [b, a, true] },
  ]);
  if (way === undefined) return;
  const [from, to, oneway] = way;
  await perform(session, { op: 'cut', a: from, b: to, oneway });
}

/** Ends cuts, holds and latencies: those of a place or a pair, or all. */
async function heal(session: Session): Promise<void> {
  const troubles = troublesOf(session.snapshot.links);
  const groups = groupTroubles(troubles).map(({ text, cures }) => ({ label: text, value: cures }));
  const all = { label: 'All links', value: curesOf(troubles) };
  const cures =
    groups.length > 1 ? await pick('Heal', 'Which links?', [all, ...groups]) : groups[0]?.value;
  for (const cure of cures ?? []) await perform(session, cure);
}

async function latency(session: Session, entry?: TreeEntry): Promise<void> {
  const ends = await pickEnds(session, 'Set Latency', entry);
  if (ends === undefined) return;
  const [a, b] = ends;
  const title = `Set Latency: ${a} and ${b}`;
  const ms = await askNumber(title, 'Milliseconds each way', 20, 0, LATENCY_MS_MAX);
  if (ms === undefined) return;
  const jitterMs = await askNumber(
    title,
    'Jitter: the largest random addition, in milliseconds',
    0,
    0,
    LATENCY_MS_MAX,
  );
  if (jitterMs !== undefined) await perform(session, { op: 'latency', a, b, ms, jitterMs });
}

async function startLoad(session: Session): Promise<void> {
  const rate = await askNumber('Start Load', 'Writes a second', LOAD_RATE, 1, LOAD_RATE_MAX);
  if (rate !== undefined) await perform(session, { op: 'load', rate, bytes: LOAD_BYTES });
}
