/** The server's cron: once a second, and `hz` times while keys wait to expire. */

import type { Micros } from '../machine/machine.ts';
import { registerState } from '../machine/state.ts';
import type { Server } from './server.ts';

const SECOND_MICROS = 1_000_000;

export class Cron {
  private readonly server: Server;
  private at: Micros = 0;

  constructor(server: Server) {
    this.server = server;
  }

  start(): void {
    this.at = this.server.now + this.expirePeriod;
  }

  nextDeadline(): Micros {
    return this.at;
  }

  tick(): void {
    const { server } = this;
    if (server.now < this.at) return;
    server.saving.cron();
    server.clientLimits.cron();
    server.memory.look();
    const { needed } = server.expireCycle;
    if (needed) server.expireCycle.run();
    this.at = server.now + (needed ? this.expirePeriod : SECOND_MICROS);
  }

  /** There are keys to expire, now, or `hz` has changed. */
  soon(): void {
    this.at = Math.min(this.at, this.server.now + this.expirePeriod);
  }

  private get expirePeriod(): Micros {
    return Math.floor(SECOND_MICROS / this.server.settings.hz);
  }
}
registerState(Cron);
