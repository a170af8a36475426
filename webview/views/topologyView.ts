/**
 * The deployment: servers in rows, then the Sentinels, and the wires between them.
 *
 * Invariant: a card keeps its place until servers are added or removed, or the user arranges them
 * (model/places.ts). A change of roles changes colours and wires only.
 */

import { troublesOf } from '../../src/view/links.ts';
import type { NodeSnapshot, Snapshot } from '../../src/view/snapshot.ts';
import type { Choices } from '../choices.ts';
import { h, Keyed, setHidden } from '../dom.ts';
import { colorOf } from '../model/colors.ts';
import { arrange, isArranged, settled } from '../model/places.ts';
import { troubleLines, wiresOf } from '../model/wires.ts';
import type { Ask } from '../page.ts';
import { LinksBar } from './linksBar.ts';
import { SentinelCard, type SentinelFacts, ServerCard, type ServerFacts } from './nodeCards.ts';
import { type Line, Wires } from './wires.ts';

/** Height of a row of servers with its gap, and of everything else, in their large form. */
const ROW_PIXELS = 132;
const REST_PIXELS = 92;
/** Up to this width the cards are always small. */
const NARROW_PIXELS = 820;
/** For how many snapshots a wire shows that bytes were sent. */
const FLOW_SNAPSHOTS = 10;

class Row {
  readonly element = h('div', { class: 'row' });
  private readonly keyed: Keyed<ServerFacts, ServerCard>;

  constructor(onSelect: (name: string) => void) {
    this.keyed = new Keyed(
      this.element,
      (name) => new ServerCard(name, () => onSelect(name)),
      (card, facts) => card.show(facts),
    );
  }

  show(facts: readonly ServerFacts[]): void {
    this.keyed.show(facts.map((fact) => [fact.node.name, fact]));
  }
}

export class TopologyView {
  readonly element: HTMLElement;
  private readonly choices: Choices;
  private readonly frame = h('div', { class: 'topology-frame' });
  private readonly scroll = h('div', { class: 'topology-scroll' }, this.frame);
  private readonly rowsElement = h('div', { class: 'rows' });
  private readonly sentinelsElement = h('div', { class: 'row sentinels' });
  private readonly rows: Keyed<readonly ServerFacts[], Row>;
  private readonly sentinels: Keyed<SentinelFacts, SentinelCard>;
  private readonly links: LinksBar;
  private readonly wires = new Wires(this.frame);
  /** The last offset of each replica, and for how many snapshots it has not changed. */
  private readonly motion = new Map<string, { offset: number; idle: number }>();
  private snapshot: Snapshot | undefined = undefined;
  private seenRevision = -1;
  private rowCount = 0;

  /** `onSelect` hears of the user's clicks. */
  constructor(choices: Choices, ask: Ask, onSelect: (name: string) => void) {
    this.choices = choices;
    this.rows = new Keyed(
      this.rowsElement,
      () => new Row(onSelect),
      (row, facts) => row.show(facts),
    );
    this.sentinels = new Keyed(
      this.sentinelsElement,
      (name) => new SentinelCard(name, () => onSelect(name)),
      (card, facts) => card.show(facts),
    );
    this.links = new LinksBar(ask, () => this.arrange());
    this.frame.append(
      this.wires.drawing,
      this.rowsElement,
      this.sentinelsElement,
      this.wires.labels,
    );
    this.element = h(
      'section',
      { class: 'topology', id: 'topology', attributes: { 'aria-label': 'Topology' } },
      this.scroll,
      this.links.element,
    );
    new ResizeObserver(() => this.fit()).observe(this.scroll);
  }

  private arrange(): void {
    const { seed, nodes } = this.snapshot!;
    this.choices.place(arrange(seed, nodes));
  }

  /** Cards get smaller when there is not enough room. */
  private fit(): void {
    const needed = this.rowCount * ROW_PIXELS + REST_PIXELS;
    const isDense = window.innerWidth < NARROW_PIXELS || this.scroll.clientHeight < needed;
    this.element.classList.toggle('is-dense', isDense);
  }

  show(snapshot: Snapshot, selected: string): void {
    this.snapshot = snapshot;
    const { nodes, seed } = snapshot;
    const places = settled(this.choices.places, seed, nodes);
    this.choices.place(places);
    const byName = new Map(nodes.map((node) => [node.name, node]));
    this.rowCount = places.rows.length;
    this.fit();
    const rows = places.rows.map((names) =>
      names.map((name) => factsOf(snapshot, byName.get(name)!, selected)),
    );
    this.rows.show(rows.map((facts, index) => [String(index), facts]));
    const sentinels = snapshot.sentinels.map(
      (node) => [node.name, { node, isSelected: node.name === selected }] as const,
    );
    this.sentinels.show(sentinels);
    setHidden(this.sentinelsElement, sentinels.length === 0);
    this.links.show(troublesOf(snapshot.links), isArranged(places, nodes));
    this.noteMotion(snapshot);
    this.wires.show([...this.replicationLines(snapshot), ...otherLines(snapshot)]);
  }

  private noteMotion(snapshot: Snapshot): void {
    if (snapshot.revision === this.seenRevision) return;
    this.seenRevision = snapshot.revision;
    for (const { name, offset } of snapshot.nodes) {
      const before = this.motion.get(name);
      const idle = before?.offset === offset ? before.idle + 1 : 0;
      this.motion.set(name, { offset, idle: before === undefined ? FLOW_SNAPSHOTS : idle });
    }
  }

  private replicationLines(snapshot: Snapshot): Line[] {
    const isLive = snapshot.clock.mode === 'live';
    return wiresOf(snapshot).map((wire) => ({
      ...wire,
      color: colorOf(snapshot, wire.to),
      isReplication: true,
      isFlowing:
        isLive &&
        (wire.state === 'up' || wire.state === 'slow') &&
        (this.motion.get(wire.to)?.idle ?? 0) < FLOW_SNAPSHOTS,
    }));
  }
}

function factsOf(snapshot: Snapshot, node: NodeSnapshot, selected: string): ServerFacts {
  return {
    node,
    master: snapshot.nodes.find((other) => other.name === node.master?.node),
    isSelected: node.name === selected,
    isLoaded:
      node.role === 'master' &&
      node.process === 'running' &&
      snapshot.load?.running === true &&
      snapshot.load.master === node.name,
    color: colorOf(snapshot, node.name),
  };
}

function otherLines(snapshot: Snapshot): Line[] {
  return troubleLines(snapshot).map((line) => ({
    ...line,
    color: 0,
    isReplication: false,
    isFlowing: false,
  }));
}
