/**
 * The file format of recordings, `*.rsrec`, version 1. Numbers are little-endian. docs/recording-format.md
 * describes it for other programs.
 *
 *     magic            8 bytes: RSREC CR LF SUB
 *     version          u32: 1
 *     product version  u32 length, UTF-8
 *     head             u32 length, JSON in UTF-8 (recordingHead.ts)
 *     checksum         CRC-64 of all bytes before, as in RDB files
 *     sections         name of 4 bytes, 6 bytes length, content, CRC-64 of the section so far
 *
 * Sections, in this order: for each segment BASE (the checkpoint that it begins with, if any, in the layout
 * of machine/codec.ts) and INPT (its inputs, inputRecords.ts); then MARK (events f64 and hash, 8 bytes,
 * for each hash mark) and `END.`, which is empty. Nothing follows.
 *
 * A checkpoint can be read only by a program with the same layout of state (stateLayout.ts). With another
 * one, a recording from the world's beginning is read without its checkpoints, which it does not need.
 */

import { ByteReader } from '../engine/machine/byteReader.ts';
import { ByteWriter } from '../engine/machine/byteWriter.ts';
import { CodecError } from '../engine/machine/codec.ts';
import { StateReader } from '../engine/machine/stateReader.ts';
import { StateWriter } from '../engine/machine/stateWriter.ts';
import { Crc64 } from '../engine/persistence/rdb/crc64.ts';
import { readRecord } from './inputRecords.ts';
import { BEGINNING, type Recording, type SegmentView } from './journal.ts';
import type { Mark } from './marks.ts';
import { VERSION } from './productVersion.ts';
import { type Head, headOf, headText } from './recordingHead.ts';
import { WorldState } from './state.ts';
import { STATE_LAYOUT } from './stateLayout.ts';

const MAGIC = Buffer.from('RSREC\r\n\x1a', 'latin1');
const FORMAT = 1;
const SECTION = { base: 'BASE', inputs: 'INPT', marks: 'MARK', end: 'END.' } as const;
const NAME_BYTES = 4;
const LENGTH_BYTES = 6;
const CHECKSUM_BYTES = 8;
const HASH_BYTES = 8;
const MARK_BYTES = 8 + HASH_BYTES;

/** The bytes are no recording that this program can read. The message says why, and where. */
export class RecordingError extends Error {
  override readonly name = 'RecordingError';
  /** Where in the file. */
  readonly position: number;

  constructor(reason: string, position: number) {
    super(`the recording cannot be read: ${reason} (byte ${position}, recording format ${FORMAT})`);
    this.position = position;
  }
}

/**
 * The recording as a file, in parts, of which some are memory that the recording uses: write them before
 * the world goes on.
 */
export function serialize(recording: Recording): Buffer[] {
  const states = new StateWriter();
  const file: Buffer[] = [];
  file.push(...checked(headParts(recording)));
  for (const { base, blocks } of recording.segments) {
    if (base !== undefined) addSection(file, SECTION.base, states.write(base));
    addSection(file, SECTION.inputs, blocks);
  }
  addSection(file, SECTION.marks, markParts(recording.marks));
  addSection(file, SECTION.end, []);
  return file;
}

function headParts(recording: Recording): Buffer[] {
  const out = new ByteWriter();
  out.bytes(MAGIC);
  out.u32(FORMAT);
  for (const text of [VERSION, headText(recording)]) {
    const bytes = Buffer.from(text);
    out.u32(bytes.length);
    out.bytes(bytes);
  }
  return out.take();
}

function markParts(marks: readonly Mark[]): Buffer[] {
  const out = new ByteWriter();
  for (const { events, hash } of marks) {
    out.double(events);
    out.bytes(Buffer.from(hash, 'hex'));
  }
  return out.take();
}

function addSection(file: Buffer[], name: string, content: readonly Buffer[]): void {
  const out = new ByteWriter();
  out.latin1(name);
  out.integer(
    content.reduce((sum, part) => sum + part.length, 0),
    LENGTH_BYTES,
  );
  for (const part of checked([...out.take(), ...content])) file.push(part);
}

/** The parts, followed by their checksum. */
function checked(parts: readonly Buffer[]): Buffer[] {
  const checksum = new Crc64();
  for (const part of parts) checksum.update(part);
  const bytes = Buffer.alloc(CHECKSUM_BYTES);
  checksum.write(bytes, 0);
  return [...parts, bytes];
}

/** Reads a file. Throws RecordingError for bytes that `serialize` of this version did not write. */
export function parse(bytes: Buffer): Recording {
  try {
    return new Parser(bytes).recording();
  } catch (error) {
    if (!(error instanceof CodecError)) throw error;
    throw new RecordingError(error.reason, error.position);
  }
}

class Parser {
  private readonly bytes: Buffer;
  private readonly reader: ByteReader;
  private readonly states = new StateReader();
  private product = '';

  constructor(bytes: Buffer) {
    this.bytes = bytes;
    this.reader = new ByteReader(bytes);
  }

  recording(): Recording {
    const head = this.head();
    const read: SegmentView[] = [];
    for (const { firstInput, hasBase } of head.segments) {
      const base = hasBase ? this.base(head, firstInput) : undefined;
      read.push({ base, firstInput, blocks: [this.inputs(head)] });
    }
    const marks = this.marks();
    this.section(SECTION.end);
    if (this.reader.left > 0) this.reader.fail(`${this.reader.left} bytes after the end`);
    const { layout, segments: _, ...rest } = head;
    const segments = layout === STATE_LAYOUT ? read : [joined(read)];
    return { ...rest, segments, marks };
  }

  private head(): Head {
    const { reader } = this;
    const magic = reader.left < MAGIC.length ? Buffer.alloc(0) : reader.take(MAGIC.length);
    if (!magic.equals(MAGIC)) throw new RecordingError('it is not a recording', 0);
    const version = reader.u32();
    this.product = reader.take(reader.u32()).toString('utf8');
    if (version !== FORMAT) {
      const writer = this.product.slice(0, 40);
      throw new RecordingError(`it has format ${version}, written by version ${writer}`, 8);
    }
    const text = reader.take(reader.u32());
    this.verify(0);
    return headOf(text) ?? reader.fail('its head has not the fields of a recording');
  }

  /** Reads the checksum of the bytes from `start` to here. */
  private verify(start: number): void {
    const { bytes, reader } = this;
    const at = reader.position;
    reader.take(CHECKSUM_BYTES);
    const checksum = new Crc64();
    checksum.update(bytes, start, at);
    if (!checksum.equals(bytes, at)) {
      throw new RecordingError(`the bytes from ${start} on are damaged`, at);
    }
  }

  /** Reads the next section, which must have this name; returns its content. */
  private section(name: string): ByteReader {
    const { reader } = this;
    const start = reader.position;
    const found = reader.take(NAME_BYTES).latin1Slice();
    const content = reader.part(reader.integer(LENGTH_BYTES));
    this.verify(start);
    if (found !== name) throw new RecordingError(`${name} is expected, not ${found}`, start);
    return content;
  }

  private base(head: Head, firstInput: number): WorldState | undefined {
    const content = this.section(SECTION.base);
    if (head.layout !== STATE_LAYOUT) {
      if (!head.segments[0]!.hasBase) return undefined;
      return content.fail(
        `it begins with a checkpoint of version ${this.product.slice(0, 40)}, whose state has another layout`,
      );
    }
    const state = this.states.read(content);
    const isBase = state instanceof WorldState && state.inputCount === firstInput;
    return isBase ? state : content.fail('its checkpoint is not the state of a world');
  }

  private inputs({ end }: Head): Buffer {
    const content = this.section(SECTION.inputs);
    const block = Buffer.from(
      this.bytes.subarray(content.position, content.position + content.left),
    );
    let events = 0;
    while (content.left > 0) {
      const record = readRecord(content);
      const isInOrder = record.events >= events && record.events <= end.events;
      if (!isInOrder) content.fail(`an input at event ${record.events} is out of order`);
      events = record.events;
    }
    return block;
  }

  private marks(): Mark[] {
    const content = this.section(SECTION.marks);
    if (content.left % MARK_BYTES !== 0) content.fail(`${content.left} bytes of marks`);
    const marks: Mark[] = [];
    while (content.left > 0) {
      marks.push({ events: content.double(), hash: content.take(HASH_BYTES).toString('hex') });
    }
    return marks;
  }
}

/** Segments from the world's beginning as one, without the checkpoints between them. */
function joined(segments: readonly SegmentView[]): SegmentView {
  return { ...BEGINNING, blocks: segments.flatMap(({ blocks }) => blocks) };
}
