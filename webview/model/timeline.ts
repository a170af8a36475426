/**
 * The scrubber: where instants and milestones stand on it.
 *
 * Invariant: a position is a part of the whole, 0 at the first event that is held and 1 at the present,
 * and the instant of a position is always within the history.
 */

import type { Milestone } from '../../src/view/events.ts';
import type { HistorySnapshot } from '../../src/view/snapshot.ts';
import { countOf, timeOfDay } from './words.ts';

/** What a milestone is about, the most urgent one first. */
type MarkKind = 'loss' | 'operation' | 'failover' | 'replication';

/** A tick of the lane: one milestone, or several that are too close to each other to be told apart. */
export interface Mark {
  /** The number of the event that a click goes to. */
  readonly seq: number;
  readonly position: number;
  readonly kind: MarkKind;
  /** The time, then what has happened. */
  readonly title: string;
}

const URGENCY: readonly MarkKind[] = ['loss', 'operation', 'failover', 'replication'];
/** Narrower ticks can neither be seen nor hit. */
const MARK_PIXELS = 6;
const TITLED_MAX = 6;
const MICROS_PER_MS = 1000;
/** Events of Sentinels begin with a sign. */
const FAILOVER = /^[+-]|^is promoted$|\d bytes?\b/;
const REPLICATION = /^(full |partial |bgsave |loads |is connected |[^ ]+ is online$)/;
/** A node is added: nothing that a failover follows from. */
const SETUP = /^addNode /;

export function positionOf(history: HistorySnapshot, at: number): number {
  const { firstAt, lastAt } = history;
  return lastAt <= firstAt ? 1 : clamped((at - firstAt) / (lastAt - firstAt));
}

/** In Unix milliseconds, as GOTO TIME takes them. */
export function instantAt(history: HistorySnapshot, position: number): number {
  const { firstAt, lastAt } = history;
  const at = firstAt + clamped(position) * (lastAt - firstAt);
  const [least, most] = [Math.ceil(firstAt / MICROS_PER_MS), Math.floor(lastAt / MICROS_PER_MS)];
  return Math.max(least, Math.min(most, Math.round(at / MICROS_PER_MS)));
}

function clamped(position: number): number {
  return Math.max(0, Math.min(1, position));
}

/** By its words: a promotion says how many bytes are gone, and operations are named by their verbs. */
function kindOf({ text, isLoss }: Milestone): MarkKind {
  if (isLoss) return 'loss';
  if (FAILOVER.test(text)) return 'failover';
  return REPLICATION.test(text) || SETUP.test(text) ? 'replication' : 'operation';
}

/** `14:02:07.123 s1 +odown`. */
function milestoneWords({ at, node, text }: Milestone): string {
  return `${timeOfDay(at)} ${node === '' ? '' : `${node} `}${text}`;
}

/** The ticks of a lane of `width` pixels, in the order of time. What is not held has none. */
export function marksOf(
  milestones: readonly Milestone[],
  history: HistorySnapshot,
  width: number,
): Mark[] {
  const cells = new Map<number, Milestone[]>();
  for (const milestone of milestones) {
    if (milestone.at < history.firstAt) continue;
    const cell = Math.floor((positionOf(history, milestone.at) * width) / MARK_PIXELS);
    const inCell = cells.get(cell);
    if (inCell === undefined) cells.set(cell, [milestone]);
    else inCell.push(milestone);
  }
  return [...cells.values()].map((inCell) => markOf(inCell, history));
}

/** Stands where the most urgent of them does, the first one of those. */
function markOf(milestones: readonly Milestone[], history: HistorySnapshot): Mark {
  const kinds = milestones.map(kindOf);
  const kind = URGENCY.find((each) => kinds.includes(each))!;
  const { seq, at } = milestones[kinds.indexOf(kind)]!;
  const told = milestones.slice(0, TITLED_MAX).map(milestoneWords);
  const more = milestones.length - told.length;
  if (more > 0) told.push(`and ${countOf(more, 'more milestone').replace(/^1 /, 'one ')}`);
  return { seq, position: positionOf(history, at), kind, title: told.join('\n') };
}
