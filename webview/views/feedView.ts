/**
 * The event feed, newest first, below the next events while the world is paused.
 *
 * Invariant: at most ROWS_SHOWN rows are in the page, and they are drawn at most DRAWS_PER_SECOND times
 * a second. When the reader has scrolled down, the rows stay where they are (scroll anchoring).
 */

import type { Snapshot, UpcomingSnapshot } from '../../src/view/snapshot.ts';
import type { Choices } from '../choices.ts';
import { ToggleControl } from '../controls/controls.ts';
import { h, Keyed, setClass, setHidden, setText } from '../dom.ts';
import { type FeedRow, type FeedRows, QUIET_KINDS, type Topic } from '../model/feedRows.ts';
import { counted, timeOfDay } from '../model/words.ts';

const ROWS_SHOWN = 150;
const DRAWS_PER_SECOND = 8;

const TOPICS: readonly (readonly [Topic, string, string])[] = [
  ['replication', 'Replication', 'Handshakes, PSYNC, RDB payloads between servers'],
  ['stream', 'Stream', 'Commands that a master propagates to its replicas'],
  ['sentinel', 'Sentinel', 'Commands and replies of Sentinels'],
  ['client', 'Clients', 'Commands and replies of applications, the load and the operator'],
  ['connection', 'Connections', 'Connections opened, refused, closed, reset'],
  ['process', 'Processes', 'Starts, ends and signals of processes, and operations on the world'],
  ['log', 'Logs', "The nodes' log lines"],
  ['note', 'Notes', 'Decisions of nodes that no message shows'],
  ['sandbox', 'Sandbox', 'Messages of the sandbox itself'],
];

class RowView {
  readonly element = h('li');
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
    setClass(this.element, `feed-row topic-${row.topic} level-${row.level}${quiet}`);
    setText(this.time, timeOfDay(row.at));
    setText(this.flow, flowOf(row));
    setText(this.topic, row.quiet ?? row.topic);
    setText(this.text, row.text);
    setText(this.count, row.count === 1 ? '' : `× ${counted(row.count)}`);
    if (row.seq > 0) this.element.title = `event ${counted(row.seq)}`;
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
  private readonly next = h('ol', {
    class: 'next',
    id: 'next',
    attributes: { 'aria-label': 'Next events' },
  });
  private readonly nextRows: Keyed<Next, NextView>;
  private readonly list = h('ol', { class: 'feed-rows', id: 'feed-rows' });
  private readonly listed: Keyed<FeedRow, RowView>;
  private readonly topics = new Map<Topic, ToggleControl>();
  private readonly quiets = new Map<string, ToggleControl>();
  private drawnAt = 0;
  private timer = 0;

  constructor(rows: FeedRows, choices: Choices) {
    this.rows = rows;
    this.choices = choices;
    this.nextRows = new Keyed(
      this.next,
      () => new NextView(),
      (view, next) => view.show(next),
    );
    this.listed = new Keyed(
      this.list,
      () => new RowView(),
      (view, row) => view.show(row),
    );
    this.element = h(
      'section',
      { class: 'feed', id: 'feed', attributes: { 'aria-label': 'Events' } },
      h(
        'div',
        { class: 'feed-head' },
        h('h2', { text: 'Events' }),
        this.topicToggles(),
        this.quietToggles(),
      ),
      this.next,
      h(
        'div',
        {
          class: 'feed-scroll',
          attributes: { tabindex: '0', role: 'region', 'aria-label': 'Past events, newest first' },
        },
        this.list,
      ),
    );
  }

  private topicToggles(): HTMLElement {
    const element = h('div', {
      class: 'toggles',
      attributes: { role: 'group', 'aria-label': 'Shown' },
    });
    for (const [topic, , title] of TOPICS) {
      const toggle = new ToggleControl(`topic-${topic}`, title, () =>
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
      const toggle = new ToggleControl(`quiet-${kind}`, title, () =>
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
    setHidden(this.next, upcoming.length === 0);
    this.showToggles();
    this.drawSoon(snapshot.clock.mode === 'paused');
  }

  private showToggles(): void {
    const { hidden, shownQuiet } = this.choices.filter;
    for (const [topic, label] of TOPICS) this.topics.get(topic)!.show(label, !hidden.has(topic));
    for (const kind of QUIET_KINDS) {
      const count = this.rows.quietCounts.get(kind) ?? 0;
      this.quiets.get(kind)!.show(`${kind} ${counted(count)}`, shownQuiet.has(kind));
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
    const rows = this.rows.latest(this.choices.filter, ROWS_SHOWN);
    this.listed.show(rows.map((row) => [String(row.id), row]));
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
    setText(this.text, event.sentence);
  }
}
