/**
 * The deployment: servers in rows below their masters, then the Sentinels, wires and cuts between
 * them.
 */

import type { NodeSnapshot, Snapshot } from '../../src/view/snapshot.ts';
import type { Choices } from '../choices.ts';
import { ButtonControl } from '../controls/controls.ts';
import { h, Keyed, setHidden, setText } from '../dom.ts';
import { colorOf } from '../model/colors.ts';
import { type Cut, type CutGroup, cutsOf, groupCuts, rowsOf, wiresOf } from '../model/topology.ts';
import type { Ask } from '../page.ts';
import { SentinelCard, type SentinelFacts, ServerCard, type ServerFacts } from './nodeCards.ts';
import { type Line, Wires } from './wires.ts';

/** Height of a row of servers with its gap, and of everything else, in their large form. */
const ROW_PIXELS = 122;
const REST_PIXELS = 120;
/** Up to this width the page scrolls (layout.css), so its height does not limit the cards. */
const NARROW_PIXELS = 720;
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

class CutChip {
  readonly element: HTMLElement;
  private readonly text = h('span', { class: 'cut-text' });
  private group: CutGroup | undefined = undefined;

  constructor(ask: Ask) {
    const heal = new ButtonControl({
      id: '',
      label: 'Heal',
      onPress: () => {
        const { a, b } = this.group!;
        ask(b === undefined ? { op: 'heal', a } : { op: 'heal', a, b });
      },
    });
    this.element = h('span', { class: 'cut' }, this.text, heal.element);
  }

  show(group: CutGroup): void {
    this.group = group;
    setText(this.text, group.text);
  }
}

export class TopologyView {
  readonly element: HTMLElement;
  private readonly frame = h('div', { class: 'topology-frame' });
  private readonly scroll = h('div', { class: 'topology-scroll' }, this.frame);
  private readonly rowsElement = h('div', { class: 'rows' });
  private readonly sentinelsElement = h('div', { class: 'row sentinels' });
  private readonly cutsElement = h('div', { class: 'cuts' });
  private readonly rows: Keyed<readonly ServerFacts[], Row>;
  private readonly sentinels: Keyed<SentinelFacts, SentinelCard>;
  private readonly cuts: Keyed<CutGroup, CutChip>;
  private readonly wires = new Wires(this.frame);
  /** The last offset of each replica, and for how many snapshots it has not changed. */
  private readonly motion = new Map<string, { offset: number; idle: number }>();
  private seenRevision = -1;
  private rowCount = 0;

  constructor(choices: Choices, ask: Ask) {
    const select = (name: string): void => choices.select(name);
    this.rows = new Keyed(
      this.rowsElement,
      () => new Row(select),
      (row, facts) => row.show(facts),
    );
    this.sentinels = new Keyed(
      this.sentinelsElement,
      (name) => new SentinelCard(name, () => select(name)),
      (card, facts) => card.show(facts),
    );
    this.cuts = new Keyed(
      this.cutsElement,
      () => new CutChip(ask),
      (chip, group) => chip.show(group),
    );
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
      this.cutsElement,
    );
    new ResizeObserver(() => this.fit()).observe(this.scroll);
  }

  /** Cards get smaller when there is not enough room. */
  private fit(): void {
    const needed = this.rowCount * ROW_PIXELS + REST_PIXELS;
    const isDense = window.innerWidth <= NARROW_PIXELS || this.scroll.clientHeight < needed;
    this.element.classList.toggle('is-dense', isDense);
  }

  show(snapshot: Snapshot, selected: string): void {
    const rows = rowsOf(snapshot.nodes);
    const factsOf = (node: NodeSnapshot): ServerFacts => ({
      node,
      master: snapshot.nodes.find((other) => other.name === node.master?.node),
      isSelected: node.name === selected,
      isLoaded:
        node.role === 'master' &&
        node.process === 'running' &&
        snapshot.load?.running === true &&
        snapshot.load.master === node.name,
      color: colorOf(snapshot, node.name),
    });
    this.rowCount = rows.length;
    this.fit();
    this.rows.show(rows.map((row, index) => [String(index), row.map(factsOf)]));
    const sentinels = snapshot.sentinels.map(
      (node) => [node.name, { node, isSelected: node.name === selected }] as const,
    );
    this.sentinels.show(sentinels);
    setHidden(this.sentinelsElement, sentinels.length === 0);
    const cuts = cutsOf(snapshot.links);
    this.cuts.show(groupCuts(cuts).map((group) => [`${group.a} ${group.b ?? ''}`, group]));
    setHidden(this.cutsElement, cuts.length === 0);
    this.noteMotion(snapshot);
    this.wires.show([...this.replicationLines(snapshot), ...otherCutLines(snapshot, cuts)]);
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
      isFlowing:
        isLive && wire.state === 'up' && (this.motion.get(wire.to)?.idle ?? 0) < FLOW_SNAPSHOTS,
    }));
  }
}

/** Wires of cut links. The healthy links of Sentinels are not drawn: they would cover everything. */
function otherCutLines(snapshot: Snapshot, cuts: readonly Cut[]): Line[] {
  const servers = new Set(snapshot.nodes.map((node) => node.name));
  const sentinels = new Set(snapshot.sentinels.map((node) => node.name));
  const wired = new Set(wiresOf(snapshot).map(({ from, to }) => `${from} ${to}`));
  return cuts.flatMap(({ a, b }) => {
    const [from, to] = sentinels.has(a) ? [b, a] : [a, b];
    const isSentinels = servers.has(from) && sentinels.has(to);
    const isServers =
      servers.has(a) && servers.has(b) && !wired.has(`${a} ${b}`) && !wired.has(`${b} ${a}`);
    if (!isSentinels && !isServers) return [];
    return [{ from, to, state: 'cut', label: '', isFlowing: false, color: 0 }];
  });
}
