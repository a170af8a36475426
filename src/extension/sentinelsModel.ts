/**
 * The tree of Sentinels: what each of them believes, which may differ from the truth.
 *
 * Invariant: everything below a Sentinel is its own view; a dead Sentinel has no rows below it.
 */

import { countdownOf, failoverRoleOf } from '../view/sentinelWords.ts';
import type { SentinelInstanceSnapshot, SentinelSnapshot, Snapshot } from '../view/snapshot.ts';
import type { Tint, TreeEntry } from './treeEntry.ts';

export function sentinelEntries(sandbox: number, snapshot: Snapshot): TreeEntry[] {
  return snapshot.sentinels.map((sentinel) => sentinelEntry(sandbox, sentinel));
}

function sentinelEntry(sandbox: number, sentinel: SentinelSnapshot): TreeEntry {
  const isRunning = sentinel.process === 'running';
  const id = `${sandbox}/${sentinel.name}`;
  return {
    id,
    label: sentinel.name,
    description: describeSentinel(sentinel),
    tooltip: sentinelTooltip(sentinel),
    icon: isRunning ? 'eye' : sentinel.process === 'frozen' ? 'debug-pause' : 'error',
    tint: isRunning ? 'good' : sentinel.process === 'frozen' ? 'warning' : 'bad',
    context: `sentinel ${sentinel.process}`,
    sandbox,
    node: sentinel.name,
    children: isRunning ? beliefs(sandbox, id, sentinel) : [],
    isExpanded: false,
  };
}

/** `master m, SDOWN in 1.4 s · epoch 1 · voted for s2 in epoch 1`. */
export function describeSentinel(sentinel: SentinelSnapshot): string {
  const { process, master, vote } = sentinel;
  const address = `:${sentinel.port}`;
  if (process === 'crashed' || process === 'exited') return `${process} · ${address}`;
  const parts: string[] = process === 'frozen' ? ['frozen'] : [];
  parts.push(master === null ? 'no master' : masterText(master), `epoch ${sentinel.currentEpoch}`);
  if (vote !== null) parts.push(`voted for ${vote.leader} in epoch ${vote.epoch}`);
  const role = failoverRoleOf(sentinel);
  if (role !== '') parts.push(role);
  return [...parts, address].join(' · ');
}

function masterText(master: SentinelInstanceSnapshot): string {
  const state = stateText(master);
  return `master ${nameOf(master)}${state === '' ? '' : `, ${state}`}`;
}

function nameOf(instance: SentinelInstanceSnapshot): string {
  return instance.node ?? `${instance.host}:${instance.port}`;
}

/** Its flags besides the role, or the time until SDOWN; empty for a healthy instance. */
export function stateText(instance: SentinelInstanceSnapshot): string {
  const flags = instance.flags.split(',').filter((flag) => !ROLES.has(flag));
  const countdown = countdownOf(instance);
  const shown = flags.map((flag) => FLAG_WORDS[flag] ?? flag);
  return [...shown, ...(countdown === '' ? [] : [countdown])].join(', ');
}

const ROLES = new Set(['master', 'slave', 'sentinel']);
const FLAG_WORDS: Readonly<Record<string, string>> = { s_down: 'SDOWN', o_down: 'ODOWN' };

function beliefs(sandbox: number, id: string, sentinel: SentinelSnapshot): TreeEntry[] {
  const entry = (role: string, instance: SentinelInstanceSnapshot): TreeEntry => {
    const state = stateText(instance);
    return {
      id: `${id}/${role}/${instance.host}:${instance.port}`,
      label: nameOf(instance),
      description: [role, ...(state === '' ? [] : [state])].join(' · '),
      tooltip: `${instance.host}:${instance.port}\nflags ${instance.flags}\nsilent for ${instance.silentMs} ms, down after ${instance.downAfterMs} ms`,
      icon: role === 'master' ? 'database' : role === 'replica' ? 'copy' : 'eye',
      tint: tintOf(instance, state),
      context: 'belief',
      sandbox,
      node: '',
      children: [],
      isExpanded: false,
    };
  };
  const { master, replicas, sentinels } = sentinel;
  return [
    ...(master === null ? [] : [entry('master', master)]),
    ...replicas.map((replica) => entry('replica', replica)),
    ...sentinels.map((other) => entry('sentinel', other)),
  ];
}

function tintOf(instance: SentinelInstanceSnapshot, state: string): Tint {
  if (/down/.test(instance.flags)) return 'bad';
  return state === '' ? 'good' : 'warning';
}

function sentinelTooltip(sentinel: SentinelSnapshot): string {
  return [
    `${sentinel.name}, ${sentinel.process}, pid ${sentinel.pid}`,
    `${sentinel.host}:${sentinel.port}`,
    `run ID ${sentinel.myid}`,
    `current epoch ${sentinel.currentEpoch}, configuration epoch ${sentinel.configEpoch}`,
    `quorum ${sentinel.quorum}`,
    `failover ${sentinel.failoverState === '' ? 'none' : sentinel.failoverState}`,
  ].join('\n');
}
