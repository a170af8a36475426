/** Asks for links: their ends, the direction of a cut, the cut to heal. Choices show the state of links. */

import { curesOf, groupTroubles, troublesOf } from '../../view/links.ts';
import type { LinkSnapshot, Snapshot } from '../../view/snapshot.ts';
import { type Operation, VERBS } from '../../view/verbs/table.ts';
import { type Choice, describeNode, pick } from '../picks.ts';
import type { Asked } from './questions.ts';

/** The place of all applications outside of the sandbox, as links name it. */
const OUTSIDE = 'outside';

/** One end of a link; `first` is the other one, once it is known. A tree row's node is the first end. */
export async function askPlace(
  { session, given, title }: Asked,
  question: string,
  first: string | undefined,
): Promise<string | undefined> {
  const { snapshot } = session;
  if (first !== undefined) {
    return pick(`${title}: ${first} and …`, question, endChoices(snapshot, first));
  }
  return given === '' ? pick(title, question, endChoices(snapshot, '')) : given;
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

export async function askCut(asked: Asked): Promise<readonly Operation[] | undefined> {
  const { takes } = VERBS.cut;
  const a = await askPlace(asked, takes.a.question, undefined);
  const b = a && (await askPlace(asked, takes.b.question, a));
  if (a === undefined || b === undefined) return undefined;
  return pick<readonly Operation[]>(asked.title, 'Which direction?', [
    {
      label: 'Both directions',
      description: `nothing passes between ${a} and ${b}`,
      value: [{ op: 'cut', a, b, oneway: false }],
    },
    {
      label: `${a} → ${b} only`,
      description: `${b} does not hear ${a}`,
      value: [{ op: 'cut', a, b, oneway: true }],
    },
    {
      label: `${b} → ${a} only`,
      description: `${a} does not hear ${b}`,
      value: [{ op: 'cut', a: b, b: a, oneway: true }],
    },
  ]);
}

/** What ends cuts, holds and latencies: those of a place or a pair, or all. */
export async function askHeal({
  session,
  title,
}: Asked): Promise<readonly Operation[] | undefined> {
  const troubles = troublesOf(session.snapshot.links);
  const groups = groupTroubles(troubles).map(({ text, cures }) => ({ label: text, value: cures }));
  if (groups.length <= 1) return groups[0]?.value;
  const all = { label: 'All links', value: curesOf(troubles) };
  return pick(title, 'Which links?', [all, ...groups]);
}
