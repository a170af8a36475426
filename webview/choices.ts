/** What the user chose to see. It survives a reload of the page. */

import type { Quiet } from '../src/view/messages.ts';
import type { Host } from './host.ts';
import type { Filter, Topic } from './model/feedRows.ts';

interface Remembered {
  readonly selected: string;
  readonly hidden: readonly Topic[];
  readonly shownQuiet: readonly Quiet[];
  readonly dismissed: readonly string[];
}

const DISMISSED_MAX = 20;

export class Choices {
  private readonly host: Host;
  private readonly changed: () => void;
  private state: Remembered;

  constructor(host: Host, changed: () => void) {
    this.host = host;
    this.changed = changed;
    const nothing: Remembered = { selected: '', hidden: ['note'], shownQuiet: [], dismissed: [] };
    this.state = { ...nothing, ...(host.recall() as Partial<Remembered> | undefined) };
  }

  /** Name of a node; empty for the current master. */
  get selected(): string {
    return this.state.selected;
  }

  get filter(): Filter {
    return { hidden: new Set(this.state.hidden), shownQuiet: new Set(this.state.shownQuiet) };
  }

  isDismissed(notice: string): boolean {
    return this.state.dismissed.includes(notice);
  }

  select(node: string): void {
    this.change({ selected: node });
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

  private change(part: Partial<Remembered>): void {
    this.state = { ...this.state, ...part };
    this.host.remember(this.state);
    this.changed();
  }
}

function toggled<Item>(items: readonly Item[], item: Item): Item[] {
  return items.includes(item) ? items.filter((other) => other !== item) : [...items, item];
}
