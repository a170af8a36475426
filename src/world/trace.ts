/**
 * The history: the last events with their payloads, in pages, and the last notes.
 *
 * Copies share all pages but the newest, so a checkpoint copies one page, however long the history is.
 *
 * Invariants: event number n (1, 2, 3 …) is held iff firstSeq <= n <= count: of the last `size` events,
 * those whose pages' payloads fit into `payloadBytesMax`. With size 4,096 and count 5,000, events 905 to
 * 5,000 are held; page 3 (769 to 1,024) is the oldest. `cause` is a smaller event number, or 0 for input
 * from outside. The hash covers every event ever recorded, its payload in full, and everything sent
 * outside. Bytes are kept raw and are described in words only on request.
 */

import type { Micros } from '../engine/machine/machine.ts';
import type { Note } from '../engine/machine/notes.ts';
import { copyState, registerShared, registerState } from '../engine/machine/state.ts';
import { KIND_NAMES } from './event.ts';
import { Fifo } from './fifo.ts';
import { Hash } from './hash.ts';
import { EVENTS_A_PAGE, PAYLOAD_BYTES_MIN, TracePage } from './tracePage.ts';
import type { EventView, NoteView } from './views.ts';
import type { Chunk, ChunkSource } from './wire/chunks.ts';
import { decode } from './wire/decode.ts';
import { describe } from './wire/words.ts';

const NOTES_MAX = 8_192;
/** The columns of a page, and what its typed arrays take besides. */
const COLUMN_BYTES = 9 * 1024;

export interface EventGlance {
  /** The kind, as in event.ts. */
  readonly kind: number;
  /** Indices of places; -1 for none. */
  readonly place: number;
  readonly peer: number;
  readonly conn: number;
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
registerShared('NoteRecord', NoteRecord);

export class Trace implements ChunkSource {
  /** Events recorded so far; the number of the last one. */
  count = 0;
  readonly hash: Hash;
  /** How many events are held. */
  readonly size: number;
  private readonly pages: TracePage[];
  /** The number of the first page: page 0 has events 1 to 256. */
  private firstPage = 0;
  private readonly payloadBytesMax: number;
  /** Memory of the payloads of all pages but the newest. */
  private payloadBytes = 0;
  /** A page that was dropped and that no copy has. */
  private spare: TracePage | undefined = undefined;
  private readonly notes: Fifo<NoteView>;
  /** Notes so far; the id of the last one. */
  noteCount = 0;

  constructor(
    size: number,
    payloadBytesMax: number,
    pages: TracePage[] = [],
    hash: Hash = new Hash(),
    notes: Fifo<NoteView> = new Fifo(),
  ) {
    this.size = size;
    this.payloadBytesMax = payloadBytesMax;
    this.pages = pages;
    this.hash = hash;
    this.notes = notes;
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
    const slot = (this.count - 1) % EVENTS_A_PAGE;
    const page = slot === 0 ? this.openPage() : this.pages[this.pages.length - 1]!;
    page.write(slot, at, kind, place, peer, conn, before(this.count, cause));
    if (bytes !== undefined) {
      hash.bytes(bytes);
      page.keepBytes(slot, bytes);
    } else if (label !== '') {
      hash.text(label);
      hash.number(value);
      page.keepText(slot, label);
    } else if (value !== 0) {
      hash.number(value);
    }
  }

  /**
   * Adds to the event recorded last what its bytes follow: `isReply`, `previous` and `opposite` as in
   * Chunk.
   */
  connect(isReply: boolean, previous: number, opposite: number): void {
    const { count } = this;
    const page = this.pages[this.pages.length - 1]!;
    page.writeConnection(slotOf(count), isReply, before(count, previous), before(count, opposite));
  }

  private openPage(): TracePage {
    const { pages } = this;
    const full = pages[pages.length - 1];
    const memory = full?.seal() ?? Buffer.alloc(PAYLOAD_BYTES_MIN);
    this.payloadBytes += full?.payloadBytes ?? 0;
    while (pages.length > 0 && this.isOver()) this.dropPage();
    const page = this.spare ?? new TracePage();
    this.spare = undefined;
    page.begin(memory);
    pages.push(page);
    return page;
  }

  /** Whether the last event of the first page is forgotten, or its payloads have no more room. */
  private isOver(): boolean {
    return (
      this.count - this.size + 1 > (this.firstPage + 1) * EVENTS_A_PAGE ||
      this.payloadBytes > this.payloadBytesMax
    );
  }

  private dropPage(): void {
    const dropped = this.pages.shift()!;
    this.payloadBytes -= dropped.payloadBytes;
    this.firstPage += 1;
    if (!dropped.isShared) this.spare = dropped;
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
    return Math.max(this.firstPage * EVENTS_A_PAGE + 1, this.count - this.size + 1);
  }

  /** Its memory, about. */
  get bytes(): number {
    return this.payloadBytes + this.pages.length * COLUMN_BYTES;
  }

  /** What has limited how far back the history goes; undefined while nothing was forgotten. */
  get limit(): 'events' | 'bytes' | undefined {
    if (this.firstSeq === 1) return undefined;
    return this.firstSeq === this.count - this.size + 1 ? 'events' : 'bytes';
  }

  /**
   * The first event at or after a time that is held, at most the last one: times never decrease.
   */
  seqAt(time: Micros): number {
    let low = this.firstSeq;
    let high = this.count;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (this.pageOf(middle)!.timeOf(slotOf(middle)) < time) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The events of a kind after `from` up to `to` that are held, oldest first. */
  ofKind(kind: number, from: number, to: number): number[] {
    const found: number[] = [];
    const last = Math.min(to, this.count);
    for (let seq = Math.max(from + 1, this.firstSeq); seq <= last; seq += 1) {
      if (this.pageOf(seq)!.kindOf(slotOf(seq)) === kind) found.push(seq);
    }
    return found;
  }

  timeOf(seq: number): Micros | undefined {
    return this.pageOf(seq)?.timeOf(slotOf(seq));
  }

  /** An event in words; undefined when it is no longer held. */
  view(seq: number, places: readonly string[]): EventView | undefined {
    const page = this.pageOf(seq);
    if (page === undefined) return undefined;
    const slot = slotOf(seq);
    const chunk = this.chunk(seq);
    const decoded = chunk === undefined ? undefined : decode(this, chunk, seq);
    return {
      seq,
      cause: this.causeOf(seq),
      at: page.timeOf(slot),
      kind: KIND_NAMES[page.kindOf(slot)]!,
      node: places[page.placeOf(slot)] ?? '',
      peer: places[page.peerOf(slot)] ?? '',
      conn: page.connOf(slot),
      bytes: chunk?.length ?? 0,
      text: decoded === undefined ? page.bytesOf(slot).latin1Slice() : describe(decoded),
      decoded,
    };
  }

  chunk(seq: number): Chunk | undefined {
    const page = this.pageOf(seq);
    const slot = slotOf(seq);
    if (page === undefined || !page.isChunk(slot)) return undefined;
    return {
      bytes: page.bytesOf(slot),
      length: page.lengthOf(slot),
      cause: this.causeOf(seq),
      isReply: page.isReply(slot),
      previous: after(seq, page.previousBefore(slot)),
      opposite: after(seq, page.oppositeBefore(slot)),
    };
  }

  /** The properties of an event that need no words; undefined when it is not held. */
  glance(seq: number): EventGlance | undefined {
    const page = this.pageOf(seq);
    if (page === undefined) return undefined;
    const slot = slotOf(seq);
    const hasBytes = !page.isText(slot) && page.lengthOf(slot) > 0;
    return {
      kind: page.kindOf(slot),
      place: page.placeOf(slot),
      peer: page.peerOf(slot),
      conn: page.connOf(slot),
      firstByte: hasBytes ? page.bytesOf(slot)[0]! : -1,
    };
  }

  /** Number of the event that caused this one; 0 when it is not held, or came from outside. */
  causeOf(seq: number): number {
    return after(seq, this.pageOf(seq)?.causeBefore(slotOf(seq)) ?? 0);
  }

  /** An event's payload, of a long one the beginning; empty when it is not held. */
  bytesOf(seq: number): Buffer {
    const page = this.pageOf(seq);
    return Buffer.from(page === undefined ? [] : page.bytesOf(slotOf(seq)));
  }

  /** The page of an event; undefined when it is not held. */
  private pageOf(seq: number): TracePage | undefined {
    if (seq < this.firstSeq || seq > this.count) return undefined;
    return this.pages[Math.floor((seq - 1) / EVENTS_A_PAGE) - this.firstPage];
  }

  /** A second trace with the same history; neither sees later events of the other. */
  share(): Trace {
    const pages = this.pages.slice();
    const newest = pages.pop();
    for (const page of pages) page.isShared = true;
    if (newest !== undefined) pages.push(newest.copy());
    const { size, payloadBytesMax } = this;
    const copy = new Trace(
      size,
      payloadBytesMax,
      pages,
      copyState(this.hash),
      copyState(this.notes),
    );
    copy.count = this.count;
    copy.firstPage = this.firstPage;
    copy.payloadBytes = this.payloadBytes;
    copy.noteCount = this.noteCount;
    return copy;
  }

  /** Gives this trace pages that no other has, and nothing but its own events, so that payloads may be written over. */
  unshare(): void {
    this.pages.forEach((page, index) => {
      const own = page.copy();
      own.clearRest();
      this.pages[index] = own;
    });
  }

  /**
   * The first event that differs from that of another trace in more than the bytes of its payload;
   * undefined if there is none among those that both hold.
   */
  differenceFrom(other: Trace): number | undefined {
    const last = Math.min(this.count, other.count);
    for (let seq = Math.max(this.firstSeq, other.firstSeq); seq <= last; seq += 1) {
      const slot = slotOf(seq);
      const [page, its] = [this.pageOf(seq)!, other.pageOf(seq)!];
      const isEqual =
        page.kindOf(slot) === its.kindOf(slot) &&
        page.timeOf(slot) === its.timeOf(slot) &&
        page.placeOf(slot) === its.placeOf(slot) &&
        page.connOf(slot) === its.connOf(slot) &&
        page.causeBefore(slot) === its.causeBefore(slot) &&
        page.lengthOf(slot) === its.lengthOf(slot);
      if (!isEqual) return seq;
    }
    return this.count === other.count ? undefined : last + 1;
  }

  addNote(at: Micros, node: string, note: Note): void {
    this.noteCount += 1;
    this.notes.push(new NoteRecord(this.noteCount, this.count, at, node, note));
    if (this.notes.length > NOTES_MAX) this.notes.shift();
  }

  /** The notes of an event, in order, as far as they are held. */
  notesOf(seq: number): NoteView[] {
    const found: NoteView[] = [];
    for (let i = this.notes.length - 1; i >= 0 && this.notes.at(i)!.seq >= seq; i -= 1) {
      const note = this.notes.at(i)!;
      if (note.seq === seq) found.unshift(note);
    }
    return found;
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
registerState('Trace', Trace, (trace: Trace) => trace.share(), { spare: () => undefined });

function slotOf(seq: number): number {
  return (seq - 1) % EVENTS_A_PAGE;
}

/** Event numbers are kept as distances: 0 stays 0, for none. */
function before(seq: number, earlier: number): number {
  return earlier === 0 ? 0 : seq - earlier;
}

function after(seq: number, distance: number): number {
  return distance === 0 ? 0 : seq - distance;
}
