/**
 * The events, from two sources: the feed, newest first, with messages in short, log lines and what the
 * sandbox says; and every event of the history, oldest first. The next events of a paused world are above
 * them, what is known of the selected event is beside them.
 *
 * Invariant: the rows of the feed are drawn at most DRAWS_PER_SECOND times a second. The head has the same
 * height in every state, and both sources have the same place, so a change of the source moves nothing.
 */

import type { Quiet } from '../../src/view/messages.ts';
import type { Snapshot, UpcomingSnapshot } from '../../src/view/snapshot.ts';
import type { Choices, Source } from '../choices.ts';
import { TextFieldControl, ToggleControl } from '../controls/controls.ts';
import { Menu } from '../controls/menu.ts';
import { h, Keyed, setClass, setCutText, setHidden, setText } from '../dom.ts';
import { type FeedRow, type FeedRows, QUIET_KINDS, TOPICS, type Topic } from '../model/feedRows.ts';
import { counted, shortCount, timeOfDay } from '../model/words.ts';
import type { Ask, Read } from '../page.ts';
import { Details } from './details.ts';
import { RowList } from './rowList.ts';
import { TraceList } from './traceList.ts';

const DRAWS_PER_SECOND = 8;
const FILTER_LABEL =
  'Which events: VISIBLE, node=r1, kind=data, conn=3, key=balance, text=SET, on=+odown';
const SOURCE_WORDS: Readonly<Record<Source, readonly [label: string, title: string]>> = {
  feed: ['Feed', 'Messages in short, log lines, and what the sandbox says'],
  trace: ['All events', 'Every event of the history, by number'],
};

const TOPIC_WORDS: Readonly<Record<Topic, readonly [label: string, title: string]>> = {
  replication: ['Replication', 'Handshakes, PSYNC, RDB payloads between servers'],
  stream: ['Stream', 'Commands that a master propagates to its replicas'],
  sentinel: ['Sentinel', 'Commands and replies of Sentinels'],
  client: ['Clients', 'Commands and replies of applications, the load and the operator'],
  connection: ['Connections', 'Connections opened, refused, closed, reset'],
  process: ['Processes', 'Starts, ends and signals of processes, and operations on the world'],
  log: ['Logs', "The nodes' log lines"],
  note: ['Notes', 'Decisions of nodes that no message shows'],
  sandbox: ['Sandbox', 'Messages of the sandbox itself'],
};

class FeedRowView {
  readonly element = h('div');
  private readonly time = h('time', { class: 'row-time' });
  private readonly flow = h('span', { class: 'row-flow' });
  private readonly topic = h('span', { class: 'row-topic' });
  private readonly text = h('span', { class: 'row-text' });
  private readonly count = h('span', { class: 'row-count' });

  constructor() {
    this.element.append(this.time, this.flow, this.topic, this.text, this.count);
  }

  show(row: FeedRow): void {
    const quiet = row.quiet === null ? '' : ' is-quiet';
    setClass(this.element, `feed-row topic-${row.topic} tone-${row.tone}${quiet}`);
    setText(this.time, timeOfDay(row.at));
    setText(this.flow, flowOf(row));
    setText(this.topic, row.quiet ?? row.topic);
    setText(this.text, row.text);
    setText(this.count, row.count === 1 ? '' : `× ${counted(row.count)}`);
    const title = row.seq > 0 ? `event ${counted(row.seq)}: ${row.text}` : row.text;
    if (this.element.title !== title) this.element.title = title;
  }
}

function flowOf({ node, peer }: FeedRow): string {
  if (node === '') return 'sandbox';
  return peer === '' ? node : `${peer} → ${node}`;
}

export class FeedView {
  readonly element: HTMLElement;
  private readonly rows: FeedRows;
  private readonly choices: Choices;
  private readonly next = h('ol', { class: 'next-rows', id: 'next' });
  private readonly noNext = h('span', {
    class: 'muted',
    text: 'The next events stand here while the world is paused.',
  });
  private readonly nextRows: Keyed<Next, NextView>;
  private readonly list: RowList;
  private readonly trace: TraceList;
  private readonly details: Details;
  private readonly sources = new Map<Source, ToggleControl>();
  private readonly traceFilter: TextFieldControl;
  private readonly newest = h('button', {
    class: 'toggle',
    id: 'feed-newest',
    text: 'Newest',
    attributes: { type: 'button', title: 'Scrolls to the newest event and follows what comes' },
  });
  private readonly topics = new Map<Topic, ToggleControl>();
  private readonly quiets = new Map<Quiet, ToggleControl>();
  private drawnAt = 0;
  private timer = 0;
  /** The event of the past that was shown last. */
  private shown: number | null = null;

  constructor(rows: FeedRows, choices: Choices, ask: Ask, read: Read) {
    this.rows = rows;
    this.choices = choices;
    this.nextRows = new Keyed(
      this.next,
      () => new NextView(),
      (view, next) => view.show(next),
    );
    const go = (event: number): void => {
      if (event > 0) ask({ op: 'goto', event });
    };
    const select = (seq: number | undefined): void => this.select(seq);
    this.list = new RowList(
      'Past events, newest first',
      () => new FeedRowView(),
      (row) => this.select(row === undefined || row.seq === 0 ? undefined : row.seq, 'feed'),
      (row) => go(row.seq),
    );
    this.trace = new TraceList(read, select, go);
    this.details = new Details(read, select, go);
    this.traceFilter = new TextFieldControl('trace-filter', FILTER_LABEL, '', () =>
      this.choices.filterTrace(this.traceFilter.value.trim()),
    );
    this.traceFilter.setPlaceholder('VISIBLE node=r1 on=+odown');
    this.traceFilter.setValue(choices.traceFilter);
    this.newest.addEventListener('click', () => this.followNewest());
    this.element = this.build();
  }

  private build(): HTMLElement {
    const menu = new Menu('feed-filter', 'Shown ▾', 'Which events are shown', [
      this.topicToggles(),
      this.quietToggles(),
    ]);
    menu.element.classList.add('of-feed');
    const sources = h('div', {
      class: 'sources',
      attributes: { role: 'group', 'aria-label': 'Source' },
    });
    for (const [source, [label, title]] of Object.entries(SOURCE_WORDS) as [
      Source,
      (typeof SOURCE_WORDS)[Source],
    ][]) {
      const toggle = new ToggleControl(`source-${source}`, label, title, () =>
        this.choices.showSource(source),
      );
      this.sources.set(source, toggle);
      sources.append(toggle.element);
    }
    const next = h('div', {
      class: 'next',
      attributes: { role: 'group', 'aria-label': 'Next events', tabindex: '0' },
    });
    next.append(this.noNext, this.next);
    return h(
      'section',
      { class: 'feed', id: 'feed', attributes: { 'aria-label': 'Events' } },
      h(
        'div',
        { class: 'feed-head' },
        h('h2', { text: 'Events' }),
        sources,
        h(
          'div',
          { class: 'feed-filters' },
          menu.element,
          h('div', { class: 'trace-filter of-trace' }, this.traceFilter.element),
        ),
        this.newest,
      ),
      next,
      h(
        'div',
        { class: 'feed-body' },
        h('div', { class: 'feed-lists' }, this.list.element, this.trace.element),
        this.details.element,
      ),
    );
  }

  /** An event was selected: in one of the lists or in the details, or because it is shown. */
  private select(seq: number | undefined, by: Source | 'past' = 'trace'): void {
    if (by !== 'feed') this.list.deactivate();
    this.trace.select(seq);
    this.details.show(seq, by !== 'past');
  }

  private followNewest(): void {
    this.list.scrollToTop();
    this.trace.followEnd();
  }

  /** Another sandbox, or the same one from its beginning. */
  clear(): void {
    this.trace.clear();
    this.details.show(undefined, false);
  }

  private topicToggles(): HTMLElement {
    const element = h('div', {
      class: 'toggles',
      attributes: { role: 'group', 'aria-label': 'Shown' },
    });
    for (const topic of TOPICS) {
      const [label, title] = TOPIC_WORDS[topic];
      const toggle = new ToggleControl(`topic-${topic}`, label, title, () =>
        this.choices.toggleTopic(topic),
      );
      this.topics.set(topic, toggle);
      element.append(toggle.element);
    }
    return element;
  }

  private quietToggles(): HTMLElement {
    const element = h('div', {
      class: 'toggles is-quiet',
      attributes: { role: 'group', 'aria-label': 'Hidden by default' },
    });
    for (const kind of QUIET_KINDS) {
      const title = kind === 'internal' ? 'Timers, disks, flow control' : `${kind} messages`;
      const toggle = new ToggleControl(`quiet-${kind}`, kind, title, () =>
        this.choices.toggleQuiet(kind),
      );
      this.quiets.set(kind, toggle);
      element.append(toggle.element);
    }
    return element;
  }

  show(snapshot: Snapshot): void {
    const upcoming = snapshot.upcoming.map(
      (event, index) => [String(index), { event, isFirst: index === 0 }] as const,
    );
    this.nextRows.show(upcoming);
    setHidden(this.noNext, upcoming.length > 0);
    this.showToggles();
    this.showSource(snapshot);
    this.drawSoon(snapshot.clock.mode === 'paused');
  }

  /** While the past is shown, its event is the selected one. */
  private showSource(snapshot: Snapshot): void {
    const { shown } = snapshot.history;
    const source = this.choices.source ?? (shown === null ? 'feed' : 'trace');
    setClass(this.element, `feed shows-${source}`);
    for (const [each, toggle] of this.sources) toggle.show(each === source);
    this.trace.show(snapshot, this.choices.traceFilter, source === 'trace');
    if (shown === this.shown) return;
    this.shown = shown;
    if (shown !== null && shown > 0) this.select(shown, 'past');
  }

  private showToggles(): void {
    const { hidden, shownQuiet } = this.choices.filter;
    for (const [topic, toggle] of this.topics) toggle.show(!hidden.has(topic));
    for (const [kind, toggle] of this.quiets) {
      toggle.show(shownQuiet.has(kind), shortCount(this.rows.quietCounts.get(kind) ?? 0));
    }
  }

  /** A step is drawn at once; a stream of events is drawn in batches. */
  private drawSoon(isPaused: boolean): void {
    clearTimeout(this.timer);
    const now = performance.now();
    const waitMs = isPaused ? 0 : this.drawnAt + 1000 / DRAWS_PER_SECOND - now;
    if (waitMs <= 0) this.draw(now);
    else this.timer = setTimeout(() => this.draw(performance.now()), waitMs);
  }

  private draw(now: number): void {
    this.drawnAt = now;
    this.list.show(this.rows.shown(this.choices.filter));
  }
}

interface Next {
  readonly event: UpcomingSnapshot;
  readonly isFirst: boolean;
}

class NextView {
  readonly element = h('li');
  private readonly label = h('span', { class: 'next-label' });
  private readonly time = h('time', { class: 'row-time' });
  private readonly text = h('span', { class: 'next-text' });

  constructor() {
    this.element.append(this.time, this.label, this.text);
  }

  show({ event, isFirst }: Next): void {
    setClass(
      this.element,
      `next-row${isFirst ? ' is-first' : ''}${event.quiet ? ' is-quiet' : ''}`,
    );
    setText(this.label, isFirst ? 'Next' : 'then');
    setText(this.time, timeOfDay(event.at));
    setCutText(this.text, event.sentence);
  }
}
