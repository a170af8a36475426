/**
 * The rows of the list of events, as far as the page has read them. A history has a million events; the
 * page asks for those in sight, and keeps the last ones it has read.
 *
 * The events are divided into blocks of BLOCK_EVENTS numbers. How many rows of a block pass the filter is
 * known once it was read; until then it counts as many as the blocks that are known have on average, and
 * at least one. With two blocks that have 20 and 30 rows, the third counts 25.
 *
 * Invariant: a row is found by its index, an index by the number of an event, and both agree; what is
 * not read yet has an index, too, but no row.
 */

import type { EventRow, FoundEvents } from '../../src/view/events.ts';

export const BLOCK_EVENTS = 50;
/** How many blocks keep their rows. */
const KEPT_BLOCKS = 800;
/** The most blocks that one request looks through; EVENTS itself looks at 50,000 events. */
const ASKED_BLOCKS_MAX = 800;
/** How many rows are asked for at once, and how many a request should find where few pass the filter. */
const ASKED_ROWS = 100;

interface Block {
  /** The number of rows that were read. */
  count: number;
  /** The last event of the block that was looked at. */
  to: number;
  /** Undefined once they were dropped. */
  rows: EventRow[] | undefined;
}

/** A request for the events from a number on. */
interface Wanted {
  readonly from: number;
  readonly count: number;
}

export class EventPages {
  /** By the number of the block: block 0 begins with event 1. */
  private readonly blocks = new Map<number, Block>();
  /** The blocks that have rows, the longest unused first. */
  private readonly kept = new Set<number>();
  private first = 1;
  private last = 0;
  private readRows = 0;
  private readEvents = 0;
  /** The index of the first row of each block from that of `first` on, and the number of all rows. */
  private starts: number[] | undefined = undefined;

  /** The events that there are: `first` to `last`. */
  span(first: number, last: number): void {
    const from = Math.max(1, first);
    if (from === this.first && last === this.last) return;
    this.first = from;
    this.last = last;
    this.starts = undefined;
    const oldest = blockOf(from);
    for (const [number, block] of this.blocks) if (number < oldest) this.drop(number, block);
  }

  private drop(number: number, block: Block): void {
    this.readRows -= block.count;
    this.readEvents -= block.to - firstOf(number) + 1;
    this.blocks.delete(number);
    this.kept.delete(number);
  }

  clear(): void {
    this.blocks.clear();
    this.kept.clear();
    this.readRows = 0;
    this.readEvents = 0;
    this.starts = undefined;
  }

  get count(): number {
    return this.indexes().at(-1)!;
  }

  /** The row at an index below `count`; undefined while it is not read. */
  at(index: number): EventRow | undefined {
    const { number, offset } = this.place(index);
    const row = this.blocks.get(number)?.rows?.[offset];
    if (row !== undefined) this.touch(number);
    return row;
  }

  /** The number of the event at an index, or of one near to it where nothing is read. */
  seqAt(index: number): number {
    const row = this.at(index);
    if (row !== undefined) return row.seq;
    const { number, offset } = this.place(index);
    const { known, from, events, rows } = this.spreadOf(number);
    const seq = from + Math.ceil((Math.max(0, offset - known) * events) / Math.max(1, rows));
    return Math.min(seq, Math.max(this.first, this.last));
  }

  /** The index of the first row of an event with this number or a higher one. */
  indexOf(seq: number): number {
    const starts = this.indexes();
    const number = Math.max(blockOf(Math.max(1, seq)), blockOf(this.first));
    const at = number - blockOf(this.first);
    if (at >= starts.length - 1) return starts.at(-1)!;
    const block = this.blocks.get(number);
    const within = block?.rows?.findIndex((row) => row.seq >= seq) ?? -1;
    if (within !== -1) return starts[at]! + within;
    const { known, from, events, rows } = this.spreadOf(number);
    if (events === 0) return starts[at]! + known;
    return starts[at]! + known + Math.floor((Math.max(0, seq - from) * rows) / events);
  }

  /**
   * What to ask for, so that the rows from one index to another (exclusive) can be shown; undefined
   * when all of them are read. `isFromEnd`: the last rows are the most wanted ones.
   */
  missing(from: number, to: number, isFromEnd = false): Wanted | undefined {
    if (this.last < this.first) return undefined;
    const [top, bottom] = [this.place(from).number, this.place(Math.max(from, to - 1)).number];
    const lacking: number[] = [];
    for (let number = top; number <= bottom; number += 1) {
      if (!this.isRead(number)) lacking.push(number);
    }
    const wanted = isFromEnd ? lacking.at(-1) : lacking[0];
    if (wanted === undefined) return undefined;
    const block = this.blocks.get(wanted);
    if (block?.rows !== undefined) return { from: block.to + 1, count: ASKED_ROWS };
    return { from: this.begin(wanted), count: ASKED_ROWS };
  }

  /** Where few events pass the filter, one request looks through many blocks before the wanted one. */
  private begin(wanted: number): number {
    const blocks = Math.floor(ASKED_ROWS / 2 / Math.max(0.001, this.density) / BLOCK_EVENTS);
    let number = wanted;
    const least = Math.max(blockOf(this.first), wanted - Math.min(blocks, ASKED_BLOCKS_MAX) + 1);
    while (number > least && this.blocks.get(number - 1) === undefined) number -= 1;
    return Math.max(this.first, firstOf(number));
  }

  /** The answer to a request that began at `from`. It may know of more events than `span` has told. */
  take(from: number, { events, next, last }: FoundEvents): void {
    const to = next === null ? last : next - 1;
    let at = 0;
    for (let number = blockOf(from); firstOf(number) <= to; number += 1) {
      const end = Math.min(to, lastOf(number));
      const rows: EventRow[] = [];
      for (; at < events.length && events[at]!.seq <= end; at += 1) rows.push(events[at]!);
      this.fill(number, Math.max(from, firstOf(number)), end, rows);
    }
    this.starts = undefined;
  }

  /** The events `from` to `to` of a block are read. */
  private fill(number: number, from: number, to: number, rows: EventRow[]): void {
    const old = this.blocks.get(number);
    const begins = Math.max(firstOf(number), this.first);
    const continues = old?.rows !== undefined && old.to === from - 1;
    if (from > begins && !continues) return;
    if (old !== undefined && !continues) {
      if (old.rows !== undefined && old.to >= to) return;
      this.drop(number, old);
    }
    const block: Block = continues ? old : { count: 0, to: firstOf(number) - 1, rows: [] };
    block.rows!.push(...rows);
    this.readRows += rows.length;
    this.readEvents += to - block.to;
    block.count += rows.length;
    block.to = to;
    this.blocks.set(number, block);
    if (block.count === 0) return;
    this.touch(number);
    this.forgetOld();
  }

  private touch(number: number): void {
    this.kept.delete(number);
    this.kept.add(number);
  }

  private forgetOld(): void {
    for (const number of this.kept) {
      if (this.kept.size <= KEPT_BLOCKS) return;
      this.kept.delete(number);
      const block = this.blocks.get(number);
      // Its number of rows stays known, if all of its events were looked at.
      if (block?.to === lastOf(number)) block.rows = undefined;
      else if (block !== undefined) this.drop(number, block);
    }
  }

  private isRead(number: number): boolean {
    const block = this.blocks.get(number);
    return block?.rows !== undefined && block.to >= Math.min(this.last, lastOf(number));
  }

  /** How many of the events pass the filter, as far as is known. */
  private get density(): number {
    return this.readEvents === 0 ? 1 : this.readRows / this.readEvents;
  }

  private indexes(): readonly number[] {
    if (this.starts !== undefined) return this.starts;
    const starts = [0];
    let total = 0;
    if (this.last >= this.first) {
      for (let number = blockOf(this.first); number <= blockOf(this.last); number += 1) {
        total += (this.blocks.get(number)?.count ?? 0) + this.unreadOf(number).rows;
        starts.push(total);
      }
    }
    this.starts = starts;
    return starts;
  }

  /** The part of a block that was not read: its events, and how many rows they count as. */
  private unreadOf(number: number): { from: number; events: number; rows: number } {
    const block = this.blocks.get(number);
    const from = block === undefined ? Math.max(this.first, firstOf(number)) : block.to + 1;
    const events = Math.max(0, Math.min(this.last, lastOf(number)) - from + 1);
    const rows = events === 0 ? 0 : Math.max(1, Math.round(events * this.density));
    return { from, events, rows };
  }

  /** The rows of a block that the page does not have: they are taken for evenly spread. */
  private spreadOf(number: number): { known: number; from: number; events: number; rows: number } {
    const block = this.blocks.get(number);
    return block !== undefined && block.rows === undefined
      ? { known: 0, from: firstOf(number), events: BLOCK_EVENTS, rows: block.count }
      : { known: block?.count ?? 0, ...this.unreadOf(number) };
  }

  /** The block of an index, and the index within it. */
  private place(index: number): { readonly number: number; readonly offset: number } {
    const starts = this.indexes();
    let [low, high] = [0, starts.length - 2];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (starts[middle]! <= index) low = middle;
      else high = middle - 1;
    }
    return { number: blockOf(this.first) + low, offset: index - starts[low]! };
  }
}

function blockOf(seq: number): number {
  return Math.floor((seq - 1) / BLOCK_EVENTS);
}

function firstOf(number: number): number {
  return number * BLOCK_EVENTS + 1;
}

function lastOf(number: number): number {
  return (number + 1) * BLOCK_EVENTS;
}
