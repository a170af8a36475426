/**
 * WAIT probes: a write of a key of its own and WAIT on the same connection. The number WAIT gives
 * must be true at the instant of the reply: so many replicas have executed the write.
 *
 * A replica may have lost it again since it acknowledged it (it died, or was given other data); it
 * counts all the same, as it does for Redis. So this looks after every event, while a probe is
 * under way, at who holds the key, and remembers.
 */

import { type Reply, replyText } from '../../src/engine/resp/replyReader.ts';
import type { World } from '../../src/world/world.ts';
import { serverOf } from './reading.ts';

const PROBE_DB = 3;

interface Probe {
  readonly key: string;
  readonly master: string;
  readonly holders: Set<string>;
  readonly expiresAt: number;
}

export class Probes {
  private readonly servers: readonly string[];
  private readonly waiting: Probe[] = [];
  private count = 0;
  readonly violations: string[] = [];
  /** Replies that counted at least one replica. */
  acknowledged = 0;
  answered = 0;

  constructor(servers: readonly string[]) {
    this.servers = servers;
  }

  get isWaiting(): boolean {
    return this.waiting.length > 0;
  }

  /** The requests of a new probe, and what takes their answers. */
  begin(
    master: string,
    wanted: number,
    timeoutMs: number,
    now: number,
  ): { requests: string[][]; heard: (replies: readonly Reply[]) => void } {
    this.count += 1;
    const key = `probe:${this.count}`;
    const expiresAt = now + timeoutMs * 1_000 + 5_000_000;
    const probe: Probe = { key, master, holders: new Set(), expiresAt };
    this.waiting.push(probe);
    const requests = [
      ['SELECT', String(PROBE_DB)],
      ['SET', key, String(this.count)],
      ['WAIT', String(wanted), String(timeoutMs)],
    ];
    return { requests, heard: (replies) => this.heard(probe, replies) };
  }

  /** After an event: who holds which key now. */
  look(world: World): void {
    for (const probe of this.waiting) {
      for (const name of this.servers) {
        if (probe.holders.has(name) || name === probe.master) continue;
        if (!world.state.nodes.has(name)) continue;
        const { keyspace } = serverOf(world, name);
        if (keyspace?.databases[PROBE_DB]?.get(probe.key) !== undefined) probe.holders.add(name);
      }
    }
  }

  private heard(probe: Probe, [, set, wait]: readonly Reply[]): void {
    // An answer that comes after all to a probe that was given up: nobody has watched who got it.
    if (!this.forget(probe)) return;
    if (wait?.type !== 'integer' || set === undefined || replyText(set) !== 'OK') return;
    const claimed = Number(wait.value);
    this.answered += 1;
    if (claimed > 0) this.acknowledged += 1;
    if (claimed <= probe.holders.size) return;
    const holders = [...probe.holders].join(' ') || 'nobody';
    this.violations.push(
      `WAIT at ${probe.master} said ${claimed} for ${probe.key}, but it reached ${holders}`,
    );
  }

  /** Gives up probes whose answer will not come: their master is gone. */
  expire(now: number): void {
    for (const probe of [...this.waiting]) if (now > probe.expiresAt) this.forget(probe);
  }

  private forget(probe: Probe): boolean {
    const index = this.waiting.indexOf(probe);
    if (index >= 0) this.waiting.splice(index, 1);
    return index >= 0;
  }
}
