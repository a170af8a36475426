/**
 * The active expire cycle: `hz` times a second a master samples keys that have an expiry and deletes
 * those past it, so that expired keys go even when no client reads them. Redis promises only that they
 * go eventually. We sample 20 keys of a database, and again while more than 10 % of them were expired.
 *
 * A replica leaves its master's keys alone. It remembers keys that its own clients gave an expiry
 * (replica-read-only no) and expires them here, because no master would propagate DEL for them.
 */

import type { Database } from '../../data/table/database.ts';
import { registerState } from '../../machine/state.ts';
import type { Part } from '../part.ts';
import type { Server } from '../server.ts';
import type { KeyListener } from './keyChanges.ts';

const KEYS_A_ROUND = 20;
const EXPIRED_TO_GO_ON = 2;
const ROUNDS_MAX = 200;
const MEAN_OVER = 50;

/** What the cycle uses of its server. */
type ExpireHost = Pick<
  Server,
  | 'nowMs'
  | 'keyspace'
  | 'loading'
  | 'pausing'
  | 'replication'
  | 'isExpired'
  | 'expireKey'
  | 'flushPropagation'
>;

export class ExpireCycle implements Part, KeyListener {
  private readonly server: ExpireHost;
  /** DEBUG SET-ACTIVE-EXPIRE. */
  enabled = true;
  /** Where each database's walk goes on. */
  private cursors: number[] = [];
  /** Running mean of the times to live the cycle has seen, by database; milliseconds. */
  private means: number[] = [];
  /** A replica's own keys with an expiry, by database. */
  private own = new Map<number, Set<string>>();

  constructor(server: ExpireHost) {
    this.server = server;
  }

  /** It asks for single keys itself. */
  get listensToKeys(): boolean {
    return false;
  }

  flushing({ index }: Database): void {
    this.means[index] = 0;
  }

  swapping(a: Database, b: Database): void {
    const mean = this.means[a.index] ?? 0;
    this.means[a.index] = this.means[b.index] ?? 0;
    this.means[b.index] = mean;
  }

  /** INFO's avg_ttl: 0 on a replica, where the cycle looks at nothing. */
  meanTimeToLive(db: Database): number {
    return this.means[db.index] ?? 0;
  }

  /** INFO's slave_expires_tracked_keys: names that a replica's own clients gave an expiry. */
  get ownCount(): number {
    return new Set([...this.own.values()].flatMap((keys) => [...keys])).size;
  }

  /** True when there is something to look at. */
  get needed(): boolean {
    if (!this.enabled || this.server.loading.active || this.server.pausing.active) return false;
    if (this.server.replication.isReplica) return this.own.size > 0;
    return this.server.keyspace.databases.some((db) => db.expiresCount > 0);
  }

  /** A replica's client gave the key an expiry. */
  remember(key: string, db: Database): void {
    const keys = this.own.get(db.index);
    if (keys === undefined) this.own.set(db.index, new Set([key]));
    else keys.add(key);
  }

  /** The keys are gone, or all are this server's now. */
  forget(): void {
    this.own.clear();
  }

  /** The keys a replica remembered are its master's business, or all are its own now. */
  roleChanged(): void {
    this.forget();
  }

  cron(): void {
    for (const db of this.server.keyspace.databases) {
      if (db.expiresCount === 0) this.means[db.index] = 0;
    }
    if (!this.needed) return;
    if (this.server.replication.isReplica) this.expireOwn();
    else this.expireAll();
    this.server.flushPropagation();
  }

  private expireAll(): void {
    const { server } = this;
    for (const db of server.keyspace.databases) {
      for (let round = 0; round < ROUNDS_MAX && db.expiresCount > 0; round += 1) {
        const expired: string[] = [];
        let alive = 0;
        let sum = 0;
        const start = this.cursors[db.index] ?? 0;
        this.cursors[db.index] = db.sampleExpire(start, KEYS_A_ROUND, (key, at) => {
          const left = at - server.nowMs;
          if (left < 0) expired.push(key);
          if (left <= 0) return;
          alive += 1;
          sum += left;
        });
        if (alive > 0) this.addMean(db.index, Math.floor(sum / alive));
        for (const key of expired) server.expireKey(key, db);
        if (expired.length <= EXPIRED_TO_GO_ON) break;
      }
    }
  }

  /** The newest sample counts for a fiftieth, in whole milliseconds as in 7.0: 5,000 and 10,000 give 5,100. */
  private addMean(index: number, sample: number): void {
    const mean = this.means[index] ?? 0;
    this.means[index] =
      mean === 0
        ? sample
        : Math.floor(mean / MEAN_OVER) * (MEAN_OVER - 1) + Math.floor(sample / MEAN_OVER);
  }

  private expireOwn(): void {
    const { server } = this;
    for (const [index, keys] of this.own) {
      const db = server.keyspace.databases[index]!;
      for (const key of keys) {
        const expired = server.isExpired(key, db);
        if (expired) server.expireKey(key, db);
        if (expired || db.expireAt(key) < 0) keys.delete(key);
      }
      if (keys.size === 0) this.own.delete(index);
    }
  }
}
registerState('ExpireCycle', ExpireCycle);
