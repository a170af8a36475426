/**
 * Loading an RDB: the dump at start, or the payload of a full resynchronization. It is read in slices,
 * so that clients get -LOADING and PING is answered meanwhile. With modelled costs a slice takes as
 * long as its size implies.
 *
 * Invariant: while `active`, the databases belong to the loader.
 */

import { settle } from '../../commands/encoding.ts';
import type { ByteView } from '../../data/table/byteView.ts';
import type { Collection } from '../../data/types/value.ts';
import { asLimitError } from '../../machine/errors.ts';
import type { Micros } from '../../machine/machine.ts';
import { NEVER } from '../../machine/machine.ts';
import { registerState } from '../../machine/state.ts';
import { checksumError, RdbError, shortRead } from '../../persistence/rdb/errors.ts';
import { RdbReader, type RdbSink } from '../../persistence/rdb/reader.ts';
import { Due } from '../../process/due.ts';
import { REPLID_LENGTH } from '../../replication/history.ts';
import { readOffset } from '../../replication/offset.ts';
import { parseInteger } from '../../resp/integer.ts';
import { representation } from '../../resp/splitArguments.ts';
import type { Part } from '../part.ts';
import type { Server } from '../server.ts';
import { startLoaded } from '../startup.ts';

/**
 * Input read in one slice. Other nodes of a sandbox wait for the slice: a few milliseconds when all
 * its keys are small.
 */
const SLICE_BYTES = 256 * 1024;

/** What the auxiliary fields of a dump say about its place in a replication history. */
interface LoadedAux {
  replId?: string;
  replOffset?: number;
  replStreamDb?: number;
}

/** What loading uses of its server. */
type LoadingHost = Pick<
  Server,
  'now' | 'nowMs' | 'facts' | 'settings' | 'keyspace' | 'loading' | 'replication' | 'out' | 'log'
>;

export class Loading implements Part, RdbSink {
  private readonly server: LoadingHost;
  private reader: RdbReader | undefined = undefined;
  private origin: 'start' | 'replication' = 'start';
  private db = 0;
  private merge = true;
  /** The time of the next slice. */
  readonly due = new Due();
  /** The process ends with this event: the rest of the file is ignored. */
  private isFatal = false;
  totalBytes = 0;
  startedAt: Micros = 0;
  keysLoaded = 0;
  keysExpired = 0;
  /** Expired keys that a master has dropped while it loaded; kept until replicas are told. */
  expired: { readonly db: number; readonly key: string }[] = [];
  fields: LoadedAux = {};

  constructor(server: LoadingHost) {
    this.server = server;
  }

  get active(): boolean {
    return this.reader !== undefined;
  }

  get loadedBytes(): number {
    return this.reader?.bytesRead ?? 0;
  }

  /** Begins to load. The loader owns the chunks from now on. */
  begin(chunks: readonly Buffer[], origin: 'start' | 'replication'): void {
    this.prepare(chunks);
    this.origin = origin;
    this.due.at = this.server.now;
    this.server.out.note({ kind: 'rdb-load', origin, bytes: this.totalBytes });
  }

  /**
   * Loads a whole file within this event, as DEBUG RELOAD does. Returns what was wrong with it, or
   * undefined. With `merge` existing keys are replaced; without it an existing key ends the process.
   */
  loadAtOnce(bytes: Buffer, merge: boolean): string | undefined {
    this.prepare([bytes]);
    this.merge = merge;
    try {
      while (this.reader!.read(this, SLICE_BYTES) !== 'done');
      const { now, out, facts } = this.server;
      const took = (bytes.length / facts.costs.loadBytesPerSecond) * 1e6;
      if (took > 0) out.busy(now + Math.round(took));
      return undefined;
    } catch (error) {
      return this.report(error);
    } finally {
      this.cancel();
    }
  }

  private prepare(chunks: readonly Buffer[]): void {
    this.reader = new RdbReader({
      checksum: this.server.settings.rdbchecksum,
      databases: this.server.keyspace.databases.length,
    });
    this.totalBytes = 0;
    for (const chunk of chunks) {
      this.reader.push(chunk);
      this.totalBytes += chunk.length;
    }
    this.reader.end();
    this.merge = true;
    this.db = 0;
    this.startedAt = this.server.now;
    this.keysLoaded = 0;
    this.keysExpired = 0;
    this.expired = [];
    this.fields = {};
  }

  /** Gives up: the connection to the master broke, or the role changed. */
  cancel(): void {
    this.reader = undefined;
    this.due.at = NEVER;
  }

  /** Loads one slice when its time has come. */
  tick(): void {
    const { reader, server } = this;
    if (reader === undefined) return;
    const before = reader.bytesRead;
    try {
      const keysBefore = this.keysLoaded;
      const state = reader.read(this, this.sliceBytes());
      const took = ((reader.bytesRead - before) / server.facts.costs.loadBytesPerSecond) * 1e6;
      const delay = (this.keysLoaded - keysBefore) * this.microsPerKey();
      this.due.at = server.now + Math.round(took + delay);
      if (state === 'done') this.finish(undefined);
    } catch (error) {
      this.finish(this.report(error));
    }
  }

  /** key-load-delay in microseconds a key. A negative value: -10 delays one key in ten by 1 µs. */
  private microsPerKey(): number {
    const delay = this.server.settings.keyLoadDelay;
    return delay < 0 ? -1 / delay : delay;
  }

  private sliceBytes(): number {
    const { keyLoadDelay, loadingProcessEventsIntervalBytes } = this.server.settings;
    return keyLoadDelay === 0 ? SLICE_BYTES : loadingProcessEventsIntervalBytes;
  }

  /** Returns the log line for a fault. A wrong checksum has two lines; the first is logged here. */
  private report(error: unknown): string {
    if (asLimitError(error) !== undefined) return shortRead(0).message;
    if (!(error instanceof RdbError)) throw error;
    if (error.fault !== 'checksum') return error.message;
    this.server.log('warning', error.message);
    return checksumError(error.offset);
  }

  private finish(error: string | undefined): void {
    this.cancel();
    if (this.origin === 'start') startLoaded(this.server, error);
    else this.server.replication.loadDone(error);
  }

  aux(key: string, value: string): void {
    if (key === 'repl-id') {
      if (value.length === REPLID_LENGTH) this.fields.replId = value;
    } else if (key === 'repl-offset') {
      this.noteOffset(value);
    } else if (key === 'repl-stream-db') {
      const db = parseInteger(value);
      const exists = typeof db === 'number' && this.server.keyspace.databases[db] !== undefined;
      if (exists) this.fields.replStreamDb = db;
    }
  }

  private noteOffset(text: string): void {
    const offset = readOffset(text);
    if (offset === undefined) {
      this.server.log('warning', `RDB has an offset that no stream can have reached: ${text}`);
    } else if (offset >= 0) {
      this.fields.replOffset = offset;
    }
  }

  select(db: number): void {
    this.db = db;
  }

  resize(): void {}

  stringEntry(key: ByteView, value: ByteView, expireAt: number): void {
    if (this.hasExpired(expireAt)) {
      this.drop(key.text());
      return;
    }
    if (this.isFatal) return;
    const db = this.server.keyspace.databases[this.db]!;
    const { bytes, start, end } = key;
    if (!this.merge && db.find(bytes, start, end) !== 0) {
      this.refuseDuplicate(key.text());
      return;
    }
    db.setViews(key, value);
    if (expireAt >= 0) db.setExpireAtOf(db.find(bytes, start, end), expireAt);
    this.keysLoaded += 1;
  }

  entry(key: string, value: Collection, expireAt: number): void {
    if (this.hasExpired(expireAt)) {
      this.drop(key);
      return;
    }
    if (this.isFatal) return;
    const { server } = this;
    const db = server.keyspace.databases[this.db]!;
    if (!this.merge && db.get(key) !== undefined) {
      this.refuseDuplicate(key);
      return;
    }
    settle(value, server.settings);
    db.set(key, value);
    if (expireAt >= 0) db.setExpireAt(key, expireAt);
    db.pack();
    this.keysLoaded += 1;
  }

  /** A master drops an expired key; a replica keeps it until its master propagates DEL. */
  private hasExpired(expireAt: number): boolean {
    const { server } = this;
    return expireAt >= 0 && expireAt < server.nowMs && !server.replication.isReplica;
  }

  private drop(key: string): void {
    this.keysExpired += 1;
    this.expired.push({ db: this.db, key });
  }

  /** As in Redis, a key that is both in the file and in memory ends the process. */
  private refuseDuplicate(key: string): void {
    const { server } = this;
    server.log('warning', `RDB has duplicated key '${key}' in DB ${this.db}`);
    this.isFatal = true;
    server.out.exit(1);
  }

  emptyKey(key: string): void {
    this.server.log('notice', `Empty key found while loading dataset: ${representation(key)}`);
  }

  function(): void {
    throw new RdbError(
      'unsupported',
      'Functions are not available in this server',
      this.loadedBytes,
    );
  }
}
registerState('Loading', Loading);
