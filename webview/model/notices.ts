/** The notices at the top of the page, most urgent first. */

import type { Snapshot, WaitingClientSnapshot } from '../../src/view/snapshot.ts';
import type { Hold } from './held.ts';
import { situationsOf } from './situations.ts';
import { counted, countOf, inLargeTime, listed, timeOfDay } from './words.ts';

export interface Notice {
  /** Stable for the same notice, so that a dismissed one does not come back. */
  readonly id: string;
  readonly tone: 'bad' | 'warn' | 'plain';
  readonly title: string;
  readonly text: string;
  readonly canDismiss: boolean;
  /** Whether it offers to start a sandbox. */
  readonly canStart?: boolean;
}

const NAMED_MAX = 4;
/** How long most clients wait for an answer by default, and when they are close to giving up. */
const USUAL_TIMEOUT_MS = 5_000;
const NEAR_TIMEOUT_MS = 4_000;

/** `hold` says how long the world has been standing still; undefined while it runs. */
export function noticesOf(snapshot: Snapshot, hold?: Hold): Notice[] {
  const notices: Notice[] = [];
  if (snapshot.failure !== null) {
    notices.push({
      id: 'failure',
      tone: 'bad',
      title: 'The world stands still',
      text: `A machine broke an invariant: ${snapshot.failure}. Seed ${snapshot.seed} and the recording reproduce it; stop the sandbox and start a new one to go on.`,
      canDismiss: false,
    });
  }
  const { shown } = snapshot.history;
  if (shown !== null) notices.push(pastNotice(snapshot, shown, hold));
  const paused = snapshot.waiting.filter((client) => client.because === 'paused');
  if (paused.length > 0 && shown === null) {
    notices.push({
      id: 'paused',
      tone: 'warn',
      title: 'Paused',
      text: `${waitingWords(paused, isPartial(snapshot))} for an answer${patienceWords(hold)}. To them this world looks down; Resume or Step lets it answer.`,
      canDismiss: false,
    });
  }
  notices.push(...frozenNotices(snapshot));
  for (const { id, title, text } of situationsOf(snapshot)) {
    notices.push({ id, tone: 'warn', title, text, canDismiss: true });
  }
  const failover = snapshot.failovers.at(-1);
  if (failover !== undefined) notices.push(failoverNotice(failover));
  return notices;
}

/** `Event 8,402 of 9,120`, how long the present has been held, and who waits for it. */
function pastNotice(snapshot: Snapshot, shown: number, hold: Hold | undefined): Notice {
  const { history, clock } = snapshot;
  const paused = snapshot.waiting.filter((client) => client.because === 'paused');
  const who =
    paused.length === 0
      ? 'no client waits'
      : `${waitingWords(paused, isPartial(snapshot))}${patienceWords(hold)}`;
  return {
    id: 'past',
    tone: 'warn',
    title: `Event ${counted(shown)} of ${counted(history.last)}`,
    text: `The present has been held for ${inLargeTime(hold?.ms ?? 0)}; ${who}. It is ${timeOfDay(clock.now)}; Live returns to the present.`,
    canDismiss: false,
  };
}

/** `, for 4 s: app is near the usual time-out of 5 s`; empty while that is far. */
function patienceWords(hold: Hold | undefined): string {
  const tired = (hold?.waiting ?? []).filter(({ ms }) => ms >= NEAR_TIMEOUT_MS);
  const longest = tired[0];
  if (longest === undefined) return '';
  const { name, addr } = longest.client;
  const verb = longest.ms < USUAL_TIMEOUT_MS ? 'is near' : 'is beyond';
  const others = tired.length === 1 ? '' : ` and ${countOf(tired.length - 1, 'other')}`;
  const who = `${name === '' ? addr : name}${others}`;
  return `, ${who} for ${inLargeTime(longest.ms)}: that ${verb} the usual time-out of ${USUAL_TIMEOUT_MS / 1000} s`;
}

function frozenNotices(snapshot: Snapshot): Notice[] {
  const frozen = snapshot.waiting.filter((client) => client.because === 'frozen');
  const nodes = [...new Set(frozen.map((client) => client.node))];
  const ofNode = (node: string): WaitingClientSnapshot[] =>
    frozen.filter((client) => client.node === node);
  return nodes.map((node) => ({
    id: `frozen ${node}`,
    tone: 'warn',
    title: `${node} is frozen`,
    text: `${waitingWords(ofNode(node), isPartial(snapshot))} for an answer. Thaw ${node}, or crash it.`,
    canDismiss: false,
  }));
}

/** Whether more clients wait than the snapshot lists. */
function isPartial({ waiting, waitingCount }: Snapshot): boolean {
  return waitingCount > waiting.length;
}

/** `app (127.0.0.1:50422) waits at m`, `5 clients wait: app at m, …`. */
function waitingWords(clients: readonly WaitingClientSnapshot[], isPartial: boolean): string {
  const named = clients
    .slice(0, NAMED_MAX)
    .map(({ name, addr, node }) => `${name === '' ? addr : `${name} (${addr})`} at ${node}`);
  if (clients.length === 1 && !isPartial) return `${named[0]} waits`;
  const more = clients.length > NAMED_MAX ? [`${clients.length - NAMED_MAX} more`] : [];
  const count = countOf(clients.length, 'client');
  return `${isPartial ? 'more than ' : ''}${count} wait (${listed([...named, ...more])})`;
}

function failoverNotice(failover: Snapshot['failovers'][number]): Notice {
  const isLoss = (failover.writesGone ?? 0) > 0;
  return {
    id: `failover ${failover.at} ${failover.promoted}`,
    tone: isLoss ? 'bad' : 'plain',
    title: isLoss
      ? `Failover: ${countOf(failover.writesGone!, 'acknowledged write')} lost`
      : 'Failover',
    text: `${capitalized(failover.sentence.replace(/\b\d+\b/g, (digits) => counted(Number(digits))))}.`,
    canDismiss: true,
  };
}

function capitalized(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
