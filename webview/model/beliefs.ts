/** What a Sentinel believes, in a few words. */

import type { SentinelInstanceSnapshot, SentinelSnapshot } from '../../src/view/snapshot.ts';
import { inTime } from './words.ts';

type Tone = 'good' | 'warn' | 'bad' | 'plain';

interface Belief {
  readonly text: string;
  readonly tone: Tone;
}

/** Silence below this is the normal wait between a PING and its PONG. */
const SILENT_MS_MIN = 300;

export function beliefOf(sentinel: SentinelSnapshot): Belief {
  const { process, master, failoverState } = sentinel;
  if (process !== 'running') return { text: process, tone: 'bad' };
  if (master === null) return { text: 'watches no master', tone: 'warn' };
  if (failoverState !== '') return { text: `leads a failover: ${failoverState}`, tone: 'warn' };
  return masterBelief(master);
}

function masterBelief(master: SentinelInstanceSnapshot): Belief {
  const name = nameOf(master);
  const flags = master.flags.split(',');
  if (flags.includes('o_down')) return { text: `${name} is ODOWN`, tone: 'bad' };
  if (flags.includes('s_down')) return { text: `${name} is SDOWN`, tone: 'bad' };
  if (master.silentMs >= SILENT_MS_MIN) {
    const left = inTime(Math.max(0, master.downAfterMs - master.silentMs));
    return { text: `${name} is silent, SDOWN in ${left.replace(' ', '\u00a0')}`, tone: 'warn' };
  }
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
