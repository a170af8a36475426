/**
 * A page of the trace: 256 events as columns, and their payloads one after the other, of long ones the
 * beginning.
 *
 * Invariant: a page that is full, or shared by copies of the trace, is not written to, unless its trace
 * alone has it and begins it anew.
 */

import type { Micros } from '../engine/machine/machine.ts';
import { registerShared } from '../engine/machine/state.ts';
import { copyBytes } from '../engine/resp/bytes.ts';

/** A power of two. */
export const EVENTS_A_PAGE = 256;
/**
 * How many bytes of a payload are kept: of ordinary traffic, with 60 bytes an event, everything. Once a
 * page has kept as much as its share of 64 MB for a million events, of each further payload the beginning.
 */
const KEPT_BYTES = 4_096;
const KEPT_BYTES_WHEN_FULL = 256;
const WHOLE_BYTES_A_PAGE = 16 * 1024;
export const PAYLOAD_BYTES_MIN = 4 * 1024;
/** Payloads of at least that many bytes are compared with those of the last events. */
const SHARED_BYTES_MIN = 24;
const LOOK_BACK = 4;
/**
 * Bits beside a kind: the payload is a text; it came over a connection; it went towards the end that had
 * connected.
 */
const TEXT_BIT = 0x80;
const CHUNK_BIT = 0x40;
const REPLY_BIT = 0x20;
const KIND_BITS = 0x1f;
const NO_PLACE = 0xffff;
const NO_BYTES = Buffer.alloc(0);

export class TracePage {
  /** Copies of the trace have it, too. */
  isShared = false;
  private readonly times = new Float64Array(EVENTS_A_PAGE);
  /** How many events before this one its cause was; 0 for none. */
  private readonly causes = new Uint32Array(EVENTS_A_PAGE);
  private readonly conns = new Uint32Array(EVENTS_A_PAGE);
  private readonly kinds = new Uint8Array(EVENTS_A_PAGE);
  private readonly places = new Uint16Array(EVENTS_A_PAGE);
  private readonly peers = new Uint16Array(EVENTS_A_PAGE);
  /** Lengths of whole payloads, how many bytes of them are kept, and where these begin. */
  private readonly lengths = new Uint32Array(EVENTS_A_PAGE);
  private readonly kepts = new Uint16Array(EVENTS_A_PAGE);
  private readonly starts = new Uint32Array(EVENTS_A_PAGE);
  /** Of bytes on a connection (see Chunk): how many events before this one; 0 for none. */
  private readonly previous = new Uint32Array(EVENTS_A_PAGE);
  private readonly opposites = new Uint32Array(EVENTS_A_PAGE);
  private payloads: Buffer = NO_BYTES;
  private used = 0;

  /** Makes room for other events. `payloads` is memory to write payloads to, which grows with need. */
  begin(payloads: Buffer): void {
    this.payloads = payloads;
    this.used = 0;
  }

  /** The memory of its payloads, in bytes. */
  get payloadBytes(): number {
    return this.payloads.length;
  }

  /** It is full: its payloads move to memory of their own size. Returns the memory for the next page's. */
  seal(): Buffer {
    const { payloads, used } = this;
    this.payloads = Buffer.allocUnsafeSlow(used);
    payloads.copy(this.payloads, 0, 0, used);
    return payloads;
  }

  /**
   * Writes an event without a payload. Places are -1 for none; `before` is how many events before this
   * one its cause was, 0 for none.
   */
  write(
    slot: number,
    at: Micros,
    kind: number,
    place: number,
    peer: number,
    conn: number,
    before: number,
  ): void {
    this.times[slot] = at;
    this.kinds[slot] = kind;
    this.places[slot] = place;
    this.peers[slot] = peer;
    this.conns[slot] = conn;
    this.causes[slot] = before;
    this.lengths[slot] = 0;
    this.kepts[slot] = 0;
  }

  /**
   * Writes what bytes on a connection follow: how many events before this one those events were, 0 for
   * none.
   */
  writeConnection(slot: number, isReply: boolean, previous: number, opposite: number): void {
    this.kinds[slot]! |= isReply ? CHUNK_BIT | REPLY_BIT : CHUNK_BIT;
    this.previous[slot] = previous;
    this.opposites[slot] = opposite;
  }

  keepBytes(slot: number, bytes: Buffer): void {
    const most = this.used < WHOLE_BYTES_A_PAGE ? KEPT_BYTES : KEPT_BYTES_WHEN_FULL;
    const kept = Math.min(bytes.length, most);
    // What a master streams to several replicas, or Sentinels ask them, is kept once.
    const same = kept >= SHARED_BYTES_MIN ? this.sameAsBefore(slot, bytes, kept) : -1;
    if (same >= 0) {
      this.lengths[slot] = bytes.length;
      this.kepts[slot] = kept;
      this.starts[slot] = same;
      return;
    }
    const start = this.take(slot, bytes.length, kept);
    copyBytes(bytes, 0, kept, this.payloads, start);
  }

  keepText(slot: number, text: string): void {
    const kept = Math.min(text.length, KEPT_BYTES);
    const start = this.take(slot, kept, kept);
    this.payloads.latin1Write(text, start, kept);
    this.kinds[slot]! |= TEXT_BIT;
  }

  timeOf(slot: number): Micros {
    return this.times[slot]!;
  }

  kindOf(slot: number): number {
    return this.kinds[slot]! & KIND_BITS;
  }

  placeOf(slot: number): number {
    return placeIn(this.places, slot);
  }

  peerOf(slot: number): number {
    return placeIn(this.peers, slot);
  }

  connOf(slot: number): number {
    return this.conns[slot]!;
  }

  /** How many events before this one its cause was; 0 for none. */
  causeBefore(slot: number): number {
    return this.causes[slot]!;
  }

  isText(slot: number): boolean {
    return (this.kinds[slot]! & TEXT_BIT) !== 0;
  }

  /** Whether the event has brought bytes over a connection. */
  isChunk(slot: number): boolean {
    return (this.kinds[slot]! & CHUNK_BIT) !== 0;
  }

  isReply(slot: number): boolean {
    return (this.kinds[slot]! & REPLY_BIT) !== 0;
  }

  previousBefore(slot: number): number {
    return this.previous[slot]!;
  }

  oppositeBefore(slot: number): number {
    return this.opposites[slot]!;
  }

  /** The length of the whole payload. */
  lengthOf(slot: number): number {
    return this.lengths[slot]!;
  }

  /** The kept bytes, which must not be written to. */
  bytesOf(slot: number): Buffer {
    const start = this.starts[slot]!;
    return this.payloads.subarray(start, start + this.kepts[slot]!);
  }

  /** A page of its own with the same events. */
  copy(): TracePage {
    const copy = new TracePage();
    copy.times.set(this.times);
    copy.causes.set(this.causes);
    copy.conns.set(this.conns);
    copy.kinds.set(this.kinds);
    copy.places.set(this.places);
    copy.peers.set(this.peers);
    copy.lengths.set(this.lengths);
    copy.kepts.set(this.kepts);
    copy.starts.set(this.starts);
    copy.previous.set(this.previous);
    copy.opposites.set(this.opposites);
    copy.payloads = Buffer.from(this.payloads.subarray(0, this.used));
    copy.used = this.used;
    return copy;
  }

  /** Clears the memory of events that it no longer has. */
  clearRest(): void {
    this.payloads.fill(0, this.used);
  }

  /** Where the kept bytes of one of the last events begin that has the same; -1 if none has. */
  private sameAsBefore(slot: number, bytes: Buffer, kept: number): number {
    for (let i = slot - 1; i >= 0 && i >= slot - LOOK_BACK; i -= 1) {
      if (this.lengths[i] !== bytes.length || this.kepts[i] !== kept || this.isText(i)) continue;
      const start = this.starts[i]!;
      if (this.payloads.compare(bytes, 0, kept, start, start + kept) === 0) return start;
    }
    return -1;
  }

  /** Takes room for `kept` bytes of a payload; returns where they begin. */
  private take(slot: number, length: number, kept: number): number {
    const start = this.used;
    this.lengths[slot] = length;
    this.kepts[slot] = kept;
    this.starts[slot] = start;
    this.used += kept;
    if (this.used > this.payloads.length) {
      const larger = Buffer.alloc(Math.max(this.used, 2 * this.payloads.length));
      this.payloads.copy(larger, 0, 0, start);
      this.payloads = larger;
    }
    return start;
  }
}
registerShared('TracePage', TracePage);

function placeIn(column: Uint16Array, slot: number): number {
  const place = column[slot]!;
  return place === NO_PLACE ? -1 : place;
}
