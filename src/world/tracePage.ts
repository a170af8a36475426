/**
 * A page of the trace: 256 events as columns, and the beginnings of their payloads one after the other.
 *
 * Invariant: a page that is full, or shared by copies of the trace, is not written to, unless its trace
 * alone has it and begins it anew.
 */

import type { Micros } from '../engine/machine/machine.ts';
import { registerShared } from '../engine/machine/state.ts';
import { copyBytes } from '../engine/resp/bytes.ts';

/** A power of two. */
export const EVENTS_A_PAGE = 256;
/** How many bytes of a payload are kept. */
const KEPT_BYTES = 256;
const PAYLOAD_BYTES_MIN = 4 * 1024;
/** In the column `previous`: the event has no bytes of a connection. */
const NO_CONNECTION = -1;

export class TracePage {
  /** Copies of the trace have it, too. */
  isShared = false;
  private readonly times = new Float64Array(EVENTS_A_PAGE);
  private readonly causes = new Float64Array(EVENTS_A_PAGE);
  private readonly conns = new Float64Array(EVENTS_A_PAGE);
  private readonly kinds = new Uint8Array(EVENTS_A_PAGE);
  private readonly places = new Int32Array(EVENTS_A_PAGE);
  private readonly peers = new Int32Array(EVENTS_A_PAGE);
  /** Lengths of whole payloads, and where their kept bytes begin. */
  private readonly lengths = new Uint32Array(EVENTS_A_PAGE);
  private readonly starts = new Uint32Array(EVENTS_A_PAGE);
  private readonly areTexts = new Uint8Array(EVENTS_A_PAGE);
  /** Of bytes on a connection: see Chunk. Other events have none of these. */
  private readonly areReplies = new Uint8Array(EVENTS_A_PAGE);
  private readonly previous = new Float64Array(EVENTS_A_PAGE);
  private readonly opposites = new Float64Array(EVENTS_A_PAGE);
  private payloads = Buffer.alloc(PAYLOAD_BYTES_MIN);
  private used = 0;

  /** Makes room for other events. */
  begin(): void {
    this.used = 0;
  }

  /** Writes an event without a payload. Places are -1 for none. */
  write(
    slot: number,
    at: Micros,
    kind: number,
    place: number,
    peer: number,
    conn: number,
    cause: number,
  ): void {
    this.times[slot] = at;
    this.kinds[slot] = kind;
    this.places[slot] = place;
    this.peers[slot] = peer;
    this.conns[slot] = conn;
    this.causes[slot] = cause;
    this.lengths[slot] = 0;
    this.areTexts[slot] = 0;
    this.previous[slot] = NO_CONNECTION;
  }

  /** Writes what bytes on a connection follow. */
  writeConnection(slot: number, isReply: boolean, previous: number, opposite: number): void {
    this.areReplies[slot] = isReply ? 1 : 0;
    this.previous[slot] = previous;
    this.opposites[slot] = opposite;
  }

  keepBytes(slot: number, bytes: Buffer): void {
    const kept = Math.min(bytes.length, KEPT_BYTES);
    const start = this.take(slot, bytes.length, kept);
    copyBytes(bytes, 0, kept, this.payloads, start);
  }

  keepText(slot: number, text: string): void {
    const kept = Math.min(text.length, KEPT_BYTES);
    const start = this.take(slot, kept, kept);
    this.payloads.latin1Write(text, start, kept);
    this.areTexts[slot] = 1;
  }

  timeOf(slot: number): Micros {
    return this.times[slot]!;
  }

  kindOf(slot: number): number {
    return this.kinds[slot]!;
  }

  placeOf(slot: number): number {
    return this.places[slot]!;
  }

  peerOf(slot: number): number {
    return this.peers[slot]!;
  }

  connOf(slot: number): number {
    return this.conns[slot]!;
  }

  causeOf(slot: number): number {
    return this.causes[slot]!;
  }

  isText(slot: number): boolean {
    return this.areTexts[slot] === 1;
  }

  /** Whether the event has brought bytes over a connection. */
  isChunk(slot: number): boolean {
    return this.previous[slot] !== NO_CONNECTION;
  }

  isReply(slot: number): boolean {
    return this.areReplies[slot] === 1;
  }

  previousOf(slot: number): number {
    return this.previous[slot]!;
  }

  oppositeOf(slot: number): number {
    return this.opposites[slot]!;
  }

  /** The length of the whole payload. */
  lengthOf(slot: number): number {
    return this.lengths[slot]!;
  }

  /** The kept bytes, which must not be written to. */
  bytesOf(slot: number): Buffer {
    const start = this.starts[slot]!;
    return this.payloads.subarray(start, start + Math.min(this.lengths[slot]!, KEPT_BYTES));
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
    copy.starts.set(this.starts);
    copy.areTexts.set(this.areTexts);
    copy.areReplies.set(this.areReplies);
    copy.previous.set(this.previous);
    copy.opposites.set(this.opposites);
    copy.payloads = Buffer.from(this.payloads);
    copy.used = this.used;
    return copy;
  }

  /** Takes room for `kept` bytes of a payload; returns where they begin. */
  private take(slot: number, length: number, kept: number): number {
    const start = this.used;
    this.lengths[slot] = length;
    this.starts[slot] = start;
    this.used += kept;
    if (this.used > this.payloads.length) {
      const larger = Buffer.alloc(2 * this.payloads.length);
      this.payloads.copy(larger, 0, 0, start);
      this.payloads = larger;
    }
    return start;
  }
}
registerShared(TracePage);
