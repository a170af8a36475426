/**
 * The child of BGSAVE: writes a snapshot to `temp-<pid>.rdb` and renames that to the target once it
 * is complete and on the disk, so that the target is at every instant a whole file, old or new.
 *
 * It goes open, append..., fsync, rename, exit 0. Up to APPENDS_MAX appends are under way at once;
 * every other step waits for all before it. On the first failure it logs what redis-server logs,
 * removes the temp file and exits 1.
 */

import type { KeyspaceSnapshot } from '../../data/keyspace.ts';
import type { Child, ChildEffects, FileResult, Micros, Token } from '../../machine/machine.ts';
import { registerState } from '../../machine/state.ts';
import { type RdbAux, RdbWriter, type RdbWriterOptions } from './writer.ts';

/** Appends that may be under way: enough to keep a disk busy, and a bound on the memory held. */
const APPENDS_MAX = 4;

/** Role letter of a child's log lines. */
const ROLE = 'C';

export interface RdbSaveTarget {
  /** Of the child: names the temp file. */
  readonly pid: number;
  /** dbfilename */
  readonly path: string;
  /** Working directory of the server, for log lines only. */
  readonly dir: string;
}

/** What the server removes when a child was killed. */
export function tempRdbName(pid: number): string {
  return `temp-${pid}.rdb`;
}

export class RdbSaveChild implements Child {
  readonly title = 'redis-rdb-bgsave';
  private readonly target: RdbSaveTarget;
  private readonly temp: string;
  private readonly writer: RdbWriter;
  private stage: 'start' | 'open' | 'append' | 'fsync' | 'rename' | 'remove' | 'ended' = 'start';
  /** The one operation waited for, in every stage but `append`. */
  private token: Token | undefined;
  private appends = 0;
  private written = false;

  constructor(
    target: RdbSaveTarget,
    snapshot: KeyspaceSnapshot,
    aux: RdbAux,
    options: RdbWriterOptions,
  ) {
    this.target = target;
    this.temp = tempRdbName(target.pid);
    this.writer = new RdbWriter(snapshot, aux, options);
  }

  slice(_now: Micros, bytesMax: number, out: ChildEffects): boolean {
    if (this.stage === 'start') {
      this.stage = 'open';
      this.token = out.file({ kind: 'write', path: this.temp, bytes: Buffer.alloc(0) });
      return false;
    }
    if (this.stage !== 'append' || this.written || this.appends === APPENDS_MAX) return false;
    const bytes = this.writer.next(bytesMax);
    if (bytes === undefined) {
      this.written = true;
      this.syncOnceWritten(out);
      return false;
    }
    out.file({ kind: 'append', path: this.temp, bytes });
    this.appends += 1;
    return this.appends < APPENDS_MAX;
  }

  private syncOnceWritten(out: ChildEffects): void {
    if (!this.written || this.appends > 0) return;
    this.stage = 'fsync';
    this.token = out.file({ kind: 'fsync', path: this.temp });
  }

  fileDone(_now: Micros, token: Token, result: FileResult, out: ChildEffects): void {
    if (this.stage === 'append') {
      this.appends -= 1;
      if (result.ok) this.syncOnceWritten(out);
      else this.fail(`Write error saving DB on disk(rdbSaveRio): ${result.error}`, out);
      return;
    }
    // Appends that were under way when one failed.
    if (token !== this.token) return;
    if (this.stage === 'remove') this.exit(1, out);
    else if (result.ok) this.advance(out);
    else this.failStage(result.error, out);
  }

  private advance(out: ChildEffects): void {
    if (this.stage === 'open') {
      this.stage = 'append';
    } else if (this.stage === 'fsync') {
      this.stage = 'rename';
      this.token = out.file({ kind: 'rename', path: this.temp, to: this.target.path });
    } else {
      out.log('notice', ROLE, 'DB saved on disk');
      // Snapshots share pages with the live data: nothing is copied that could be counted here.
      out.log('notice', ROLE, 'Fork CoW for RDB: current 0 MB, peak 0 MB, average 0 MB');
      this.exit(0, out);
    }
  }

  private failStage(error: string, out: ChildEffects): void {
    const { temp, target } = this;
    const where = `(in server root dir ${target.dir})`;
    if (this.stage === 'open') {
      const line = `Failed opening the temp RDB file ${temp} ${where} for saving: ${error}`;
      out.log('warning', ROLE, line);
      this.exit(1, out); // There is no file to remove.
    } else if (this.stage === 'fsync') {
      this.fail(`Write error saving DB on disk(fsync): ${error}`, out);
    } else {
      const what = `Error moving temp DB file ${temp} on the final destination ${target.path}`;
      this.fail(`${what} ${where}: ${error}`, out);
    }
  }

  private fail(line: string, out: ChildEffects): void {
    out.log('warning', ROLE, line);
    this.stage = 'remove';
    this.token = out.file({ kind: 'unlink', path: this.temp });
  }

  private exit(code: number, out: ChildEffects): void {
    this.stage = 'ended';
    this.token = undefined;
    out.exit(code);
  }
}
registerState(RdbSaveChild);
