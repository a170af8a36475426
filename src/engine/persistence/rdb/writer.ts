/**
 * Writes a snapshot as an RDB file of version 10 in slices.
 *
 * A slice is limited by its bytes of output and may end between two elements of a collection, so a
 * sorted set of a million members takes many slices. The snapshot does not change, so the position
 * (database, slot, element) is all that has to be kept between slices.
 *
 * Only the plain encodings are written (LIST, SET, HASH, ZSET_2), never listpacks or quicklists:
 * every Redis since 4.0 loads them and chooses its own encoding in memory.
 */

import { ByteView } from '../../data/table/byteView.ts';
import type { DatabaseSnapshot } from '../../data/table/databaseSnapshot.ts';
import type { KeyspaceSnapshot } from '../../data/table/keyspace.ts';
import { type Collection, isString } from '../../data/types/value.ts';
import { registerState } from '../../machine/state.ts';
import { Crc64 } from './crc64.ts';
import { OPCODE, RDB_HEADER_BYTES, RDB_SIGNATURE, RDB_VERSION, TYPE } from './format.ts';
import { output } from './output.ts';
import { elementCount, putElements, typeOf } from './valueWriter.ts';

/** The auxiliary fields of a file: about the file itself, and about the state of replication. */
export interface RdbAux {
  /** Unix time in seconds. */
  readonly ctime: number;
  readonly usedMemory: number;
  /** The database selected in the replication stream, if a replica continues the stream after this file. */
  readonly replStreamDb?: number;
  readonly replId?: string;
  readonly replOffset?: number;
  /** The file is the base of a multi-part AOF. */
  readonly aofBase?: boolean;
  /** Source of each function library. */
  readonly functions?: readonly string[];
}

export interface RdbWriterOptions {
  /** rdbcompression */
  readonly compression: boolean;
  /** rdbchecksum */
  readonly checksum: boolean;
}

const EOF_BYTES = 9;

/** Elements fetched from a collection at once. */
const BATCH_ELEMENTS = 512;

const shownKey = new ByteView();
const shownValue = new ByteView();

export class RdbWriter {
  private readonly snapshot: KeyspaceSnapshot;
  private readonly aux: RdbAux;
  private readonly options: RdbWriterOptions;
  private stage: 'header' | 'database' | 'key' | 'elements' | 'end' | 'done' = 'header';
  private databaseAt = 0;
  private slot = 0;
  private elementAt = 0;
  private readonly crc = new Crc64();
  /** Output that has been produced but not returned yet. */
  private queue: Buffer[] = [];

  constructor(snapshot: KeyspaceSnapshot, aux: RdbAux, options: RdbWriterOptions) {
    this.snapshot = snapshot;
    this.aux = aux;
    this.options = options;
  }

  /** Returns the next part of the file, about `bytesMax` bytes and not empty; undefined after the last. */
  next(bytesMax: number): Buffer | undefined {
    if (this.queue.length === 0) {
      if (this.stage === 'done') return undefined;
      output.begin(this.options.compression);
      while (this.stage !== 'end' && output.size < bytesMax) this.step(bytesMax);
      this.queue = output.finish();
    }
    const piece = this.takePiece(bytesMax);
    if (this.options.checksum) this.crc.update(piece);
    if (this.stage !== 'end' || this.queue.length > 0) return piece;
    this.stage = 'done';
    return this.withEnd(piece);
  }

  /** Takes the first piece of the queue, or a part of it if it is longer than a slice; empty if there is none. */
  private takePiece(bytesMax: number): Buffer {
    const first = this.queue[0];
    if (first === undefined) return Buffer.alloc(0);
    if (first.length <= 2 * bytesMax) {
      this.queue.shift();
      return first;
    }
    this.queue[0] = first.subarray(bytesMax);
    return first.subarray(0, bytesMax);
  }

  private withEnd(piece: Buffer): Buffer {
    const result = Buffer.alloc(piece.length + EOF_BYTES);
    piece.copy(result);
    result[piece.length] = OPCODE.eof;
    if (this.options.checksum) {
      this.crc.update(result, piece.length, piece.length + 1);
      this.crc.write(result, piece.length + 1);
    }
    return result;
  }

  private step(bytesMax: number): void {
    if (this.stage === 'header') {
      this.putHeader();
      this.stage = 'database';
    } else if (this.stage === 'database') {
      this.putDatabase();
    } else {
      const database = this.snapshot.databases[this.databaseAt]!;
      if (this.stage === 'elements') this.putMoreElements(database, bytesMax);
      else this.putKeys(database, bytesMax);
    }
  }

  private putHeader(): void {
    const { aux } = this;
    const version = String(RDB_VERSION).padStart(RDB_HEADER_BYTES - RDB_SIGNATURE.length, '0');
    output.plain(RDB_SIGNATURE + version);
    putAux('redis-ver', '7.0.15');
    putAux('redis-bits', '64');
    putAux('ctime', String(aux.ctime));
    putAux('used-mem', String(aux.usedMemory));
    if (aux.replStreamDb !== undefined) putAux('repl-stream-db', String(aux.replStreamDb));
    if (aux.replId !== undefined) putAux('repl-id', aux.replId);
    if (aux.replOffset !== undefined) putAux('repl-offset', String(aux.replOffset));
    putAux('aof-base', aux.aofBase === true ? '1' : '0');
    for (const code of aux.functions ?? []) {
      output.byte(OPCODE.function2);
      output.string(code);
    }
  }

  /** Begins the next database that has keys. */
  private putDatabase(): void {
    const { databases } = this.snapshot;
    while (this.databaseAt < databases.length && databases[this.databaseAt]!.size === 0) {
      this.databaseAt += 1;
    }
    const database = databases[this.databaseAt];
    if (database === undefined) {
      this.stage = 'end';
      return;
    }
    output.byte(OPCODE.selectDb);
    output.length(database.index);
    output.byte(OPCODE.resizeDb);
    output.length(database.size);
    output.length(database.expiresCount);
    this.slot = 0;
    this.stage = 'key';
  }

  /** Writes keys until the slice is full, the database ends, or a collection begins. */
  private putKeys(database: DatabaseSnapshot, bytesMax: number): void {
    const { size } = database;
    while (output.size < bytesMax) {
      if (this.slot === size) {
        this.databaseAt += 1;
        this.stage = 'database';
        return;
      }
      const { slot } = this;
      const expireAt = database.expireAtSlot(slot);
      if (expireAt !== -1) {
        output.byte(OPCODE.expireTimeMs);
        output.int64(expireAt);
      }
      database.viewKey(slot, shownKey);
      if (database.viewString(slot, shownValue)) {
        output.byte(TYPE.string);
        output.stringFrom(shownKey.bytes, shownKey.start, shownKey.end);
        output.stringFrom(shownValue.bytes, shownValue.start, shownValue.end);
        this.slot += 1;
      } else {
        const value = database.valueAt(slot) as Collection;
        output.byte(typeOf(value));
        output.stringFrom(shownKey.bytes, shownKey.start, shownKey.end);
        output.length(elementCount(value));
        this.elementAt = 0;
        this.stage = 'elements';
        return;
      }
    }
  }

  private putMoreElements(database: DatabaseSnapshot, bytesMax: number): void {
    const value = database.valueAt(this.slot);
    if (!isString(value)) {
      const batch = BATCH_ELEMENTS;
      this.elementAt += putElements(output, value, this.elementAt, batch, bytesMax);
      if (this.elementAt < elementCount(value)) return;
    }
    this.slot += 1;
    this.stage = 'key';
  }
}
registerState('RdbWriter', RdbWriter);

function putAux(name: string, value: string): void {
  output.byte(OPCODE.aux);
  output.string(name);
  output.string(value);
}
