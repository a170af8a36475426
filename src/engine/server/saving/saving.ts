/**
 * Saving to dbfilename: BGSAVE by a forked child, SAVE in the process itself, and save points.
 *
 * Invariant: there is at most one child, and its snapshot contains `dirtyAtFork` of the `dirty` changes
 * since the last successful save. Source: Redis 7.0's RDB persistence.
 */

import type { ChildResult, Micros, Token } from '../../machine/machine.ts';
import { registerState } from '../../machine/state.ts';
import { RdbSave, tempRdbName } from '../../persistence/rdb/save.ts';
import { RdbSaveChild } from '../../persistence/rdb/saver.ts';
import type { RdbAux } from '../../persistence/rdb/writer.ts';
import type { Part } from '../part.ts';
import type { Server } from '../server.ts';
import { ForegroundSave, type SaveListener } from './foregroundSave.ts';

/** After a failed BGSAVE, save points start no other one for this long (CONFIG_BGSAVE_RETRY_DELAY). */
const RETRY_SECONDS = 5;
const GB = 1024 ** 3;

interface RunningChild {
  /** Also the token by which its end is reported. */
  readonly pid: Token;
  readonly startedAt: Micros;
  readonly dirtyAtFork: number;
}

/** What saving uses of its server. */
type SavingHost = Pick<
  Server,
  | 'now'
  | 'facts'
  | 'settings'
  | 'keyspace'
  | 'memory'
  | 'cron'
  | 'foreground'
  | 'loading'
  | 'saving'
  | 'replication'
  | 'out'
  | 'log'
>;

export class Saving implements Part {
  private readonly server: SavingHost;
  /** Changes since the last successful save: rdb_changes_since_last_save. */
  dirty = 0;
  /** Unix seconds. */
  lastSave = 0;
  lastTryAt: Micros = 0;
  lastStatusOk = true;
  lastDurationSeconds = -1;
  /** rdb_saves: SAVEs and BGSAVEs begun. The saves of FLUSHALL and DEBUG RELOAD do not count. */
  saves = 0;
  latestForkMicros = 0;
  forks = 0;
  child: RunningChild | undefined = undefined;
  /** A BGSAVE inside a transaction is due with the next cron. */
  scheduled = false;

  constructor(server: SavingHost) {
    this.server = server;
  }

  start(): void {
    this.lastSave = Math.floor(this.server.now / 1_000_000);
  }

  /** Defers a BGSAVE to the cron: within a transaction the stream's offset does not cover its writes yet. */
  schedule(): void {
    this.scheduled = true;
    this.server.cron.soon();
  }

  /** Forks the saving child. Returns false when a child is running already. */
  background(): boolean {
    const { server } = this;
    if (this.child !== undefined) return false;
    this.lastTryAt = server.now;
    const { dbfilename, dir } = server.settings;
    const pid = server.out.fork(
      (pid) =>
        new RdbSaveChild(
          { pid, path: dbfilename, dir },
          server.keyspace.snapshot(),
          this.aux(),
          this.writerOptions(),
        ),
    );
    this.child = { pid, startedAt: server.now, dirtyAtFork: this.dirty };
    this.forks += 1;
    this.saves += 1;
    this.latestForkMicros = Math.round(
      (server.memory.used / GB) * server.facts.costs.forkMicrosPerGb,
    );
    if (this.latestForkMicros > 0) server.out.busy(server.now + this.latestForkMicros);
    server.log('notice', `Background saving started by pid ${pid}`);
    server.out.note({ kind: 'bgsave', state: 'start', pid });
    return true;
  }

  /** Saves in this process. Nothing else runs until the file is complete, or writing it has failed. */
  inForeground(listener: SaveListener | undefined): void {
    const { server } = this;
    const { dbfilename, dir } = server.settings;
    const save = new RdbSave(
      { pid: server.facts.pid, path: dbfilename, dir },
      server.keyspace.snapshot(),
      this.aux(),
      this.writerOptions(),
    );
    server.foreground.begin(new ForegroundSave(server, save, this.dirty, listener));
  }

  childDone(token: Token, result: ChildResult): boolean {
    const { server, child } = this;
    if (child === undefined || child.pid !== token) return false;
    this.child = undefined;
    this.lastDurationSeconds = Math.floor((server.now - child.startedAt) / 1_000_000);
    const ok = result.signal === undefined && result.code === 0;
    if (ok) {
      server.log('notice', 'Background saving terminated with success');
      this.succeeded(child.dirtyAtFork);
    } else if (result.signal === undefined) {
      server.log('warning', 'Background saving error');
      this.lastStatusOk = false;
    } else {
      server.log('warning', `Background saving terminated by signal ${result.signal}`);
      server.out.file({ kind: 'unlink', path: tempRdbName(child.pid) });
      // The server itself ends a child by SIGUSR1: that is no error.
      if (result.signal !== 'SIGUSR1') this.lastStatusOk = false;
    }
    server.out.note({ kind: 'bgsave', state: ok ? 'done' : 'failed', pid: child.pid });
    server.replication.saveDone(ok);
    return true;
  }

  /** A save has succeeded; `saved` is the number of changes that the file contains. */
  succeeded(saved: number): void {
    this.dirty -= saved;
    this.lastSave = Math.floor(this.server.now / 1_000_000);
    this.lastStatusOk = true;
  }

  /**
   * After FLUSHALL. A running child would save data that no longer exists, so it is killed. With save
   * points configured, an empty dump replaces the file on disk at once.
   */
  flushed(): void {
    this.killChild();
    if (this.server.settings.save.length > 0) this.inForeground(undefined);
  }

  /** Kills the child, if there is one. `childDone` still follows. */
  killChild(): void {
    if (this.child !== undefined) this.server.out.killChild(this.child.pid);
  }

  /** Kills the child of a process that ends itself: nobody will be told of the child's end, so its temp file goes now. */
  abandonChild(): void {
    const { server, child } = this;
    if (child === undefined) return;
    this.killChild();
    server.out.file({ kind: 'unlink', path: tempRdbName(child.pid) });
  }

  /** Starts a save when a save point asks for one. */
  cron(): void {
    const { server } = this;
    if (this.child !== undefined || server.loading.active || server.foreground.busy) return;
    if (this.scheduled) {
      this.scheduled = false;
      this.background();
      return;
    }
    const retryAllowed =
      this.lastStatusOk || server.now - this.lastTryAt > RETRY_SECONDS * 1_000_000;
    const seconds = Math.floor(server.now / 1_000_000) - this.lastSave;
    const due = server.settings.save.find(
      (point) => this.dirty >= point.changes && seconds > point.seconds,
    );
    if (due === undefined || !retryAllowed) return;
    server.log('notice', `${due.changes} changes in ${due.seconds} seconds. Saving...`);
    this.background();
  }

  resetStatistics(): void {
    this.saves = 0;
    this.forks = 0;
    this.latestForkMicros = 0;
  }

  private aux(): RdbAux {
    const { server } = this;
    return {
      ctime: Math.floor(server.now / 1_000_000),
      usedMemory: server.memory.used,
      ...server.replication.rdbAux(),
    };
  }

  private writerOptions() {
    const { rdbcompression, rdbchecksum } = this.server.settings;
    return { compression: rdbcompression, checksum: rdbchecksum };
  }
}
registerState('Saving', Saving);
