/** What a Sentinel believes, in a few words. */

import { countdownOf, failoverRoleOf } from '../../src/view/sentinelWords.ts';
import type { SentinelInstanceSnapshot, SentinelSnapshot } from '../../src/view/snapshot.ts';

type Tone = 'good' | 'warn' | 'bad' | 'plain';

interface Belief {
  readonly text: string;
  readonly tone: Tone;
}

export function beliefOf(sentinel: SentinelSnapshot): Belief {
  const { process, master } = sentinel;
  if (process !== 'running') return { text: process, tone: 'bad' };
  if (master === null) return { text: 'watches no master', tone: 'warn' };
  const role = failoverRoleOf(sentinel);
  if (role !== '') return { text: role, tone: 'warn' };
  return masterBelief(master);
}

function masterBelief(master: SentinelInstanceSnapshot): Belief {
  const name = nameOf(master);
  const flags = master.flags.split(',');
  if (flags.includes('o_down')) return { text: `${name} is ODOWN`, tone: 'bad' };
  if (flags.includes('s_down')) return { text: `${name} is SDOWN`, tone: 'bad' };
  const countdown = countdownOf(master);
  if (countdown !== '') return { text: `${name}: ${countdown}`, tone: 'warn' };
  return { text: `${name} is up`, tone: 'good' };
}

/** The other instances that it considers down: `r1 SDOWN, s2 SDOWN`; empty without any. */
export function doubtsOf(sentinel: SentinelSnapshot): string {
  if (sentinel.process !== 'running') return '';
  return [...sentinel.replicas, ...sentinel.sentinels]
    .filter((other) => other.flags.split(',').includes('s_down'))
    .map((other) => `${nameOf(other)} SDOWN`)
    .join(', ');
}

/** `epoch 3, voted s2`. */
export function epochOf(sentinel: SentinelSnapshot): string {
  const { currentEpoch, vote } = sentinel;
  const voted = vote !== null && vote.epoch === currentEpoch ? `, voted ${vote.leader}` : '';
  return `epoch ${currentEpoch}${voted}`;
}

export function nameOf(instance: { node: string | null; host: string; port: number }): string {
  return instance.node ?? `${instance.host}:${instance.port}`;
}
