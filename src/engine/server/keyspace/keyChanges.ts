/**
 * The hub that every change of a key goes through: commands and expiry tell it what has happened,
 * and WATCH, keyspace events and whatever else depends on changes listen to it.
 *
 * Invariant: `listening` is false only while no listener would do anything with a change of a single
 * key or with an event. Writers ask it first, so that a write that concerns no listener costs one
 * check and its key is never made a string. Whole databases are always told: that is rare.
 */

import type { Database } from '../../data/table/database.ts';
import type { NotifyClass } from '../../execution/dataCall.ts';
import { registerState } from '../../machine/state.ts';
import type { Part } from '../part.ts';

export interface KeyListener {
  /** Whether a change of a single key, or an event, means anything to it now. */
  readonly listensToKeys: boolean;
  /** The key was created, changed or removed, which `db` tells. */
  keyChanged?(key: string, db: Database): void;
  /** What keyspace events call the change: `set`, `del`, `expired`. */
  keyEvent?(type: NotifyClass, event: string, key: string, db: Database): void;
  /** All keys of the database are about to go. */
  flushing?(db: Database): void;
  /** The two databases are about to exchange their keys. */
  swapping?(a: Database, b: Database): void;
}

export class KeyChanges implements Part {
  listening = false;
  private readonly listeners: readonly KeyListener[];

  /** The listeners hear of a change in this order. */
  constructor(listeners: readonly KeyListener[]) {
    this.listeners = listeners;
  }

  start(): void {
    this.refresh();
  }

  settingsChanged(): void {
    this.refresh();
  }

  /** A listener listens from now on, or no longer. */
  refresh(): void {
    this.listening = this.listeners.some((listener) => listener.listensToKeys);
  }

  /** A command has created, changed or removed the key. To be called only while `listening`. */
  modified(key: string, db: Database): void {
    for (const listener of this.listeners) listener.keyChanged?.(key, db);
  }

  /** An event of the key, for notify-keyspace-events. To be called only while `listening`. */
  event(type: NotifyClass, event: string, key: string, db: Database): void {
    for (const listener of this.listeners) listener.keyEvent?.(type, event, key, db);
  }

  /** The key was past its time, and has been removed. */
  expired(key: string, db: Database): void {
    if (!this.listening) return;
    this.modified(key, db);
    this.event('x', 'expired', key, db);
  }

  /** The database is about to be emptied. */
  flushing(db: Database): void {
    for (const listener of this.listeners) listener.flushing?.(db);
  }

  /** The two databases are about to exchange their keys. */
  swapping(a: Database, b: Database): void {
    for (const listener of this.listeners) listener.swapping?.(a, b);
  }
}
registerState('KeyChanges', KeyChanges);
