/**
 * SHUTDOWN, SIGTERM and SIGINT: waits for lagging replicas, saves when it must, exits.
 * Source: SHUTDOWN of Redis 7.0 and its shutdown-timeout.
 */

import type { Micros } from '../machine/machine.ts';
import { NEVER } from '../machine/machine.ts';
import { registerState } from '../machine/state.ts';
import type { Client } from '../process/client.ts';
import { Due } from '../process/due.ts';
import type { Part } from './part.ts';
import type { SaveListener } from './saving/foregroundSave.ts';
import type { Server } from './server.ts';

interface ShutdownOptions {
  /** SAVE: even without save points; NOSAVE: never; undefined: when there are save points. */
  readonly save: boolean | undefined;
  readonly now: boolean;
  readonly force: boolean;
}

/** The replicas are checked ten times a second, as by Redis's cron with the default hz. */
const LOOK_MICROS = 100_000;

/** What shutting down uses of its server. */
type ShutdownHost = Pick<
  Server,
  'now' | 'settings' | 'blocking' | 'pausing' | 'loading' | 'replication' | 'saving' | 'out' | 'log'
>;

export class Shutdown implements Part, SaveListener {
  private readonly server: ShutdownHost;
  private options: ShutdownOptions | undefined = undefined;
  /** When shutdown-timeout ends the wait for lagging replicas; NEVER while there is no wait. */
  private deadline: Micros = NEVER;
  /** The next check of the replicas: at absolute times, 100 ms apart. */
  readonly due = new Due();
  private saving = false;
  /** A signal has requested the shutdown. */
  private signalled = false;

  constructor(server: ShutdownHost) {
    this.server = server;
  }

  /** INFO's shutdown_in_milliseconds: the time left for replicas to catch up; -1 while there is no wait. */
  get remainingMs(): number {
    return this.deadline === NEVER
      ? -1
      : Math.max(0, Math.ceil((this.deadline - this.server.now) / 1000));
  }

  /** SIGTERM or SIGINT. */
  signal(name: string): void {
    const { server } = this;
    if (this.signalled && name === 'SIGINT') {
      server.log('warning', 'You insist... exiting now.');
      server.out.exit(1);
      return;
    }
    server.log('warning', `Received ${name} scheduling shutdown...`);
    this.signalled = true;
    this.begin({ save: undefined, now: false, force: false }, undefined);
  }

  /** A second SHUTDOWN waits with the first, whose options win, even against NOW. */
  begin(options: ShutdownOptions, client: Client | undefined): void {
    const { server } = this;
    if (client !== undefined) server.blocking.block(client, { kind: 'shutdown' });
    if (this.options !== undefined) return;
    this.options = options;
    server.log('warning', 'User requested shutdown...');
    const timeout = options.now ? 0 : server.settings.shutdownTimeout;
    if (timeout > 0 && server.replication.laggingReplicas() > 0) {
      this.deadline = server.now + timeout * 1_000_000;
      this.due.at = server.now + LOOK_MICROS;
      // A write accepted now could be missing from the replica that takes over.
      server.pausing.begin('shutdown', true, NEVER);
      server.log('notice', 'Waiting for replicas before shutting down.');
      return;
    }
    this.saveAndExit();
  }

  /** SHUTDOWN ABORT. False when there is nothing to abort. */
  abort(): boolean {
    if (this.options === undefined || this.saving) return false;
    this.cancel();
    this.server.log('notice', 'Shutdown manually aborted.');
    return true;
  }

  tick(): void {
    const { now, replication } = this.server;
    if (now < this.deadline && replication.laggingReplicas() > 0) {
      this.due.at = Math.min(this.deadline, now + LOOK_MICROS);
      return;
    }
    this.stopWaiting();
    this.saveAndExit();
  }

  private stopWaiting(): void {
    this.deadline = NEVER;
    this.due.at = NEVER;
  }

  private saveAndExit(): void {
    const { server } = this;
    const wantsSave = this.options!.save ?? server.settings.save.length > 0;
    if (server.saving.child !== undefined) {
      server.log('warning', 'There is a child saving an .rdb. Killing it!');
      server.saving.abandonChild();
    }
    this.logReplicas();
    if (!wantsSave || server.loading.active) {
      this.exit();
      return;
    }
    server.log('notice', 'Saving the final RDB snapshot before exiting.');
    this.saving = true;
    server.saving.inForeground(this);
  }

  private logReplicas(): void {
    const { replication } = this.server;
    const total = replication.replicaCount;
    if (total === 0) return;
    const lagging = replication.describeLaggingReplicas();
    for (const line of lagging) this.server.log('warning', line);
    const inSync = total - lagging.length;
    this.server.log('notice', `${inSync} of ${total} replicas are in sync when shutting down.`);
  }

  /** The final save has ended. */
  saved(ok: boolean): void {
    this.saving = false;
    if (ok || this.options!.force) {
      this.exit();
      return;
    }
    this.server.log('warning', "Error trying to save the DB, can't exit.");
    this.server.log(
      'warning',
      'Errors trying to shut down the server. Check the logs for more information.',
    );
    this.cancel();
  }

  private exit(): void {
    this.server.log('warning', 'Redis is now ready to exit, bye bye...');
    this.server.out.exit(0);
  }

  private cancel(): void {
    this.options = undefined;
    this.signalled = false;
    this.stopWaiting();
    const { blocking, pausing } = this.server;
    pausing.end('shutdown');
    for (const client of [...blocking.of('shutdown')]) {
      blocking.answerLate(client, (reply) =>
        reply.error('ERR Errors trying to SHUTDOWN. Check logs.'),
      );
    }
  }
}
registerState('Shutdown', Shutdown);
