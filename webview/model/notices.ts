/** The notices at the top of the page, most urgent first. */

import type { Snapshot, WaitingClientSnapshot } from '../../src/view/snapshot.ts';
import { situationsOf } from './situations.ts';
import { counted, countOf, listed } from './words.ts';

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

export function noticesOf(snapshot: Snapshot): Notice[] {
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
  const paused = snapshot.waiting.filter((client) => client.because === 'paused');
  if (paused.length > 0) {
    notices.push({
      id: 'paused',
      tone: 'warn',
      title: 'Paused',
      text: `${waitingWords(paused, isPartial(snapshot))} for an answer. To them this world looks down; Resume or Step lets it answer.`,
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
