/**
 * The journal: every input with its position (events executed so far, world time), encoded into large
 * blocks, so that a chunk of a client costs a copy of its bytes and no object.
 *
 * It is bounded. Blocks form segments, and each segment begins with a checkpoint (except the first one,
 * at the world's beginning). When the journal is full, its oldest segment is dropped, and the checkpoint
 * of the next one is the new base. Blocks are only appended to, so a Recording shares them.
 */

import { invariant } from '../engine/machine/errors.ts';
import type { Micros } from '../engine/machine/machine.ts';
import type { Seed } from '../engine/machine/random.ts';
import type { Input, WorldParams } from './input.ts';
import {
  contentOf,
  inputsOfBlock,
  lengthUntil,
  type Position,
  RECORD_HEAD,
  type Recorded,
  recordLength,
  writeRecord,
} from './inputRecords.ts';
import { type Mark, Marks } from './marks.ts';
import type { WorldState } from './state.ts';

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

export const JOURNAL_BYTES_MAX = 64 * 1024 * 1024;

/** Everything that determines a run: a replay has the same trace hash. Immutable. */
export interface Recording {
  readonly seed: Seed;
  readonly startAt: Micros;
  readonly params: WorldParams;
  readonly traceEvents: number;
  /** At least one. */
  readonly segments: readonly SegmentView[];
  readonly end: Position;
  /** The trace hash at the end; undefined if a part of an event happened there, or if it is not known. */
  readonly endHash: string | undefined;
  /** The trace hash on the way, after the beginning of the first segment. */
  readonly marks: readonly Mark[];
}

export interface SegmentView {
  /** The state to begin with; undefined for the world's beginning. Copy it before running it. */
  readonly base: WorldState | undefined;
  /** Inputs before this segment. */
  readonly firstInput: number;
  readonly blocks: readonly Buffer[];
}

export const BEGINNING: SegmentView = { base: undefined, firstInput: 0, blocks: [] };

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
  private readonly marks: Marks;
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
    this.marks = new Marks(before?.marks ?? []);
    this.segments = (before?.segments ?? [BEGINNING]).map((view) => new Segment(view, 0));
  }

  /** The number of inputs before the first one that is kept; undefined while nothing is kept. */
  get firstInput(): number | undefined {
    return this.segments[0]?.firstInput;
  }

  /** The number of events before the first one that is kept; undefined while nothing is kept. */
  get firstEvent(): number | undefined {
    const [first] = this.segments;
    return first === undefined ? undefined : (first.base?.trace.count ?? 0);
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
    const content = contentOf(input);
    const block = segment.room(RECORD_HEAD + (content.payload?.length ?? 0));
    segment.used = writeRecord(block, segment.used, at, content);
  }

  /** Keeps a hash mark if one is due. To be called at the end of an event. */
  passed({ count, hash }: WorldState['trace']): void {
    this.marks.pass(count, hash);
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
    const [first] = this.segments;
    if (first === undefined) return undefined;
    return {
      seed: state.seed,
      startAt: state.startAt,
      params: state.params,
      traceEvents: state.trace.size,
      segments: this.segments.map((segment) => segment.view()),
      end: { events: state.trace.count, time: state.now },
      endHash: state.failure === undefined ? state.trace.hash.hex() : undefined,
      marks: this.marks.after(first.base?.trace.count ?? 0),
    };
  }
}

/** The inputs of a recording, in order, without the first `skipped` ones. */
export function* inputsOf(recording: Recording, skipped = 0): Generator<Recorded> {
  let left = skipped;
  for (const segment of recording.segments) {
    for (const block of segment.blocks) {
      let offset = 0;
      for (; left > 0 && offset < block.length; left -= 1) offset += recordLength(block, offset);
      yield* inputsOfBlock(block.subarray(offset));
    }
  }
}

/** A recording that begins and ends with a state. The state must not run on while it is used. */
export function recordingFrom(state: WorldState): Recording {
  return {
    seed: state.seed,
    startAt: state.startAt,
    params: state.params,
    traceEvents: state.trace.size,
    segments: [{ base: state, firstInput: state.inputCount, blocks: [] }],
    end: { events: state.trace.count, time: state.now },
    endHash: undefined,
    marks: [],
  };
}

/** The recording up to a position, without later inputs. */
export function truncated(recording: Recording, end: Position): Recording {
  const isHeld = (view: SegmentView): boolean => (view.base?.trace.count ?? 0) <= end.events;
  const segments = recording.segments.filter(isHeld).map((view) => ({
    ...view,
    blocks: view.blocks.map((block) => block.subarray(0, lengthUntil(block, end.events))),
  }));
  invariant(segments.length > 0, `event ${end.events} is before the recording`);
  const marks = recording.marks.filter(({ events }) => events <= end.events);
  return { ...recording, segments, end, endHash: undefined, marks };
}
