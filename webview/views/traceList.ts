/**
 * The list of all events, oldest first, read as it is scrolled.
 *
 * Arrow keys, Home and End select an event, Enter and a double click go to it.
 *
 * Invariants: at most one request is under way; its answer is dropped if another filter was set meanwhile.
 * A list that follows a running world shows what comes only once it is read, so that it never flickers.
 */

import type { EventRow, FoundEvents } from '../../src/view/events.ts';
import type { HistorySnapshot, Snapshot } from '../../src/view/snapshot.ts';
import { h, Keyed, setAttributes, setClass, setHidden, setText } from '../dom.ts';
import { EventPages } from '../model/eventPages.ts';
import { ROW_PIXELS, TraceScroll } from '../model/traceScroll.ts';
import { counted, timeOfDay } from '../model/words.ts';
import type { Read } from '../page.ts';

/** Rows beyond the edges, so that scrolling shows no gap before the next drawing. */
const MARGIN_ROWS = 8;
/** How often the list follows a world that runs: each request takes time from the world. */
const FOLLOW_MS = 500;
/** How long nothing is asked for after a request was refused. */
const REFUSED_MS = 2_000;

interface Placed {
  readonly index: number;
  readonly row: EventRow | undefined;
  /** It is the event of the past that is shown, or the last one before it that passes the filter. */
  readonly isShown: boolean;
}

class TraceRowView {
  readonly element = h('div', { attributes: { role: 'option' } });
  seq = 0;
  private readonly number = h('span', { class: 'row-number' });
  private readonly time = h('time', { class: 'row-time' });
  private readonly flow = h('span', { class: 'row-flow' });
  private readonly text = h('span', { class: 'row-text' });

  constructor() {
    this.element.append(this.number, this.time, this.flow, this.text);
  }

  show(row: EventRow | undefined): void {
    this.seq = row?.seq ?? 0;
    if (row === undefined) {
      for (const part of [this.number, this.time, this.flow, this.text]) setText(part, '');
      setText(this.text, '…');
      return;
    }
    const { seq, at, node, peer, text } = row;
    setText(this.number, counted(seq));
    setText(this.time, timeOfDay(at));
    setText(this.flow, peer === '' ? node : `${peer} → ${node}`);
    setText(this.text, text);
    const title = `event ${counted(seq)}: ${text}`;
    if (this.element.title !== title) this.element.title = title;
  }
}

export class TraceList {
  readonly element: HTMLElement;
  private readonly read: Read;
  private readonly selected: (seq: number | undefined) => void;
  private readonly go: (seq: number) => void;
  private readonly pages = new EventPages();
  private readonly scroll = new TraceScroll(this.pages);
  private readonly list = h('div', {
    class: 'trace-rows',
    id: 'trace-rows',
    attributes: { role: 'presentation' },
  });
  private readonly refusal = h('p', { class: 'trace-refusal', attributes: { role: 'status' } });
  private readonly scroller: HTMLElement;
  private readonly views: Keyed<Placed, TraceRowView>;
  private filter = '';
  private shown: number | null = null;
  private selection: number | undefined = undefined;
  private isActive = false;
  private isLive = false;
  /** Grows with every change of the filter. */
  private generation = 0;
  private isAsking = false;
  /** When the end is looked at again, and when anything is asked for again after a refusal. */
  private followAt = 0;
  private askAgainAt = 0;
  /** The end that is followed has moved, and its rows are not read yet: the old ones are shown. */
  private isFilling = false;
  private timer = 0;
  /** The scrollTop that was set by the list itself. */
  private setTop = 0;

  /** `selected` hears what the user selects, `go` where the user wants to go. */
  constructor(read: Read, selected: (seq: number | undefined) => void, go: (seq: number) => void) {
    this.read = read;
    this.selected = selected;
    this.go = go;
    this.views = new Keyed(
      this.list,
      () => this.created(new TraceRowView()),
      (view, placed) => this.place(view, placed),
    );
    this.scroller = h(
      'div',
      {
        class: 'trace-scroll',
        id: 'trace-scroll',
        attributes: { tabindex: '0', role: 'listbox', 'aria-label': 'All events, oldest first' },
      },
      this.list,
    );
    this.element = h('div', { class: 'trace' }, this.scroller, this.refusal);
    setHidden(this.refusal, true);
    this.scroller.addEventListener('scroll', () => this.scrolled(), { passive: true });
    this.scroller.addEventListener('keydown', (event) => this.pressed(event));
    new ResizeObserver(() => this.draw()).observe(this.scroller);
  }

  /** Only a list in sight asks for events. */
  show(snapshot: Snapshot, filter: string, isActive: boolean): void {
    const { history, clock } = snapshot;
    if (filter !== this.filter) {
      this.filter = filter;
      this.forget();
    }
    this.isActive = isActive;
    this.isLive = clock.mode === 'live';
    if (history.shown !== this.shown) {
      this.shown = history.shown;
      if (history.shown === null) this.scroll.follow();
      else this.scroll.reveal(history.shown);
    }
    this.extend(history);
    this.draw();
  }

  private extend(history: HistorySnapshot): void {
    const isRunningOn = this.isActive && this.isLive && this.scroll.isFollowing;
    if (isRunningOn && (this.isFilling || performance.now() < this.followAt)) return;
    this.pages.span(history.first === null ? 1 : history.first + 1, history.last);
    this.isFilling = isRunningOn && this.pages.missing(...this.inSight(), true) !== undefined;
  }

  /** The indexes of the rows in sight, and of a few beyond; the second one is exclusive. */
  private inSight(): [first: number, last: number] {
    const { scroll, pages } = this;
    const first = Math.max(0, Math.floor(scroll.top) - MARGIN_ROWS);
    return [first, Math.min(pages.count, Math.ceil(scroll.top + scroll.viewRows) + MARGIN_ROWS)];
  }

  /** Another sandbox, or the same one from its beginning. */
  clear(): void {
    this.select(undefined);
    this.forget();
  }

  private forget(): void {
    this.generation += 1;
    this.isFilling = false;
    this.pages.clear();
    this.askAgainAt = 0;
    this.followAt = 0;
    setHidden(this.refusal, true);
    if (this.shown === null) this.scroll.follow();
    else this.scroll.reveal(this.shown);
  }

  followEnd(): void {
    this.scroll.follow();
    this.draw();
  }

  select(seq: number | undefined): void {
    this.selection = seq;
    this.draw();
  }

  private created(view: TraceRowView): TraceRowView {
    const { element } = view;
    element.addEventListener('click', () => {
      if (view.seq === 0) return;
      this.select(view.seq);
      this.selected(view.seq);
    });
    element.addEventListener('dblclick', () => {
      if (view.seq !== 0) this.go(view.seq);
    });
    return view;
  }

  private scrolled(): void {
    const { scrollTop } = this.scroller;
    if (Math.abs(scrollTop - this.setTop) < 1) return;
    this.scroll.scrolled(scrollTop);
    this.draw();
  }

  private draw(): void {
    const { pages, scroll, scroller } = this;
    scroll.resize(scroller.clientHeight);
    if (!this.isActive || scroller.clientHeight === 0) return;
    const [first, last] = this.inSight();
    this.isFilling &&= scroll.isFollowing && pages.missing(first, last, true) !== undefined;
    if (!this.isFilling) this.drawRows(first, last);
    this.askFor(first, last);
  }

  private drawRows(first: number, last: number): void {
    const { pages, scroll, scroller } = this;
    this.list.style.height = `${scroll.height}px`;
    scroller.scrollTop = scroll.scrollTop;
    this.setTop = scroller.scrollTop;
    const placed: (readonly [string, Placed])[] = [];
    const shownIndex = this.shown === null ? -1 : pages.indexOf(this.shown + 1) - 1;
    for (let index = first; index < last; index += 1) {
      const row = pages.at(index);
      const key = row === undefined ? `unread ${index}` : String(row.seq);
      placed.push([key, { index, row, isShown: index === shownIndex }]);
    }
    this.views.show(placed);
    this.tellActive();
  }

  private place(view: TraceRowView, { index, row, isShown }: Placed): void {
    view.show(row);
    const { seq } = view;
    const isSelected = seq !== 0 && seq === this.selection;
    const isAfter = this.shown !== null && seq > this.shown;
    const classes = [
      'trace-row',
      ...(row === undefined ? ['is-unread'] : []),
      ...(row?.isVisible === false ? ['is-quiet'] : []),
      ...(row?.kind === 'operation' ? ['is-operation'] : []),
      ...(isShown ? [seq === this.shown ? 'is-shown' : 'is-before-shown'] : []),
      ...(isAfter ? ['is-after'] : []),
      ...(isSelected ? ['is-active'] : []),
    ];
    setClass(view.element, classes.join(' '));
    const { top, scrollTop } = this.scroll;
    const place = `${Math.round(scrollTop + (index - top) * ROW_PIXELS)}px`;
    if (view.element.style.top !== place) view.element.style.top = place;
    view.element.id = `trace-row-${seq === 0 ? `unread-${index}` : seq}`;
    setAttributes(view.element, {
      'aria-selected': String(isSelected),
      'aria-posinset': index + 1,
      'aria-setsize': this.pages.count,
    });
  }

  private tellActive(): void {
    const active =
      this.selection === undefined ? undefined : this.views.get(String(this.selection));
    if (active === undefined) this.scroller.removeAttribute('aria-activedescendant');
    else this.scroller.setAttribute('aria-activedescendant', active.element.id);
  }

  private askFor(first: number, last: number): void {
    clearTimeout(this.timer);
    const { isFollowing } = this.scroll;
    const wanted = this.pages.missing(first, last, isFollowing);
    if (this.isAsking || wanted === undefined) return;
    const waitMs = this.askAgainAt - performance.now();
    if (waitMs > 0) this.timer = setTimeout(() => this.draw(), waitMs);
    else void this.request(wanted.from, wanted.count);
  }

  private async request(from: number, count: number): Promise<void> {
    const { generation, filter } = this;
    this.isAsking = true;
    const outcome = await this.read(
      filter === '' ? { op: 'events', from, count } : { op: 'events', from, count, filter },
    );
    this.isAsking = false;
    const isStale = generation !== this.generation;
    if (!isStale && outcome.ok) {
      this.pages.take(from, outcome.data as FoundEvents);
      const isFilled = this.pages.missing(...this.inSight(), true) === undefined;
      if (isFilled) this.followAt = performance.now() + FOLLOW_MS;
    } else if (!isStale && !outcome.ok) {
      setText(this.refusal, outcome.error.replace(/^ERR /, ''));
      this.isFilling = false;
      this.askAgainAt = performance.now() + REFUSED_MS;
    }
    if (!isStale) setHidden(this.refusal, outcome.ok);
    this.draw();
  }

  private pressed(event: KeyboardEvent): void {
    const { pages, selection } = this;
    const at = selection === undefined ? undefined : pages.indexOf(selection);
    switch (event.key) {
      case 'ArrowDown':
        this.selectIndex(at === undefined ? Math.ceil(this.scroll.top) : at + 1);
        break;
      case 'ArrowUp':
        this.selectIndex(at === undefined ? Math.ceil(this.scroll.top) : at - 1);
        break;
      case 'Home':
        this.scroll.place(0);
        this.selectIndex(0);
        break;
      case 'End':
        this.scroll.follow();
        this.selectIndex(pages.count - 1);
        break;
      case 'Enter':
        if (selection !== undefined) this.go(selection);
        break;
      case 'Escape':
        this.select(undefined);
        this.selected(undefined);
        break;
      default:
        return;
    }
    event.preventDefault();
  }

  /** Selects the row at an index; a row that is not read yet is only brought into sight. */
  private selectIndex(index: number): void {
    const { pages, scroll } = this;
    const within = Math.max(0, Math.min(pages.count - 1, index));
    if (pages.count === 0) return;
    const row = pages.at(within);
    if (!scroll.isFollowing) this.bringIntoSight(within);
    else if (within < scroll.top) scroll.place(within);
    if (row !== undefined) this.selected(row.seq);
    this.select(row?.seq ?? this.selection);
  }

  private bringIntoSight(index: number): void {
    const { scroll } = this;
    const { top, viewRows } = scroll;
    if (index < top) scroll.place(index);
    else if (index + 1 > top + viewRows) scroll.place(index + 1 - viewRows);
  }
}
