/** What the user chose to see. It survives a reload of the page. */

import type { Quiet } from '../src/view/messages.ts';
import type { Host } from './host.ts';
import type { Filter, Topic } from './model/feedRows.ts';
import type { Places } from './model/places.ts';

/** The part of the page that is shown where there is no room for all of them. */
export type Tab = 'topology' | 'events' | 'backlog';

/** What the list of events shows: the feed, or every event of the history. */
export type Source = 'feed' | 'trace';

interface Remembered {
  readonly selected: string;
  readonly hidden: readonly Topic[];
  readonly shownQuiet: readonly Quiet[];
  readonly dismissed: readonly string[];
  /** Null: the ring is open where there is room for it. */
  readonly isRingOpen: boolean | null;
  readonly tab: Tab;
  readonly places: Places | null;
  /** Null: the feed while the present is shown, and all events while the past is. */
  readonly source: Source | null;
  /** In the words of EVENTS. */
  readonly traceFilter: string;
}

const DISMISSED_MAX = 20;
const NOTHING: Remembered = {
  selected: '',
  hidden: ['note'],
  shownQuiet: [],
  dismissed: [],
  isRingOpen: null,
  tab: 'topology',
  places: null,
  source: null,
  traceFilter: 'VISIBLE',
};

export class Choices {
  private readonly host: Host;
  private readonly changed: () => void;
  private state: Remembered;

  constructor(host: Host, changed: () => void) {
    this.host = host;
    this.changed = changed;
    this.state = { ...NOTHING, ...(host.recall() as Partial<Remembered> | undefined) };
  }

  /** Name of a node; empty before the first snapshot. */
  get selected(): string {
    return this.state.selected;
  }

  get filter(): Filter {
    return { hidden: new Set(this.state.hidden), shownQuiet: new Set(this.state.shownQuiet) };
  }

  get isRingOpen(): boolean | null {
    return this.state.isRingOpen;
  }

  get tab(): Tab {
    return this.state.tab;
  }

  get source(): Source | null {
    return this.state.source;
  }

  get traceFilter(): string {
    return this.state.traceFilter;
  }

  get places(): Places | undefined {
    return this.state.places ?? undefined;
  }

  isDismissed(notice: string): boolean {
    return this.state.dismissed.includes(notice);
  }

  /** The user selects a node, here or in a tree. */
  select(node: string): void {
    if (node !== this.state.selected) this.change({ selected: node });
  }

  toggleTopic(topic: Topic): void {
    this.change({ hidden: toggled(this.state.hidden, topic) });
  }

  toggleQuiet(kind: Quiet): void {
    this.change({ shownQuiet: toggled(this.state.shownQuiet, kind) });
  }

  dismiss(notice: string): void {
    this.change({ dismissed: [...this.state.dismissed, notice].slice(-DISMISSED_MAX) });
  }

  foldRing(isOpen: boolean): void {
    this.change({ isRingOpen: isOpen });
  }

  showTab(tab: Tab): void {
    this.change({ tab });
  }

  showSource(source: Source): void {
    this.change({ source });
  }

  filterTrace(traceFilter: string): void {
    this.change({ traceFilter });
  }

  place(places: Places): void {
    if (places !== this.state.places) this.change({ places });
  }

  private change(part: Partial<Remembered>): void {
    this.state = { ...this.state, ...part };
    this.host.remember(this.state);
    this.changed();
  }
}

function toggled<Item>(items: readonly Item[], item: Item): Item[] {
  return items.includes(item) ? items.filter((other) => other !== item) : [...items, item];
}
