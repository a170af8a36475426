/**
 * The journal: every input with its position (events executed so far, world time), encoded into large
 * blocks, so that a chunk of a client costs a copy of its bytes and no object.
 *
 * It is bounded. Blocks form segments, and each segment begins with a checkpoint (except the first one,
 * at the world's beginning). When the journal is full, its oldest segment is dropped, and the checkpoint
 * of the next one is the new base. Blocks are only appended to, so a Recording shares them.
 *
 * A record: events f64, time f64, kind u8, conn f64, length u32, payload. Kind 0 is JSON for
 * everything but the two frequent inputs, which have no JSON. The payload of delayed data begins with its
 * delay, f64.
 */

import { invariant } from '../engine/machine/errors.ts';
import type { Micros } from '../engine/machine/machine.ts';
import type { Seed } from '../engine/machine/random.ts';
import type { AddNode, Input, WorldParams } from './input.ts';
import type { WorldState } from './state.ts';

const RECORD_HEAD = 8 + 8 + 1 + 8 + 4;
const CODE = { json: 0, data: 1, drained: 2, delayedData: 3 } as const;
const DELAY_BYTES = 8;
const BLOCK_BYTES = 1024 * 1024;
const SEGMENTS = 4;
/**
 * About the most memory that keeping the bases may cost, as far as it is pages of keys and strings. A world
 * of 500 MB that is overwritten at random would otherwise be kept five times: each base shares all data in
 * the beginning, and none in the end.
 */
const PINNED_BYTES_MAX = 64 * 1024 * 1024;
/** After a base had become too expensive, world time until the next is taken. */
const SUSPENDED_MICROS = 5_000_000;
/** Inputs between two looks at the costs. */
const INPUTS_UNTIL_COUNTED = 16;
/** Usually of 64 KB each: up to 4 MB of input. */
const INPUTS_UNTIL_ASKED = 64;
const MAGIC = 'replication-sandbox recording 1\n';

export const JOURNAL_BYTES_MAX = 64 * 1024 * 1024;

/** The position of an input in a run. */
export interface Position {
  readonly events: number;
  readonly time: Micros;
}

export interface Recorded extends Position {
  readonly input: Input;
}

/** Everything that determines a run: a replay has the same trace hash. Immutable. */
export interface Recording {
  readonly seed: Seed;
  readonly startAt: Micros;
  readonly params: WorldParams;
  readonly traceEvents: number;
  /** At least one. */
  readonly segments: readonly SegmentView[];
  readonly end: Position;
}

interface SegmentView {
  /** The state to begin with; undefined for the world's beginning. Copy it before running it. */
  readonly base: WorldState | undefined;
  /** Inputs before this segment. */
  readonly firstInput: number;
  readonly blocks: readonly Buffer[];
}

const BEGINNING: SegmentView = { base: undefined, firstInput: 0, blocks: [] };

/** Where a journal gets its bases from. */
export interface BaseSource {
  /** A copy of the present state; undefined if it would be expensive now. */
  checkpoint(): WorldState | undefined;
  /** The sum over all machines (Machine.copiedBytes): it grows, and falls when a machine goes. */
  copiedBytes(): number;
}

class Segment {
  readonly base: WorldState | undefined;
  /** Inputs before this segment. */
  readonly firstInput: number;
  readonly blocks: Buffer[] = [];
  /** Used bytes of the last block. */
  used = 0;
  bytes = 0;
  /** The journal's `copied` when it began. */
  readonly copied: number;

  constructor(view: SegmentView, copied: number) {
    this.copied = copied;
    this.base = view.base;
    this.firstInput = view.firstInput;
    for (const block of view.blocks) {
      this.blocks.push(block);
      this.used = block.length;
      this.bytes += block.length;
    }
  }

  /** Returns room for a record, in the last block or in a new one. */
  room(size: number): Buffer {
    const last = this.blocks[this.blocks.length - 1];
    this.bytes += size;
    if (last !== undefined && this.used + size <= last.length) return last;
    if (last !== undefined) this.blocks[this.blocks.length - 1] = last.subarray(0, this.used);
    const block = Buffer.allocUnsafe(Math.max(BLOCK_BYTES, size));
    this.blocks.push(block);
    this.used = 0;
    return block;
  }

  /** Appends the records of the segment behind this one. */
  join(next: Segment): void {
    const { blocks } = this.view();
    this.blocks.splice(0, this.blocks.length, ...blocks, ...next.blocks);
    if (next.blocks.length > 0) this.used = next.used;
    this.bytes += next.bytes;
  }

  view(): SegmentView {
    const blocks = this.blocks.slice();
    const last = blocks.pop();
    if (last !== undefined) blocks.push(last.subarray(0, this.used));
    return { base: this.base, firstInput: this.firstInput, blocks };
  }
}

export class Journal {
  private readonly bytesMax: number;
  private readonly segments: Segment[];
  private readonly source: BaseSource;
  /** The number of inputs after which a missing checkpoint is requested again. */
  private inputsUntilAsked = 0;
  private inputsUntilCounted = INPUTS_UNTIL_COUNTED;
  /** All bytes copied so far, and the source's number when they were last counted. */
  private copied = 0;
  private counted = 0;
  /** No base is taken until then. */
  private suspendedUntil: Micros = Number.NEGATIVE_INFINITY;

  /** Continues a recording, or begins with the world. */
  constructor(bytesMax: number, source: BaseSource, before: Recording | undefined) {
    this.bytesMax = bytesMax;
    this.source = source;
    this.segments = (before?.segments ?? [BEGINNING]).map((view) => new Segment(view, 0));
  }

  /** The number of inputs before the first one that is kept; undefined while nothing is kept. */
  get firstInput(): number | undefined {
    return this.segments[0]?.firstInput;
  }

  /** Bytes of all records, without the checkpoints. */
  get bytes(): number {
    return this.segments.reduce((sum, segment) => sum + segment.bytes, 0);
  }

  /**
   * Records an input. A checkpoint is requested when a new segment is due. If it is postponed, it is
   * requested again some inputs later. Until then the present segment grows, or, when the journal is
   * full, nothing is kept.
   */
  append(at: Position, input: Input): void {
    this.inputsUntilCounted -= 1;
    if (this.inputsUntilCounted === 0) this.limitCosts(at.time);
    let segment = this.segments[this.segments.length - 1];
    if (segment === undefined || segment.bytes > this.bytesMax / SEGMENTS) {
      segment = this.next(at.time) ?? segment;
      if (segment === undefined) return;
    }
    if (input.kind === 'data') {
      const { conn, bytes, delayMicros } = input;
      if (delayMicros === undefined) write(segment, at, CODE.data, conn, bytes);
      else write(segment, at, CODE.delayedData, conn, withDelay(delayMicros, bytes));
    } else if (input.kind === 'drained') {
      write(segment, at, CODE.drained, input.conn, undefined, input.bytes);
    } else {
      write(segment, at, CODE.json, 0, encodeInput(input));
    }
  }

  /**
   * Drops the oldest segments while their bases cost too much. If none is left, no base is taken for
   * SUSPENDED_MICROS. A recording from the beginning needs no base: it loses those that it has.
   */
  private limitCosts(time: Micros): void {
    this.count();
    const { segments } = this;
    for (;;) {
      const oldest = segments.find(({ base }) => base !== undefined);
      if (oldest === undefined || this.copied - oldest.copied <= PINNED_BYTES_MAX) return;
      const isFromBeginning = segments[0] !== oldest;
      if (isFromBeginning) for (const later of segments.splice(1)) segments[0]!.join(later);
      else segments.shift();
      if (isFromBeginning || segments.length === 0) this.suspendedUntil = time + SUSPENDED_MICROS;
    }
  }

  private count(): void {
    this.inputsUntilCounted = INPUTS_UNTIL_COUNTED;
    const counted = this.source.copiedBytes();
    this.copied += Math.max(0, counted - this.counted);
    this.counted = counted;
  }

  /** Keeps nothing until `resume`: memory is short. */
  suspend(): void {
    this.segments.length = 0;
    this.suspendedUntil = Number.POSITIVE_INFINITY;
  }

  /** Begins anew with the next input. */
  resume(): void {
    if (this.suspendedUntil !== Number.POSITIVE_INFINITY) return;
    this.suspendedUntil = Number.NEGATIVE_INFINITY;
    this.inputsUntilAsked = 0;
  }

  private next(time: Micros): Segment | undefined {
    this.inputsUntilAsked -= 1;
    if (this.inputsUntilAsked > 0) return undefined;
    const isSuspended = time < this.suspendedUntil;
    const base = isSuspended ? undefined : this.source.checkpoint();
    if (base !== undefined) return this.begin(base);
    if (!isSuspended) this.inputsUntilAsked = INPUTS_UNTIL_ASKED;
    if (this.bytes > this.bytesMax) this.segments.length = 0;
    return undefined;
  }

  private begin(base: WorldState): Segment {
    const { segments } = this;
    this.inputsUntilAsked = 0;
    const view = { base, firstInput: base.inputCount, blocks: [] };
    this.count();
    const segment = new Segment(view, this.copied);
    segments.push(segment);
    // A segment that has grown may displace more than the oldest one.
    while (segments.length > SEGMENTS || (segments.length > 1 && this.bytes > this.bytesMax)) {
      segments.shift();
    }
    return segment;
  }

  /** The recording so far; undefined while nothing is kept. */
  recording(state: WorldState): Recording | undefined {
    if (this.segments.length === 0) return undefined;
    return {
      seed: state.seed,
      startAt: state.startAt,
      params: state.params,
      traceEvents: state.trace.size,
      segments: this.segments.map((segment) => segment.view()),
      end: { events: state.trace.count, time: state.now },
    };
  }
}

/** Writes a record; without a payload its length field holds `value`. */
function write(
  segment: Segment,
  at: Position,
  code: number,
  conn: number,
  payload: Buffer | undefined,
  value = 0,
): void {
  const length = payload === undefined ? 0 : payload.length;
  const block = segment.room(RECORD_HEAD + length);
  let offset = segment.used;
  offset = block.writeDoubleLE(at.events, offset);
  offset = block.writeDoubleLE(at.time, offset);
  offset = block.writeUInt8(code, offset);
  offset = block.writeDoubleLE(conn, offset);
  offset = block.writeUInt32LE(payload === undefined ? value : length, offset);
  if (payload !== undefined) payload.copy(block, offset);
  segment.used = offset + length;
}

/** The inputs of a recording, in order, without the first `skipped` ones. */
export function* inputsOf(recording: Recording, skipped = 0): Generator<Recorded> {
  let left = skipped;
  for (const segment of recording.segments) {
    for (const block of segment.blocks) {
      let offset = 0;
      for (; left > 0 && offset < block.length; left -= 1) offset += recordLength(block, offset);
      yield* inputsOfBlock(block, offset);
    }
  }
}

function* inputsOfBlock(block: Buffer, start: number): Generator<Recorded> {
  let offset = start;
  while (offset < block.length) {
    const events = block.readDoubleLE(offset);
    const time = block.readDoubleLE(offset + 8);
    const code = block.readUInt8(offset + 16);
    const conn = block.readDoubleLE(offset + 17);
    const length = block.readUInt32LE(offset + 25);
    offset += RECORD_HEAD;
    if (code === CODE.drained) {
      yield { events, time, input: { kind: 'drained', conn, bytes: length } };
      continue;
    }
    const payload = block.subarray(offset, offset + length);
    offset += length;
    const input = code === CODE.json ? decodeInput(payload) : dataInput(code, conn, payload);
    yield { events, time, input };
  }
}

function withDelay(micros: Micros, bytes: Buffer): Buffer {
  const head = Buffer.alloc(DELAY_BYTES);
  head.writeDoubleLE(micros);
  return Buffer.concat([head, bytes]);
}

function dataInput(code: number, conn: number, payload: Buffer): Input {
  if (code === CODE.data) return { kind: 'data', conn, bytes: Buffer.from(payload) };
  const bytes = Buffer.from(payload.subarray(DELAY_BYTES));
  return { kind: 'data', conn, bytes, delayMicros: payload.readDoubleLE(0) };
}

/** JSON, followed by the bytes of initial files. An infinite bandwidth is written as null. */
function encodeInput(input: Exclude<Input, { kind: 'data' }>): Buffer {
  const files = input.kind === 'addNode' ? (input.files ?? []) : [];
  const plain = {
    ...input,
    ...(files.length > 0
      ? { files: files.map((file) => ({ path: file.path, length: file.bytes.length })) }
      : {}),
  };
  const json = Buffer.from(JSON.stringify(plain));
  const head = Buffer.alloc(4);
  head.writeUInt32LE(json.length);
  return Buffer.concat([head, json, ...files.map((file) => file.bytes)]);
}

function decodeInput(payload: Buffer): Input {
  const jsonEnd = 4 + payload.readUInt32LE(0);
  const plain = JSON.parse(payload.toString('utf8', 4, jsonEnd)) as Record<string, unknown>;
  if (plain['kind'] === 'bandwidth') plain['bytesPerSecond'] ??= Number.POSITIVE_INFINITY;
  if (plain['kind'] !== 'addNode' || plain['files'] === undefined) return plain as unknown as Input;
  let offset = jsonEnd;
  const files = (plain['files'] as { path: string; length: number }[]).map(({ path, length }) => {
    const bytes = Buffer.from(payload.subarray(offset, offset + length));
    offset += length;
    return { path, bytes };
  });
  return { ...(plain as unknown as AddNode), files };
}

/** The recording as one Buffer; undefined when a checkpoint has replaced its beginning. */
export function serialize(recording: Recording): Buffer | undefined {
  if (recording.segments[0]!.base !== undefined) return undefined;
  const { seed, startAt, params, traceEvents, end } = recording;
  const text = JSON.stringify({ seed, startAt, params, traceEvents, end }, (_key, value) =>
    value === Number.POSITIVE_INFINITY ? 'Infinity' : value,
  );
  const blocks = recording.segments.flatMap((segment) => segment.blocks);
  return Buffer.concat([Buffer.from(`${MAGIC}${text}\n`), ...blocks]);
}

/** Reads the output of `serialize`; throws an Error that says what is wrong. */
export function parse(bytes: Buffer): Recording {
  if (bytes.subarray(0, MAGIC.length).latin1Slice() !== MAGIC) throw new Error('not a recording');
  const lineEnd = bytes.indexOf(10, MAGIC.length);
  const head = JSON.parse(bytes.toString('utf8', MAGIC.length, lineEnd), (_key, value) =>
    value === 'Infinity' ? Number.POSITIVE_INFINITY : value,
  ) as Pick<Recording, 'seed' | 'startAt' | 'params' | 'traceEvents' | 'end'>;
  const block = bytes.subarray(lineEnd + 1);
  return { ...head, segments: [{ ...BEGINNING, blocks: [block] }] };
}

/** The recording up to a position, without later inputs. */
export function truncated(recording: Recording, end: Position): Recording {
  const isHeld = (view: SegmentView): boolean => (view.base?.trace.count ?? 0) <= end.events;
  const segments = recording.segments.filter(isHeld).map((view) => ({
    ...view,
    blocks: view.blocks.map((block) => block.subarray(0, lengthUntil(block, end.events))),
  }));
  invariant(segments.length > 0, `event ${end.events} is before the recording`);
  return { ...recording, segments, end };
}

function lengthUntil(block: Buffer, events: number): number {
  let offset = 0;
  while (offset < block.length && block.readDoubleLE(offset) < events) {
    offset += recordLength(block, offset);
  }
  return offset;
}

function recordLength(block: Buffer, offset: number): number {
  const hasPayload = block.readUInt8(offset + 16) !== CODE.drained;
  return RECORD_HEAD + (hasPayload ? block.readUInt32LE(offset + 25) : 0);
}
