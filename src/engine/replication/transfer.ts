/**
 * The RDB file of a full resynchronization, from the master's announcement to the bytes read back
 * from this server's own disk:
 *
 *     $<length>                  that many bytes follow
 *     $EOF:<40 bytes>            bytes follow until those 40 end a read (the master sends no stream
 *                                before our first ACK, so nothing can come behind them)
 *
 * Received bytes are appended to a temp file at once. When the payload is complete, the file is fsynced,
 * renamed to dbfilename and read. Each step waits for the previous one, so that dbfilename is always a
 * complete dump that has been fsynced.
 *
 * Invariant: between `begin` and the rename the temp file exists; `abort` removes it.
 */

import type { FileOp, FileResult, Token } from '../machine/machine.ts';
import { registerState } from '../machine/state.ts';
import type { ReplicationHost } from './host.ts';
import { readOffset } from './offset.ts';
import { unixSeconds } from './seconds.ts';

const MARK_BYTES = 40;
const EMPTY = Buffer.alloc(0);

type Step = 'create' | 'append' | 'fsync' | 'rename' | 'read';

/** Outcome of a completed file operation: none yet, a failure with its log line, or the dump. */
type StoreOutcome = undefined | { readonly error: string } | { readonly dump: Buffer };

export class Transfer {
  /** INFO's master_sync_total_bytes: -1 before the announcement, 0 while the end is a mark. */
  size = -1;
  /** INFO's master_sync_read_bytes. */
  readCount = 0;
  /** The payload is complete. */
  whole = false;
  /** The dump is being loaded. */
  loading = false;
  /** The stream's first bytes, received behind the payload. */
  readonly following: Buffer[] = [];
  private readonly host: ReplicationHost;
  private readonly tempPath: string;
  private mark: Buffer | undefined = undefined;
  /** With a mark: the last bytes, which may be it. */
  private held: Buffer = EMPTY;
  private readonly steps = new Map<Token, Step>();
  private stored = false;

  constructor(host: ReplicationHost) {
    this.host = host;
    this.tempPath = `temp-${unixSeconds(host.now)}.${host.facts.pid}.rdb`;
    this.step('create', { kind: 'write', path: this.tempPath, bytes: EMPTY });
  }

  get announced(): boolean {
    return this.size >= 0;
  }

  /** The announcement ends by a mark instead of a length: the master waits for an ACK at the end. */
  get marked(): boolean {
    return this.mark !== undefined;
  }

  /** Bytes of the input that belong to the file. */
  get wanted(): number {
    return this.marked ? Number.POSITIVE_INFINITY : this.size - this.readCount;
  }

  /** A line before the payload; the log line of a failure, or undefined. */
  announce(line: string): string | undefined {
    if (line === '') return undefined; // The master is alive, and still saves.
    if (line.startsWith('-')) return `MASTER aborted replication with an error: ${line.slice(1)}`;
    if (!line.startsWith('$')) {
      return `Bad protocol from MASTER, the first byte is not '$' (we received '${line}'), are you sure the host and port are right?`;
    }
    if (line.startsWith('$EOF:') && line.length >= 5 + MARK_BYTES) {
      this.mark = Buffer.from(line.slice(5, 5 + MARK_BYTES), 'latin1');
      this.size = 0;
      this.host.log(
        'notice',
        'MASTER <-> REPLICA sync: receiving streamed RDB from master with EOF to disk',
      );
    } else {
      // As in Redis, an invalid length or an empty payload counts as a lost connection.
      const size = readOffset(line.slice(1)) ?? 0;
      if (size <= 0) return 'I/O error trying to sync with MASTER: connection lost';
      this.size = size;
      this.host.log(
        'notice',
        `MASTER <-> REPLICA sync: receiving ${this.size} bytes from master to disk`,
      );
    }
    return undefined;
  }

  /** Takes bytes of the payload, at most `wanted` of them; `chunk` is borrowed. */
  receive(chunk: Buffer): void {
    this.readCount += chunk.length;
    if (this.mark === undefined) {
      this.append(Buffer.from(chunk));
      this.whole = this.readCount === this.size;
      return;
    }
    const bytes = Buffer.concat([this.held, chunk]);
    const certain = Math.max(0, bytes.length - MARK_BYTES);
    this.held = bytes.subarray(certain);
    if (certain > 0) this.append(bytes.subarray(0, certain));
    this.whole = this.held.equals(this.mark);
  }

  /** The payload is complete: begins to fsync, rename and read the file. */
  store(): void {
    this.step('fsync', { kind: 'fsync', path: this.tempPath });
  }

  owns(token: Token): boolean {
    return this.steps.has(token);
  }

  fileDone(token: Token, result: FileResult): StoreOutcome {
    const step = this.steps.get(token)!;
    this.steps.delete(token);
    if (!result.ok) return { error: this.failure(step, result.error) };
    const path = this.host.settings.dbfilename;
    if (step === 'fsync') {
      this.step('rename', { kind: 'rename', path: this.tempPath, to: path });
    } else if (step === 'rename') {
      this.stored = true;
      this.step('read', { kind: 'read', path });
    } else if (step === 'read') {
      return { dump: result.bytes ?? EMPTY };
    }
    return undefined;
  }

  abort(): void {
    if (!this.stored) this.host.out.file({ kind: 'unlink', path: this.tempPath });
  }

  private append(bytes: Buffer): void {
    this.step('append', { kind: 'append', path: this.tempPath, bytes });
  }

  private step(step: Step, op: FileOp): void {
    this.steps.set(this.host.out.file(op), step);
  }

  private failure(step: Step, error: string): string {
    switch (step) {
      case 'create':
        return `Opening the temp file needed for MASTER <-> REPLICA synchronization: ${error}`;
      case 'append':
        return `Write error or short write writing to the DB dump file needed for MASTER <-> REPLICA synchronization: ${error}`;
      case 'fsync':
        return `Failed trying to sync the temp DB to disk in MASTER <-> REPLICA synchronization: ${error}`;
      case 'rename':
        return `Failed trying to rename the temp DB into ${this.host.settings.dbfilename} in MASTER <-> REPLICA synchronization: ${error}`;
      case 'read':
        return `Failed trying to load the MASTER synchronization DB from disk: ${error}`;
    }
  }
}
registerState('Transfer', Transfer);
