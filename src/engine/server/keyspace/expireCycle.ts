/**
 * The active expire cycle: `hz` times a second a master looks at some keys that have an expiry and
 * deletes those past it, so that keys nobody reads go too. Source: Redis 7.0's fast-changing but
 * documented contract is only that expired keys go eventually; 20 keys a database and another round
 * while more than 10 % of them were expired.
 *
 * A replica leaves its master's keys alone. Those its own clients gave an expiry (it can be written
 * to with replica-read-only no) are remembered and go here: no master would ever say DEL for them.
 */

import type { Database } from '../../data/table/database.ts';
import { registerState } from '../../machine/state.ts';
import type { Part } from '../part.ts';
import type { Server } from '../server.ts';

const KEYS_A_ROUND = 20;
const EXPIRED_TO_GO_ON = 2;
const ROUNDS_MAX = 200;

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

export class ExpireCycle implements Part {
  private readonly server: ExpireHost;
  /** DEBUG SET-ACTIVE-EXPIRE. */
  enabled = true;
  /** Where each database's walk goes on. */
  private cursors: number[] = [];
  /** A replica's own keys with an expiry, by database. */
  private own = new Map<number, Set<string>>();

  constructor(server: ExpireHost) {
    this.server = server;
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
        const start = this.cursors[db.index] ?? 0;
        this.cursors[db.index] = db.sampleExpire(start, KEYS_A_ROUND, (key, at) => {
          if (at < server.nowMs) expired.push(key);
        });
        for (const key of expired) server.expireKey(key, db);
        if (expired.length <= EXPIRED_TO_GO_ON) break;
      }
    }
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
registerState(ExpireCycle);
