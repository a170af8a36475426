/**
 * WATCH: which clients watch which keys, and what breaks a watch. Source: Redis 7.0's transactions.
 *
 * An expired key counts as absent. So deleting a key that had already expired when it was watched does
 * not break the watch: nothing changed for the client. Emptying or exchanging a database concerns only
 * keys that exist before or afterwards:
 *
 *   WATCH a (absent), FLUSHALL              → EXEC runs
 *   WATCH a (absent), SWAPDB 0 1 (1 has a)  → EXEC answers null
 *
 * Invariant: a client is in `byKey.get(k)` iff `k` is in its own `watched`.
 */

import type { Database } from '../../data/table/database.ts';
import { registerState } from '../../machine/state.ts';
import type { Client } from '../../process/client.ts';
import { addByName, type ClientsByName, removeByName } from '../../process/clientsByName.ts';
import type { Part } from '../part.ts';
import type { Server } from '../server.ts';
import type { KeyListener } from './keyChanges.ts';

/** What watching uses of its server. */
type WatchersHost = Pick<Server, 'keyspace' | 'keyChanges' | 'isExpired'>;

export class Watchers implements Part, KeyListener {
  private readonly server: WatchersHost;
  /** By `db:key`. */
  private readonly byKey: ClientsByName = new Map();

  constructor(server: WatchersHost) {
    this.server = server;
  }

  get listensToKeys(): boolean {
    return this.byKey.size > 0;
  }

  watch(client: Client, key: string, db: Database): void {
    // Once the watch is broken, EXEC fails anyway.
    if (client.watchBroken) return;
    const name = `${db.index}:${key}`;
    client.watched ??= new Map();
    if (client.watched.has(name)) return;
    client.watched.set(name, this.server.isExpired(key, db));
    addByName(this.byKey, name, client);
    this.server.keyChanges.refresh();
  }

  /** Ends all watches of the client. */
  unwatch(client: Client): void {
    client.watchBroken = false;
    if (client.watched === undefined) return;
    for (const name of client.watched.keys()) removeByName(this.byKey, name, client);
    client.watched = undefined;
    this.server.keyChanges.refresh();
  }

  clientGone(client: Client): void {
    this.unwatch(client);
  }

  /** Whether EXEC must answer null: a change, or a key that has expired since it was watched. */
  isBroken(client: Client): boolean {
    if (client.watchBroken) return true;
    for (const [name, expiredThen] of client.watched ?? []) {
      if (expiredThen) continue;
      const { db, key } = this.place(name);
      if (this.server.isExpired(key, db)) return true;
    }
    return false;
  }

  keyChanged(key: string, db: Database): void {
    const name = `${db.index}:${key}`;
    for (const client of this.byKey.get(name) ?? []) {
      if (client.watched!.get(name) === true && db.get(key) === undefined) {
        client.watched!.set(name, false);
      } else {
        client.watchBroken = true;
      }
    }
  }

  flushing(db: Database): void {
    this.replace(db, undefined);
  }

  swapping(a: Database, b: Database): void {
    this.replace(a, b);
    this.replace(b, a);
  }

  /** Before all keys of `db` go, and those of `next`, if given, take their place. */
  private replace(db: Database, next: Database | undefined): void {
    for (const [name, clients] of this.byKey) {
      const place = this.place(name);
      if (place.db !== db) continue;
      const was = db.get(place.key) !== undefined;
      const comes = next?.get(place.key) !== undefined;
      if (!was && !comes) continue;
      const comesExpired = comes && this.server.isExpired(place.key, next!);
      for (const client of clients) this.exchange(client, name, { was, comes, comesExpired });
    }
  }

  private exchange(
    client: Client,
    name: string,
    { was, comes, comesExpired }: { was: boolean; comes: boolean; comesExpired: boolean },
  ): void {
    const expiredThen = client.watched!.get(name) === true;
    // Expired, and now gone: no change, and no longer a key that has expired.
    if (expiredThen && !comes) client.watched!.set(name, false);
    // Expired or absent, and now one that has expired.
    else if ((expiredThen || !was) && comesExpired) client.watched!.set(name, true);
    else client.watchBroken = true;
  }

  private place(name: string): { db: Database; key: string } {
    const colon = name.indexOf(':');
    const db = this.server.keyspace.databases[Number(name.slice(0, colon))]!;
    return { db, key: name.slice(colon + 1) };
  }
}
registerState('Watchers', Watchers);
