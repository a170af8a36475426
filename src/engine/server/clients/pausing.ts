/**
 * Pauses: CLIENT PAUSE, and SHUTDOWN while it waits for replicas, postpone commands, or only those
 * that write. The data does not change meanwhile: no key expires either. Replicas are not paused, so
 * that they can catch up. Source: Redis 7.0.
 *
 * Invariant: a client with a postponed command is blocked on `pause`, and `postponed`.
 */

import type { Micros } from '../../machine/machine.ts';
import { NEVER } from '../../machine/machine.ts';
import { registerState } from '../../machine/state.ts';
import type { Client } from '../../process/client.ts';
import type { CommandEntry } from '../../process/commandTable.ts';
import { Due } from '../../process/due.ts';
import type { Part } from '../part.ts';
import { has, mayReplicate } from '../refusals.ts';
import type { Server } from '../server.ts';

type Cause = 'command' | 'shutdown';

interface Pause {
  readonly onlyWrites: boolean;
  readonly until: Micros;
}

/** What pausing uses of its server. */
type PausingHost = Pick<Server, 'now' | 'blocking' | 'commands'>;

export class Pausing implements Part {
  private readonly server: PausingHost;
  /** The end of the pause that ends first. */
  readonly due = new Due();
  private readonly pauses = new Map<Cause, Pause>();

  constructor(server: PausingHost) {
    this.server = server;
  }

  get active(): boolean {
    if (this.pauses.size === 0) return false;
    for (const pause of this.pauses.values()) if (pause.until > this.server.now) return true;
    return false;
  }

  /** Begins a pause until `until`. A pause in progress is only made longer and stricter. */
  begin(cause: Cause, onlyWrites: boolean, until: Micros): void {
    const before = this.pauses.get(cause);
    this.pauses.set(cause, {
      onlyWrites: onlyWrites && (before?.onlyWrites ?? true),
      until: Math.max(until, before?.until ?? 0),
    });
    this.schedule();
  }

  /** Ends the pause of that cause. Commands that another pause concerns are postponed again. */
  end(cause: Cause): void {
    if (!this.pauses.delete(cause)) return;
    this.schedule();
    const { blocking } = this.server;
    for (const client of [...blocking.of('pause')]) blocking.unblock(client);
  }

  /** Whether the pause concerns the command. */
  concerns(entry: CommandEntry, client: Client): boolean {
    if (client.kind === 'replica') return false;
    for (const { onlyWrites, until } of this.pauses.values()) {
      if (until > this.server.now && !onlyWrites) return true;
    }
    return has(this.server, entry, client, mayReplicate);
  }

  tick(): void {
    for (const [cause, { until }] of this.pauses) if (until <= this.server.now) this.end(cause);
  }

  private schedule(): void {
    this.due.at = NEVER;
    for (const { until } of this.pauses.values()) this.due.at = Math.min(this.due.at, until);
  }
}
registerState('Pausing', Pausing);
