/**
 * CLIENT PAUSE: for a while, commands (or only those that write) wait. The data stands still then:
 * no key expires either. Replicas are not paused, and so can catch up. Source: Redis 7.0.
 *
 * Invariant: a client with a command put off is blocked, and `postponed`.
 */

import type { Micros } from '../machine/machine.ts';
import { NEVER } from '../machine/machine.ts';
import { registerState } from '../machine/state.ts';
import type { Client } from '../process/client.ts';
import type { CommandEntry } from '../process/commandTable.ts';
import { has, mayReplicate } from './refusals.ts';
import type { Server } from './server.ts';

export class Pausing {
  private readonly server: Server;
  private onlyWrites = true;
  private until: Micros = 0;

  constructor(server: Server) {
    this.server = server;
  }

  get active(): boolean {
    return this.until > this.server.now;
  }

  /** A pause under way is only ever made longer and stricter. */
  begin(until: Micros, onlyWrites: boolean): void {
    this.onlyWrites = onlyWrites && (this.onlyWrites || !this.active);
    this.until = Math.max(this.until, until);
  }

  end(): void {
    this.until = 0;
    for (const client of this.server.clients.values()) {
      if (client.postponed) this.server.unblock(client);
    }
  }

  /** Whether the pause concerns the command. */
  concerns(entry: CommandEntry, client: Client): boolean {
    if (client.kind === 'replica') return false;
    return !this.onlyWrites || has(this.server, entry, client, mayReplicate);
  }

  tick(): void {
    if (this.until !== 0 && !this.active) this.end();
  }

  nextDeadline(): Micros {
    return this.until === 0 ? NEVER : this.until;
  }
}
registerState(Pausing);
