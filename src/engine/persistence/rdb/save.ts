/**
 * One save of a snapshot: written to a temp file and renamed to the target once it is complete and
 * on the disk, so that the target is at every instant a whole file, old or new. BGSAVE's child does
 * it, and the server itself for SAVE, SHUTDOWN, FLUSHALL and DEBUG RELOAD.
 *
 * It goes create, append..., fsync, rename. Invariant: a step is asked for only when all before it
 * have succeeded; only appends may be under way together, APPENDS_MAX at most. On the first failure
 * it logs what redis-server logs and removes the temp file.
 */

import type { KeyspaceSnapshot } from '../../data/table/keyspace.ts';
import type { FileOp, FileResult, LogLevel, Token } from '../../machine/machine.ts';
import { registerState } from '../../machine/state.ts';
import { type RdbAux, RdbWriter, type RdbWriterOptions } from './writer.ts';

/** Appends that may be under way: enough to keep a disk busy, and a bound on the memory held. */
const APPENDS_MAX = 4;

/** A dump of this size stays in stdio's buffer to the end: there it is fflush that fails. */
const STDIO_BUFFER_BYTES = 4096;

export interface RdbSaveTarget {
  /** Of the process that writes: names the temp file. */
  readonly pid: number;
  /** dbfilename */
  readonly path: string;
  /** Working directory of the server, for log lines only. */
  readonly dir: string;
}

/** Whoever saves: the child, or the server in the foreground. */
export interface RdbSaveHost {
  file(op: FileOp): Token;
  log(level: LogLevel, line: string): void;
}

/** What the server removes when a child was killed. */
export function tempRdbName(pid: number): string {
  return `temp-${pid}.rdb`;
}

export class RdbSave {
  /** Set once it is over. */
  outcome: 'saved' | 'failed' | undefined = undefined;
  private readonly target: RdbSaveTarget;
  private readonly temp: string;
  private readonly writer: RdbWriter;
  private stage: 'start' | 'create' | 'append' | 'fsync' | 'rename' | 'remove' = 'start';
  /** The one operation waited for, in every stage but `append`. */
  private token: Token | undefined;
  private appends = 0;
  private byteCount = 0;
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

  /** Asks for about `bytesMax` bytes to be written; false when it has to wait for files. */
  slice(bytesMax: number, host: RdbSaveHost): boolean {
    if (this.stage === 'start') {
      this.stage = 'create';
      this.token = host.file({ kind: 'write', path: this.temp, bytes: Buffer.alloc(0) });
      return false;
    }
    if (this.stage !== 'append' || this.written || this.appends === APPENDS_MAX) return false;
    const bytes = this.writer.next(bytesMax);
    if (bytes === undefined) {
      this.written = true;
      this.syncOnceWritten(host);
      return false;
    }
    host.file({ kind: 'append', path: this.temp, bytes });
    this.appends += 1;
    this.byteCount += bytes.length;
    return this.appends < APPENDS_MAX;
  }

  private syncOnceWritten(host: RdbSaveHost): void {
    if (!this.written || this.appends > 0) return;
    this.stage = 'fsync';
    this.token = host.file({ kind: 'fsync', path: this.temp });
  }

  fileDone(token: Token, result: FileResult, host: RdbSaveHost): void {
    if (this.stage === 'append') {
      this.appends -= 1;
      if (result.ok) this.syncOnceWritten(host);
      else this.fail(this.writeError(result.error), host);
      return;
    }
    // Appends that were under way when one failed.
    if (token !== this.token) return;
    if (this.stage === 'remove') this.outcome = 'failed';
    else if (result.ok) this.advance(host);
    else this.failStage(result.error, host);
  }

  private advance(host: RdbSaveHost): void {
    if (this.stage === 'create') {
      this.stage = 'append';
    } else if (this.stage === 'fsync') {
      this.stage = 'rename';
      this.token = host.file({ kind: 'rename', path: this.temp, to: this.target.path });
    } else {
      host.log('notice', 'DB saved on disk');
      this.outcome = 'saved';
    }
  }

  private writeError(error: string): string {
    const call = this.byteCount <= STDIO_BUFFER_BYTES ? 'fflush' : 'rdbSaveRio';
    return `Write error saving DB on disk(${call}): ${error}`;
  }

  private failStage(error: string, host: RdbSaveHost): void {
    const { temp, target } = this;
    const where = `(in server root dir ${target.dir})`;
    if (this.stage === 'create') {
      host.log('warning', `Failed opening the temp RDB file ${temp} ${where} for saving: ${error}`);
      this.outcome = 'failed'; // There is no file to remove.
    } else if (this.stage === 'fsync') {
      this.fail(`Write error saving DB on disk(fsync): ${error}`, host);
    } else {
      const what = `Error moving temp DB file ${temp} on the final destination ${target.path}`;
      this.fail(`${what} ${where}: ${error}`, host);
    }
  }

  private fail(line: string, host: RdbSaveHost): void {
    host.log('warning', line);
    this.stage = 'remove';
    this.token = host.file({ kind: 'unlink', path: this.temp });
  }
}
registerState(RdbSave);
