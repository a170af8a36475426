/**
 * Reads an RDB file or stream: input is pushed as it arrives, and each `read` passes a slice of it to a
 * sink.
 *
 * The reader decides only what the bytes determine. The sink decides whether an expired or existing key
 * is loaded. Invalid input throws RdbError; the reader must not be used after that.
 */

import { ByteView } from '../../data/table/byteView.ts';
import { type Collection, isString } from '../../data/types/value.ts';
import { invariant } from '../../machine/errors.ts';
import { registerState } from '../../machine/state.ts';
import { hex64 } from './crc64.ts';
import { corrupt, RdbError, shortRead, unsupported } from './errors.ts';
import {
  OPCODE,
  RDB_HEADER_BYTES,
  RDB_SIGNATURE,
  RDB_VERSION,
  RDB_VERSION_CHECKSUM,
  TYPE,
} from './format.ts';
import { KEY_BYTES_MAX, NEED_INPUT, RdbInput } from './input.ts';
import { checkType, isValueType, ValueReader } from './valueReader.ts';
import { elementCount } from './valueWriter.ts';

/** Receives the contents of the input. Strings are latin1, one character per byte. */
export interface RdbSink {
  aux(name: string, value: string): void;
  /** The database of the keys that follow. */
  select(database: number): void;
  /** The number of keys that the file claims to have: only a hint, for which nothing may be allocated. */
  resize(keys: number, expires: number): void;
  /** A key with a string; both are borrowed. `expireAt` is in Unix milliseconds, -1 for none. */
  stringEntry(key: ByteView, value: ByteView, expireAt: number): void;
  /** A key with a collection, which the sink owns. */
  entry(key: string, value: Collection, expireAt: number): void;
  /** A collection without elements: redis-server logs the key and skips it. */
  emptyKey(key: string): void;
  /** Source of a function library. */
  function(code: string): void;
}

interface RdbReaderOptions {
  /** rdbchecksum: verify the checksum, if the file has one. */
  readonly checksum: boolean;
  /** The number of databases; a file that uses more is refused. */
  readonly databases: number;
}

const NO_EXPIRY = -1;
const CHECKSUM_BYTES = 8;

/** Compressed keys and strings of up to this length are decompressed into scratch buffers. */
const SCRATCH_BYTES = 16 * 1024;
const keyScratch = Buffer.allocUnsafeSlow(SCRATCH_BYTES);
const valueScratch = Buffer.allocUnsafeSlow(SCRATCH_BYTES);
const shownKey = new ByteView();
const shownValue = new ByteView();

export class RdbReader {
  private readonly options: RdbReaderOptions;
  private readonly input: RdbInput;
  private stage: 'header' | 'record' | 'value' | 'checksum' | 'done' = 'header';
  private version = 0;
  private expireAt = NO_EXPIRY;
  /** The key whose value is being read, while the stage is `value`. */
  private key = '';
  private value: ValueReader | undefined;
  private withoutChecksum = false;

  constructor(options: RdbReaderOptions) {
    this.options = options;
    this.input = new RdbInput(options.checksum);
  }

  /** Adds input. The reader keeps the buffer: copy a borrowed one. */
  push(chunk: Buffer): void {
    this.input.push(chunk);
  }

  /** Ends the input: from now on `read` throws instead of returning `needInput`. */
  end(): void {
    this.input.end();
  }

  /** Bytes consumed so far. */
  get bytesRead(): number {
    return this.input.offset;
  }

  /** After `done`: whether the file was saved with rdbchecksum no, which redis-server logs. */
  get checksumDisabled(): boolean {
    return this.withoutChecksum;
  }

  /** After `done`: the bytes pushed beyond the end of the file. */
  rest(): Buffer {
    return this.input.rest();
  }

  /**
   * Passes the contents of about `bytesMax` more bytes of input to the sink. Returns `more` if input is
   * left, `needInput` if the next record is incomplete.
   */
  read(sink: RdbSink, bytesMax: number): 'more' | 'needInput' | 'done' {
    const { input } = this;
    const stop = input.offset + bytesMax;
    while (this.stage !== 'done') {
      if (input.offset >= stop) return 'more';
      if (!input.ready()) return 'needInput';
      this.readUntil(stop, sink);
    }
    return 'done';
  }

  /** Steps until the slice, the file or the buffered input ends. */
  private readUntil(stop: number, sink: RdbSink): void {
    const { input } = this;
    try {
      while (this.stage !== 'done' && input.offset < stop) {
        input.mark();
        this.step(sink);
      }
    } catch (error) {
      if (error !== NEED_INPUT) throw error;
      input.rewind();
    }
  }

  private step(sink: RdbSink): void {
    if (this.stage === 'record') this.readRecord(sink);
    else if (this.stage === 'value') this.readValue(sink);
    else if (this.stage === 'header') this.readHeader();
    else this.readChecksum();
  }

  private readHeader(): void {
    const header = this.input.borrow(RDB_HEADER_BYTES).latin1Slice();
    if (!header.startsWith(RDB_SIGNATURE)) {
      throw new RdbError('signature', 'Wrong signature trying to load DB from file', 0);
    }
    const digits = /^[0-9]*/.exec(header.slice(RDB_SIGNATURE.length));
    this.version = Number(digits![0]);
    if (this.version < 1 || this.version > RDB_VERSION) {
      throw new RdbError('version', `Can't handle RDB format version ${this.version}`, 0);
    }
    this.stage = 'record';
  }

  private readRecord(sink: RdbSink): void {
    const { input } = this;
    const opcode = input.byte();
    switch (opcode) {
      case OPCODE.expireTimeMs:
        this.expireAt = input.int64();
        return;
      case OPCODE.expireTimeSeconds:
        this.expireAt = input.int32() * 1000;
        return;
      case OPCODE.freq:
        input.byte();
        return;
      case OPCODE.idle:
        input.length();
        return;
      case OPCODE.eof:
        this.stage = this.version >= RDB_VERSION_CHECKSUM ? 'checksum' : 'done';
        return;
      case OPCODE.selectDb:
        sink.select(this.readDatabase());
        return;
      case OPCODE.resizeDb: {
        const keys = input.length();
        sink.resize(keys, input.length());
        return;
      }
      case OPCODE.aux: {
        const name = input.key();
        sink.aux(name, input.key());
        return;
      }
      case OPCODE.function2:
        sink.function(input.key());
        return;
      case OPCODE.functionPreRelease:
        sink.function(this.readOldFunction());
        return;
      case OPCODE.moduleAux:
        throw unsupported('The file holds module AUX data, which is not supported', input.offset);
      case TYPE.string:
        this.readString(sink);
        return;
      default:
        this.beginKey(opcode);
    }
  }

  /** Reads a key and its string in one step; both are passed to the sink in place. */
  private readString(sink: RdbSink): void {
    const { input, expireAt } = this;
    input.view(shownKey, keyScratch);
    if (shownKey.length > KEY_BYTES_MAX) throw shortRead(input.offset);
    input.view(shownValue, valueScratch);
    this.expireAt = NO_EXPIRY;
    sink.stringEntry(shownKey, shownValue, expireAt);
  }

  private readDatabase(): number {
    const database = this.input.length();
    const { databases } = this.options;
    if (database < databases) return database;
    const text =
      'FATAL: Data file was created with a Redis server configured to handle ' +
      `more than ${databases} databases. Exiting`;
    throw new RdbError('databases', text, this.input.offset);
  }

  /** Name, engine, optional description, code. As 7.0 does, name and engine become the code's first line. */
  private readOldFunction(): string {
    const { input } = this;
    const name = input.key();
    const engine = input.key();
    if (input.length() !== 0) input.key();
    return `#!${engine} name=${name}\n${input.key()}`;
  }

  private beginKey(type: number): void {
    const { input } = this;
    if (!isValueType(type)) throw corrupt(`Unknown RDB encoding type ${type}`, input.offset);
    const key = input.key();
    checkType(type, key, input.offset);
    this.key = key;
    this.value = new ValueReader(type);
    this.stage = 'value';
  }

  private readValue(sink: RdbSink): void {
    const value = this.value!.step(this.input);
    if (value === undefined) return;
    const { key, expireAt } = this;
    this.key = '';
    this.value = undefined;
    this.expireAt = NO_EXPIRY;
    this.stage = 'record';
    invariant(!isString(value), 'strings are read in one step');
    if (elementCount(value) === 0) sink.emptyKey(key);
    else sink.entry(key, value, expireAt);
  }

  private readChecksum(): void {
    const { input } = this;
    const computed = input.checksum();
    const stored = input.borrow(CHECKSUM_BYTES);
    this.stage = 'done';
    const low = stored.readInt32LE(0);
    const high = stored.readInt32LE(4);
    if (low === 0 && high === 0) {
      this.withoutChecksum = true;
    } else if (computed !== undefined && !computed.equals(stored, 0)) {
      const text =
        `Wrong RDB checksum expected: (${computed.hex()}) ` +
        `but got (${hex64(low, high)}). Aborting now.`;
      throw new RdbError('checksum', text, input.offset);
    }
  }
}
registerState('RdbReader', RdbReader);
