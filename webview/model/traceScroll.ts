/**
 * Where the list of events is scrolled to, in rows. The page cannot be as high as a million rows, so from
 * a certain number on a pixel of the scroll bar stands for more than one pixel of the list.
 *
 * Invariant: unless the end is followed, the place is an event: rows that are read, or become known to be
 * more or fewer, leave what is in sight where it is.
 */

import type { EventPages } from './eventPages.ts';

export const ROW_PIXELS = 23;
/** Browsers limit the height of an element to 16 or 32 million pixels. */
const HEIGHT_MAX = 10_000_000;

export class TraceScroll {
  private readonly pages: EventPages;
  /** The list follows what comes. */
  isFollowing = true;
  /** The row at the top is `rows` below that of event `seq`. */
  private anchor = { seq: 1, rows: 0 };
  private viewPixels = 0;

  constructor(pages: EventPages) {
    this.pages = pages;
  }

  resize(viewPixels: number): void {
    this.viewPixels = viewPixels;
  }

  /** How many rows fit into the view, whole or in part. */
  get viewRows(): number {
    return this.viewPixels / ROW_PIXELS;
  }

  /** The height of the list's element. */
  get height(): number {
    return Math.min(HEIGHT_MAX, this.pages.count * ROW_PIXELS);
  }

  private get topMax(): number {
    return Math.max(0, this.pages.count - this.viewRows);
  }

  private get scrollMax(): number {
    return Math.max(0, this.height - this.viewPixels);
  }

  /** The index of the row at the top, with the part of it that is above the view. */
  get top(): number {
    if (this.isFollowing) return this.topMax;
    const top = this.pages.indexOf(this.anchor.seq) + this.anchor.rows;
    return Math.max(0, Math.min(this.topMax, top));
  }

  /** `top` as the element's scrollTop. */
  get scrollTop(): number {
    return this.topMax === 0 ? 0 : (this.top / this.topMax) * this.scrollMax;
  }

  /** The user has scrolled the element. */
  scrolled(scrollTop: number): void {
    const isAtEnd = scrollTop >= this.scrollMax - 1;
    const top = this.scrollMax === 0 ? 0 : (scrollTop / this.scrollMax) * this.topMax;
    this.isFollowing = isAtEnd;
    if (!isAtEnd) this.place(top);
  }

  /** Places a row, which may be a part of one, at the top. */
  place(top: number): void {
    const index = Math.max(0, Math.min(this.pages.count - 1, Math.floor(top)));
    this.isFollowing = false;
    this.anchor = { seq: this.pages.seqAt(index), rows: Math.max(0, top) - index };
  }

  /** Brings the row of an event into sight, in the middle if it is not yet. */
  reveal(seq: number): void {
    const index = this.pages.indexOf(seq);
    const { top, viewRows } = this;
    if (index >= top && index + 1 <= top + viewRows) {
      this.place(top);
      return;
    }
    this.isFollowing = false;
    this.anchor = { seq, rows: -Math.floor(viewRows / 2) };
  }

  follow(): void {
    this.isFollowing = true;
  }
}
