/**
 * The links that are not as they were made: cut, held, or with another latency. What is said of them,
 * and the operations that end it.
 */

import type { Operation } from './messages.ts';
import type { LinkSnapshot } from './snapshot.ts';

/** What ails the link between two places; `arrow` is ⇄, or → when only a → b has it. */
export interface Trouble {
  readonly a: string;
  readonly b: string;
  readonly arrow: '⇄' | '→';
  readonly kind: 'cut' | 'held' | 'latency';
  /** `cut`, `held`, `120 ms`, `120–150 ms`. */
  readonly words: string;
  /** What makes the link as it was. */
  readonly cure: Operation;
}

/** Troubles that one Heal ends: all those of a place, or of a single pair. */
export interface TroubleGroup {
  readonly key: string;
  readonly text: string;
  readonly isBroken: boolean;
  readonly cures: readonly Operation[];
}

export function troublesOf(links: readonly LinkSnapshot[]): Trouble[] {
  const troubles: Trouble[] = [];
  const note = (trouble: Trouble): void => {
    const { a, b, words } = trouble;
    const back = troubles.findIndex(
      (other) => other.a === b && other.b === a && other.words === words,
    );
    if (back < 0) troubles.push(trouble);
    else troubles[back] = { ...troubles[back]!, arrow: '⇄' };
  };
  for (const link of links) {
    const { from: a, to: b, cut, held } = link;
    const heal: Operation = { op: 'heal', a, b };
    if (cut) note({ a, b, arrow: '→', kind: 'cut', words: 'cut', cure: heal });
    if (held) note({ a, b, arrow: '→', kind: 'held', words: 'held', cure: heal });
    if (isLatencySet(link)) {
      const [ms, jitterMs] = [link.defaultLatencyMs, link.defaultJitterMs];
      const cure: Operation = { op: 'latency', a, b, ms, jitterMs };
      note({ a, b, arrow: '→', kind: 'latency', words: latencyWords(link), cure });
    }
  }
  return troubles;
}

function isLatencySet(link: LinkSnapshot): boolean {
  return link.latencyMs !== link.defaultLatencyMs || link.jitterMs !== link.defaultJitterMs;
}

function latencyWords({ latencyMs, jitterMs }: LinkSnapshot): string {
  const least = Number(latencyMs.toFixed(1));
  return jitterMs === 0
    ? `${least} ms`
    : `${least}–${Number((latencyMs + jitterMs).toFixed(1))} ms`;
}

export function isBroken(troubles: readonly Trouble[]): boolean {
  return troubles.some(({ kind }) => kind !== 'latency');
}

/** What a line between a pair says: the worst of its troubles, with the direction if it has one. */
export function pairLabel(troubles: readonly Trouble[]): string {
  const of = (kind: Trouble['kind']): Trouble | undefined =>
    troubles.find((trouble) => trouble.kind === kind);
  const worst = of('cut') ?? of('held') ?? of('latency');
  if (worst === undefined) return '';
  return worst.arrow === '⇄' ? worst.words : `${worst.words} ${worst.a} → ${worst.b}`;
}

/**
 * Groups troubles by place, the place with most of them first: a master cut off from six nodes is one
 * group.
 */
export function groupTroubles(troubles: readonly Trouble[]): TroubleGroup[] {
  const groups: TroubleGroup[] = [];
  for (let left = [...troubles]; left.length > 0; ) {
    const counts = new Map<string, number>();
    for (const name of left.flatMap(({ a, b }) => [a, b])) {
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    const [center, count] = [...counts].reduce((most, next) => (next[1] > most[1] ? next : most));
    const own = left.filter(({ a, b }) => a === center || b === center);
    left = left.filter((trouble) => !own.includes(trouble));
    const first = own[0]!;
    groups.push({
      key: count > 1 ? center : `${first.a} ${first.b}`,
      text: groupText(count > 1 ? center : first.a, own),
      isBroken: isBroken(own),
      cures: curesOf(own),
    });
  }
  return groups;
}

/** Each operation once: a cut and a hold of the same pair are healed together. */
export function curesOf(troubles: readonly Trouble[]): Operation[] {
  const cures = new Map(troubles.map(({ cure }) => [JSON.stringify(cure), cure]));
  return [...cures.values()];
}

/** `m ⇄ r1, s1 cut`; with both kinds of arrows `m ⇄ r1 cut, m → s1 cut`. */
function groupText(center: string, troubles: readonly Trouble[]): string {
  const parts = new Map<string, { arrow: string; words: string; names: string[] }>();
  for (const { a, b, arrow, words } of troubles) {
    const seen = a !== center && arrow === '→' ? '←' : arrow;
    const part = parts.get(`${seen} ${words}`) ?? { arrow: seen, words, names: [] };
    parts.set(`${seen} ${words}`, part);
    part.names.push(a === center ? b : a);
  }
  return [...parts.values()]
    .map(({ arrow, words, names }) => `${center} ${arrow} ${names.join(', ')} ${words}`)
    .join(', ');
}
