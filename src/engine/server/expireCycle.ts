/**
 * The active expire cycle: ten times a second a master looks at some keys that have an expiry and
 * deletes those past it, so that keys nobody reads go too. Source: Redis 7.0's fast-changing but
 * documented contract is only that expired keys go eventually; 20 keys a database and another round
 * while more than 10 % of them were expired.
 */

import { registerState } from '../machine/state.ts';
import type { Server } from './server.ts';

export const EXPIRE_PERIOD_MICROS = 100_000;
const KEYS_A_ROUND = 20;
const EXPIRED_TO_GO_ON = 2;
const ROUNDS_MAX = 200;

export class ExpireCycle {
  private readonly server: Server;
  /** DEBUG SET-ACTIVE-EXPIRE. */
  enabled = true;
  /** Where each database's walk goes on. */
  private cursors: number[] = [];

  constructor(server: Server) {
    this.server = server;
  }

  /** True when there is something to look at. */
  get needed(): boolean {
    if (!this.enabled || this.server.replication.isReplica || this.server.loading.active) {
      return false;
    }
    return this.server.keyspace.databases.some((db) => db.expiresCount > 0);
  }

  run(): void {
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
    server.flushPropagation();
  }
}
registerState(ExpireCycle);
