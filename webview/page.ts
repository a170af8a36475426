/**
 * The page: receives snapshots and feed, draws them at the next frame, and requests the operations of
 * its buttons.
 *
 * Invariant: the page follows from the last snapshot, the feed and the user's few choices (Choices);
 * no view keeps anything else between two snapshots.
 */

import type { Milestone } from '../src/view/events.ts';
import type { Operation, Outcome } from '../src/view/messages.ts';
import type { ToPage } from '../src/view/panel.ts';
import type { Snapshot } from '../src/view/snapshot.ts';
import { Choices } from './choices.ts';
import { h, setClass } from './dom.ts';
import { type Host, Requests } from './host.ts';
import { FeedRows } from './model/feedRows.ts';
import { Holds } from './model/held.ts';
import { MilestoneBook } from './model/milestoneBook.ts';
import { masterOf } from './model/topology.ts';
import { FeedView } from './views/feedView.ts';
import { Inspector } from './views/inspector.ts';
import { Notices } from './views/notices.ts';
import { RingView } from './views/ringView.ts';
import { Said } from './views/said.ts';
import { Tabs } from './views/tabs.ts';
import { TimeBar } from './views/timeBar.ts';
import { Toolbar } from './views/toolbar.ts';
import { TopologyView } from './views/topologyView.ts';

/** Faster changes cannot be read, and without a graphics card each drawing is expensive. */
const DRAW_MS = 100;

/** Where keys are text: lists jump to what begins with a letter. */
const TEXT_FIELDS = 'input, textarea, vscode-text-field, vscode-dropdown';
/** How often the page is drawn without news, because it tells how long something has lasted. */
const REDRAW_MS = 1_000;

/** Requests an operation; the page shows its outcome. */
export type Ask = (operation: Operation) => void;
/** The same, for a view that needs the answer, too. */
export type AskFor = (operation: Operation) => Promise<Outcome>;
/** Requests data; only the view that asks shows what comes of it. */
export type Read = (operation: Operation) => Promise<Outcome>;

export class Page {
  private readonly host: Host;
  private readonly requests: Requests;
  private readonly choices: Choices;
  private readonly rows = new FeedRows();
  private readonly root: HTMLElement;
  /** What concerns the running world, and is inert once it has ended. */
  private readonly live: readonly HTMLElement[];
  private readonly tabs: Tabs;
  private readonly toolbar: Toolbar;
  private readonly timeBar: TimeBar;
  private readonly notices: Notices;
  private readonly topology: TopologyView;
  private readonly inspector: Inspector;
  private readonly ring: RingView;
  private readonly feed: FeedView;
  private readonly said = new Said();
  private readonly holds = new Holds();
  private readonly milestones = new MilestoneBook();
  private snapshot: Snapshot | undefined = undefined;
  private goneReason = '';
  private canStart = false;
  private isDrawQueued = false;
  private drawnAt = 0;
  /** The next message comes from another sandbox, or from the beginning of the same one. */
  private isAnew = false;

  constructor(root: HTMLElement, host: Host) {
    this.root = root;
    this.host = host;
    this.requests = new Requests(host);
    this.choices = new Choices(host, () => this.queueDraw());
    const ask: Ask = (operation) => void this.ask(operation);
    const read: Read = (operation) => this.request(operation);
    this.toolbar = new Toolbar(ask);
    this.timeBar = new TimeBar(ask, (operation) => this.ask(operation));
    this.notices = new Notices(this.choices, () => host.send({ kind: 'start' }));
    this.topology = new TopologyView(this.choices, ask, (node) => this.select(node));
    this.inspector = new Inspector(ask);
    this.ring = new RingView(this.choices);
    this.feed = new FeedView(this.rows, this.choices, ask, read);
    this.tabs = new Tabs(this.choices);
    const stage = [this.topology.element, this.inspector.element, this.ring.element];
    this.live = [this.toolbar.element, this.timeBar.element, ...stage];
    root.append(
      this.toolbar.element,
      this.notices.element,
      this.timeBar.element,
      this.tabs.element,
      h('main', { class: 'stage' }, ...stage, this.feed.element),
      this.said.element,
    );
    setClass(root, 'is-waiting');
  }

  open(): void {
    this.host.open((message) => this.hear(message));
    document.addEventListener('keydown', (event) => this.pressed(event));
    setInterval(() => this.queueDraw(), REDRAW_MS);
  }

  /** Keys of the time bar, wherever the focus is, except where text is typed. */
  private pressed(event: KeyboardEvent): void {
    const { key, ctrlKey, altKey, metaKey, target } = event;
    const isTyping = target instanceof Element && target.matches(TEXT_FIELDS);
    if (ctrlKey || altKey || metaKey || isTyping || this.goneReason !== '') return;
    if (this.snapshot !== undefined && this.timeBar.pressed(key)) event.preventDefault();
  }

  private hear(message: ToPage): void {
    // The feed of a sandbox that has ended stays readable until the next sandbox sends something.
    if (this.isAnew && (message.kind === 'feed' || message.kind === 'snapshot')) {
      this.rows.clear();
      this.feed.clear();
      this.milestones.clear();
      this.isAnew = false;
    }
    switch (message.kind) {
      case 'snapshot':
        this.snapshot = message.snapshot;
        this.goneReason = '';
        break;
      case 'feed':
        this.rows.add(message.entries, this.snapshot?.clock.mode === 'paused');
        break;
      case 'select':
        this.choices.select(message.node);
        break;
      case 'answer':
        this.requests.answered(message.id, message.outcome);
        return;
      case 'gone':
        this.goneReason = message.reason;
        this.canStart = message.canStart ?? false;
        this.isAnew = true;
        this.requests.fail(message.reason);
    }
    this.queueDraw();
  }

  /** The user clicked a card: the tree of an editor selects its row. */
  private select(node: string): void {
    this.choices.select(node);
    this.host.send({ kind: 'selected', node });
  }

  /** Without a sandbox no answer would come. */
  private request(operation: Operation): Promise<Outcome> {
    if (this.goneReason === '') return this.requests.ask(operation);
    return Promise.resolve({ ok: false, error: `ERR ${this.goneReason}` });
  }

  private async ask(operation: Operation): Promise<Outcome> {
    const outcome = await this.request(operation);
    this.said.say(operation, outcome);
    return outcome;
  }

  /** What has happened is asked for seldom, and only as far as it is new. */
  private async readMilestones({ history }: Snapshot): Promise<void> {
    const after = this.milestones.due(history, performance.now());
    if (after === undefined) return;
    const outcome = await this.request({ op: 'milestones', after });
    this.milestones.take(outcome.ok ? (outcome.data as Milestone[]) : undefined);
    this.queueDraw();
  }

  private queueDraw(): void {
    if (this.isDrawQueued) return;
    this.isDrawQueued = true;
    const draw = (): void => {
      this.isDrawQueued = false;
      this.drawnAt = performance.now();
      this.draw();
    };
    const rest = this.drawnAt + DRAW_MS - performance.now();
    if (rest <= 0) requestAnimationFrame(draw);
    else setTimeout(() => requestAnimationFrame(draw), rest);
  }

  private draw(): void {
    const { snapshot } = this;
    const hold = snapshot && this.holds.see(snapshot, performance.now());
    this.notices.show(snapshot, hold, this.goneReason, this.canStart);
    if (snapshot === undefined) return;
    const isGone = this.goneReason !== '';
    const isPast = snapshot.history.shown !== null ? ' is-past' : '';
    setClass(
      this.root,
      `is-${isGone ? 'gone' : snapshot.clock.mode}${isPast} tab-${this.choices.tab}`,
    );
    for (const element of this.live) element.inert = isGone;
    const all = [...snapshot.nodes, ...snapshot.sentinels];
    const master = masterOf(snapshot);
    // A selection is the user's. It moves only away from a node that is no more.
    if (!all.some((node) => node.name === this.choices.selected)) {
      this.choices.select((master ?? all[0])?.name ?? '');
    }
    const selected = all.find((node) => node.name === this.choices.selected);
    const ringOwner = snapshot.nodes.find((node) => node.name === selected?.name) ?? master;
    this.tabs.show();
    this.toolbar.show(snapshot);
    if (!isGone) void this.readMilestones(snapshot);
    this.timeBar.show(snapshot, this.milestones.all);
    this.topology.show(snapshot, selected?.name ?? '');
    this.inspector.show(snapshot, selected);
    this.ring.show(snapshot, ringOwner, master);
    this.feed.show(snapshot);
  }
}
