/**
 * A list of many rows, of which only those in sight are in the page.
 *
 * Every row is ROW_PIXELS high and stands at its index times that. One row may be active: it is shown in
 * full, over its neighbours, so that reading it moves nothing. Arrow keys, Home and End move through the
 * rows; Enter and a double click go to the event of a row.
 *
 * Invariant: rows that come above leave those in sight where they are, unless the reader is at the top
 * and reads no row.
 */

import { h, Keyed, setAttributes } from '../dom.ts';
import type { FeedRow, RowSource } from '../model/feedRows.ts';

const ROW_PIXELS = 23;
/** Rows beyond the edges, so that scrolling shows no gap before the next drawing. */
const MARGIN_ROWS = 8;

interface RowView {
  readonly element: HTMLElement;
  show(row: FeedRow): void;
}

interface Placed {
  readonly row: FeedRow;
  readonly index: number;
  readonly count: number;
}

const NONE: RowSource = {
  count: 0,
  at: () => {
    throw new RangeError('an empty list has no rows');
  },
};

export class RowList {
  readonly element: HTMLElement;
  private readonly list = h('div', {
    class: 'feed-rows',
    id: 'feed-rows',
    attributes: { role: 'presentation' },
  });
  private readonly views: Keyed<Placed, RowView>;
  private source: RowSource = NONE;
  /** The id of the newest row at the last drawing, and of the active one; 0 for none. */
  private newestId = 0;
  private activeId = 0;
  private readonly activated: (row: FeedRow | undefined) => void;
  private readonly go: (row: FeedRow) => void;

  /** `activated` hears which row the user reads, `go` whose event the user wants to go to. */
  constructor(
    label: string,
    create: () => RowView,
    activated: (row: FeedRow | undefined) => void,
    go: (row: FeedRow) => void,
  ) {
    this.activated = activated;
    this.go = go;
    this.views = new Keyed(
      this.list,
      (id) => this.created(Number(id), create()),
      (view, placed) => this.place(view, placed),
    );
    this.element = h(
      'div',
      {
        class: 'feed-scroll',
        id: 'feed-scroll',
        attributes: { tabindex: '0', role: 'listbox', 'aria-label': label },
      },
      this.list,
    );
    this.element.addEventListener('scroll', () => this.draw(), { passive: true });
    this.element.addEventListener('keydown', (event) => this.pressed(event));
    new ResizeObserver(() => this.draw()).observe(this.element);
  }

  /** The reader has turned to something else. */
  deactivate(): void {
    if (this.activeId === 0) return;
    this.activeId = 0;
    this.draw();
  }

  /** Whether the newest row is in sight and the rows move with what comes. */
  get isAtTop(): boolean {
    return this.element.scrollTop === 0;
  }

  scrollToTop(): void {
    this.activeId = 0;
    this.element.scrollTop = 0;
    this.draw();
  }

  /** `source` is valid until the next call. */
  show(source: RowSource): void {
    this.source = source;
    const arrived = this.countAbove(this.newestId);
    this.newestId = source.count === 0 ? 0 : source.at(0).id;
    this.list.style.height = `${source.count * ROW_PIXELS}px`;
    const holds = !this.isAtTop || this.activeId !== 0;
    if (holds && arrived > 0) this.element.scrollTop += arrived * ROW_PIXELS;
    this.draw();
  }

  /** How many rows stand above the one with this id, or where it would be. */
  private countAbove(id: number): number {
    if (id === 0) return 0;
    let count = 0;
    while (count < this.source.count && this.source.at(count).id > id) count += 1;
    return count;
  }

  private draw(): void {
    const { scrollTop, clientHeight } = this.element;
    const { source } = this;
    const first = Math.max(0, Math.floor(scrollTop / ROW_PIXELS) - MARGIN_ROWS);
    const last = Math.min(
      source.count,
      Math.ceil((scrollTop + clientHeight) / ROW_PIXELS) + MARGIN_ROWS,
    );
    const placed: (readonly [string, Placed])[] = [];
    for (let index = first; index < last; index += 1) {
      const row = source.at(index);
      placed.push([String(row.id), { row, index, count: source.count }]);
    }
    this.views.show(placed);
    const active = this.activeId === 0 ? undefined : this.views.get(String(this.activeId));
    if (active === undefined) this.element.removeAttribute('aria-activedescendant');
    else this.element.setAttribute('aria-activedescendant', active.element.id);
  }

  private created(id: number, view: RowView): RowView {
    const { element } = view;
    element.id = `feed-row-${id}`;
    element.setAttribute('role', 'option');
    element.addEventListener('click', () => {
      // A click that ends a selection of text leaves the row as it is.
      if (getSelection()?.isCollapsed === false) return;
      this.activate(this.activeId === id ? 0 : id);
    });
    element.addEventListener('dblclick', () => {
      const row = this.rowOf(id);
      if (row !== undefined) this.go(row);
    });
    return view;
  }

  private place(view: RowView, { row, index, count }: Placed): void {
    view.show(row);
    const isActive = row.id === this.activeId;
    view.element.classList.toggle('is-active', isActive);
    const top = `${index * ROW_PIXELS}px`;
    if (view.element.style.top !== top) view.element.style.top = top;
    setAttributes(view.element, {
      'aria-selected': String(isActive),
      'aria-posinset': index + 1,
      'aria-setsize': count,
    });
  }

  private activate(id: number): void {
    this.activeId = id;
    this.activated(this.rowOf(id));
    this.draw();
  }

  private rowOf(id: number): FeedRow | undefined {
    const index = id === 0 ? this.source.count : this.countAbove(id);
    return index < this.source.count ? this.source.at(index) : undefined;
  }

  private pressed(event: KeyboardEvent): void {
    const { source } = this;
    if (event.key === 'Escape' && this.activeId !== 0) {
      this.activate(0);
      return;
    }
    if (event.key === 'Enter') {
      const row = this.rowOf(this.activeId);
      if (row !== undefined) this.go(row);
      return;
    }
    const to = this.target(event.key);
    if (to === undefined || source.count === 0) return;
    event.preventDefault();
    const index = Math.min(source.count - 1, Math.max(0, to));
    this.bringIntoSight(index);
    this.activate(source.at(index).id);
  }

  /** The index to which a key moves, which may lie outside of the list. */
  private target(key: string): number | undefined {
    const by = key === 'ArrowDown' ? 1 : key === 'ArrowUp' ? -1 : 0;
    if (by !== 0) {
      const at = this.activeId === 0 ? this.firstInSight() - by : this.countAbove(this.activeId);
      return at + by;
    }
    if (key === 'Home') return 0;
    return key === 'End' ? this.source.count - 1 : undefined;
  }

  private firstInSight(): number {
    return Math.ceil(this.element.scrollTop / ROW_PIXELS);
  }

  private bringIntoSight(index: number): void {
    const { element } = this;
    const top = index * ROW_PIXELS;
    const highest = top + ROW_PIXELS - element.clientHeight;
    if (element.scrollTop > top) element.scrollTop = top;
    else if (element.scrollTop < highest) element.scrollTop = highest;
  }
}
