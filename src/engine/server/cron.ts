/** The server's cron: once a second, and `hz` times while keys wait to expire. */

import type { Micros } from '../machine/machine.ts';
import { registerState } from '../machine/state.ts';
import { Due } from '../process/due.ts';
import type { Part } from './part.ts';
import type { Server } from './server.ts';

const SECOND_MICROS = 1_000_000;
/** Bytes of records that one call may move: a millisecond or two. */
const COMPACTED_BYTES = 1024 * 1024;

/** What the cron uses of its server. */
type CronHost = Pick<Server, 'now' | 'settings' | 'parts' | 'expireCycle' | 'keyspace'>;

export class Cron implements Part {
  private readonly server: CronHost;
  readonly due = new Due();

  constructor(server: CronHost) {
    this.server = server;
  }

  start(): void {
    this.due.at = this.server.now + this.expirePeriod;
  }

  tick(): void {
    const { server } = this;
    const { needed } = server.expireCycle;
    server.parts.cron();
    server.keyspace.pack();
    server.keyspace.compact(COMPACTED_BYTES);
    this.due.at = server.now + (needed ? this.expirePeriod : SECOND_MICROS);
  }

  settingsChanged(names: readonly string[]): void {
    if (names.includes('hz')) this.soon();
  }

  /** A new master expires keys from now on. */
  roleChanged(): void {
    this.soon();
  }

  /** Moves the next run forward: a key was given an expiry, or `hz` has changed. */
  soon(): void {
    this.due.at = Math.min(this.due.at, this.server.now + this.expirePeriod);
  }

  private get expirePeriod(): Micros {
    return Math.floor(SECOND_MICROS / this.server.settings.hz);
  }
}
registerState('Cron', Cron);
