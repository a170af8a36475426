/**
 * How long the page has seen the present stand still, and how long each client has been waiting.
 *
 * Invariant: times are those of the page. It counts from the moment at which it first saw the world
 * paused, or the past; a client that got its answer starts anew.
 */

import type { Snapshot, WaitingClientSnapshot } from '../../src/view/snapshot.ts';

interface Waiting {
  readonly client: WaitingClientSnapshot;
  readonly ms: number;
}

export interface Hold {
  /** How long the present has been standing still. */
  readonly ms: number;
  /** The clients that wait for it, the longest waiting first. */
  readonly waiting: readonly Waiting[];
}

export class Holds {
  private sinceMs: number | undefined = undefined;
  private since = new Map<string, number>();

  /** Undefined while the world runs. */
  see(snapshot: Snapshot, nowMs: number): Hold | undefined {
    if (snapshot.clock.mode !== 'paused') {
      this.sinceMs = undefined;
      this.since.clear();
      return undefined;
    }
    this.sinceMs ??= nowMs;
    const before = this.since;
    this.since = new Map();
    const waiting = snapshot.waiting
      .filter(({ because }) => because === 'paused')
      .map((client) => {
        const key = `${client.addr} ${client.node}`;
        const since = before.get(key) ?? nowMs;
        this.since.set(key, since);
        return { client, ms: nowMs - since };
      });
    return { ms: nowMs - this.sinceMs, waiting: waiting.sort((a, b) => b.ms - a.ms) };
  }
}
