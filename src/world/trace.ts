/**
 * The history: a ring of the last events with the beginning of their bytes, and a ring of notes.
 *
 * Invariants: event number n (1, 2, 3 …) is in the ring iff count - size < n <= count, at slot
 * n mod size: with size 4,096 and count 5,000, events 905 to 5,000 are in the ring, and 5,000 is at slot
 * 904. `cause` is a smaller event number, or 0 for input from outside. The hash covers every
 * event ever recorded, its payload in full, and everything sent outside.
 * Bytes are kept raw and are described in words only on request.
 */

import type { Micros, Note } from '../engine/machine/machine.ts';
import { registerShared, registerState } from '../engine/machine/state.ts';
import { describeBytes } from './decode.ts';
import { KIND_NAMES } from './event.ts';
import { Fifo } from './fifo.ts';
import { Hash } from './hash.ts';
import type { EventView, NoteView } from './views.ts';

/** How many bytes of a payload are kept. */
const KEPT_BYTES = 256;
const NOTES_MAX = 8_192;

export interface EventGlance {
  /** The kind, as in event.ts. */
  readonly kind: number;
  /** Indices of places; -1 for none. */
  readonly place: number;
  readonly peer: number;
  /** The first byte of its payload; -1 without one. */
  readonly firstByte: number;
}

/** A note with its place; immutable, so that copies of the world share it. */
class NoteRecord implements NoteView {
  readonly id: number;
  readonly seq: number;
  readonly at: Micros;
  readonly node: string;
  readonly note: Note;

  constructor(id: number, seq: number, at: Micros, node: string, note: Note) {
    this.id = id;
    this.seq = seq;
    this.at = at;
    this.node = node;
    this.note = note;
  }
}
registerShared(NoteRecord);

export class Trace {
  /** Events recorded so far; the number of the last one. */
  count = 0;
  readonly hash = new Hash();
  readonly size: number;
  private readonly at: Float64Array;
  private readonly cause: Float64Array;
  private readonly conn: Float64Array;
  private readonly kind: Uint8Array;
  private readonly place: Int32Array;
  private readonly peer: Int32Array;
  private readonly length: Uint32Array;
  private readonly isText: Uint8Array;
  private readonly kept: Buffer;
  private readonly notes: Fifo<NoteView> = new Fifo();
  private noteCount = 0;

  /** `size` is a power of two. */
  constructor(size: number) {
    this.size = size;
    this.at = new Float64Array(size);
    this.cause = new Float64Array(size);
    this.conn = new Float64Array(size);
    this.kind = new Uint8Array(size);
    this.place = new Int32Array(size);
    this.peer = new Int32Array(size);
    this.length = new Uint32Array(size);
    this.isText = new Uint8Array(size);
    this.kept = Buffer.alloc(size * KEPT_BYTES);
  }

  /**
   * Records an event as the next one. `label` is its text when it has no bytes; places are -1 for
   * none.
   */
  record(
    at: Micros,
    kind: number,
    place: number,
    peer: number,
    conn: number,
    cause: number,
    value: number,
    bytes: Buffer | undefined,
    label: string,
  ): void {
    this.count += 1;
    const hash = this.hash;
    hash.word(kind);
    hash.number(at);
    hash.word(place);
    hash.number(conn);
    const slot = this.count % this.size;
    this.at[slot] = at;
    this.kind[slot] = kind;
    this.place[slot] = place;
    this.peer[slot] = peer;
    this.conn[slot] = conn;
    this.cause[slot] = cause;
    this.length[slot] = 0;
    if (bytes !== undefined) {
      hash.bytes(bytes);
      this.keep(slot, bytes);
    } else if (label !== '') {
      hash.text(label);
      hash.number(value);
      const length = this.kept.latin1Write(label, slot * KEPT_BYTES, KEPT_BYTES);
      this.length[slot] = length;
      this.isText[slot] = 1;
    } else if (value !== 0) {
      hash.number(value);
    }
  }

  private keep(slot: number, bytes: Buffer): void {
    const length = bytes.length;
    this.length[slot] = length;
    this.isText[slot] = 0;
    const kept = this.kept;
    const start = slot * KEPT_BYTES;
    if (length <= 48) {
      for (let i = 0; i < length; i += 1) kept[start + i] = bytes[i]!;
    } else {
      bytes.copy(kept, start, 0, Math.min(length, KEPT_BYTES));
    }
  }

  /** Adds something to the hash that is not an event: bytes sent outside, a digest. */
  fold(what: number, conn: number, bytes: Buffer | undefined, text: string): void {
    this.hash.word(what);
    this.hash.number(conn);
    if (bytes !== undefined) this.hash.bytes(bytes);
    if (text !== '') this.hash.text(text);
  }

  /** The oldest event that is still held. */
  get firstSeq(): number {
    return Math.max(1, this.count - this.size + 1);
  }

  /** An event in words; undefined when it is no longer held. */
  view(seq: number, places: readonly string[]): EventView | undefined {
    if (seq < this.firstSeq || seq > this.count) return undefined;
    const slot = seq % this.size;
    return {
      seq,
      cause: this.cause[slot]!,
      at: this.at[slot]!,
      kind: KIND_NAMES[this.kind[slot]!]!,
      node: places[this.place[slot]!] ?? '',
      peer: places[this.peer[slot]!] ?? '',
      conn: this.conn[slot]!,
      bytes: this.isText[slot] === 1 ? 0 : this.length[slot]!,
      text: this.text(slot),
    };
  }

  private text(slot: number): string {
    const total = this.length[slot]!;
    const start = slot * KEPT_BYTES;
    const bytes = this.kept.subarray(start, start + Math.min(total, KEPT_BYTES));
    return this.isText[slot] === 1 ? bytes.latin1Slice() : describeBytes(bytes, total);
  }

  /** The properties of an event that need no words; undefined when it is not held. */
  glance(seq: number): EventGlance | undefined {
    if (seq < this.firstSeq || seq > this.count) return undefined;
    const slot = seq % this.size;
    const hasBytes = this.isText[slot] === 0 && this.length[slot]! > 0;
    return {
      kind: this.kind[slot]!,
      place: this.place[slot]!,
      peer: this.peer[slot]!,
      firstByte: hasBytes ? this.kept[slot * KEPT_BYTES]! : -1,
    };
  }

  /** Number of the event that caused this one; 0 when it is not held, or came from outside. */
  causeOf(seq: number): number {
    return seq >= this.firstSeq && seq <= this.count ? this.cause[seq % this.size]! : 0;
  }

  /** The beginning of an event's payload; empty when it is not held. */
  bytesOf(seq: number): Buffer {
    if (seq < this.firstSeq || seq > this.count) return Buffer.alloc(0);
    const start = (seq % this.size) * KEPT_BYTES;
    const length = Math.min(this.length[seq % this.size]!, KEPT_BYTES);
    return Buffer.from(this.kept.subarray(start, start + length));
  }

  addNote(at: Micros, node: string, note: Note): void {
    this.noteCount += 1;
    this.notes.push(new NoteRecord(this.noteCount, this.count, at, node, note));
    if (this.notes.length > NOTES_MAX) this.notes.shift();
  }

  /** Notes with an id above `after`, oldest first; ids are consecutive, so a gap shows a loss. */
  notesSince(after: number): NoteView[] {
    const firstId = this.noteCount - this.notes.length + 1;
    const found: NoteView[] = [];
    for (let i = Math.max(0, after + 1 - firstId); i < this.notes.length; i += 1) {
      found.push(this.notes.at(i)!);
    }
    return found;
  }
}
registerState(Trace);
