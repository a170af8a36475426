/**
 * One save of a snapshot. It is written to a temp file, which is renamed to the target once it is
 * complete and fsynced, so the target is a complete file at every moment, old or new. BGSAVE's child
 * uses it, and the server itself for SAVE, SHUTDOWN, FLUSHALL and DEBUG RELOAD.
 *
 * The steps are create, append, fsync, rename. Invariant: a step starts only when all steps before it
 * have succeeded; only appends may be in progress together, at most APPENDS_MAX. The first failure logs
 * redis-server's line and removes the temp file. Source: rdbSave of Redis 7.0.
 */

import type { KeyspaceSnapshot } from '../../data/table/keyspace.ts';
import type { FileOp, FileResult, LogLevel, Token } from '../../machine/machine.ts';
import { registerState } from '../../machine/state.ts';
import { type RdbAux, RdbWriter, type RdbWriterOptions } from './writer.ts';

/** Appends in progress: enough to keep a disk busy, and a bound on memory. */
const APPENDS_MAX = 4;

/** redis-server keeps a dump of up to this size in stdio's buffer, so writing it fails in fflush. */
const STDIO_BUFFER_BYTES = 4096;

export interface RdbSaveTarget {
  /** Process ID of the writing process: part of the temp file's name. */
  readonly pid: number;
  /** dbfilename */
  readonly path: string;
  /** Working directory of the server, for log lines only. */
  readonly dir: string;
}

/** The process that saves: the child, or the server in the foreground. */
export interface RdbSaveHost {
  file(op: FileOp): Token;
  log(level: LogLevel, line: string): void;
}

/** The temp file of a process. The server removes it if the child was killed. */
export function tempRdbName(pid: number): string {
  return `temp-${pid}.rdb`;
}

export class RdbSave {
  /** Set at the end of the save. */
  outcome: 'saved' | 'failed' | undefined = undefined;
  private readonly target: RdbSaveTarget;
  private readonly temp: string;
  private readonly writer: RdbWriter;
  private stage: 'start' | 'create' | 'append' | 'fsync' | 'rename' | 'remove' = 'start';
  /** The operation in progress, in all stages except `append`. */
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

  /** Starts writing about `bytesMax` bytes. Returns false if it has to wait for files. */
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
    // Ignores the other appends that were in progress when one failed.
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
registerState('RdbSave', RdbSave);
