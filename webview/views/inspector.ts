/**
 * The selected node: its facts in words, and its operations.
 *
 * Invariant: it has the same controls in the same places for every node; what does not apply to the
 * selected one is disabled, and says why.
 */

import type { NodeSnapshot, SentinelSnapshot, Snapshot } from '../../src/view/snapshot.ts';
import { ButtonControl, DropdownControl } from '../controls/controls.ts';
import { h, Keyed, setCutText, setText } from '../dom.ts';
import {
  type Action,
  type AnyNode,
  isServer,
  linkCures,
  processActions,
  serverActions,
} from '../model/actions.ts';
import { nameOf } from '../model/beliefs.ts';
import { countOf, inSize } from '../model/words.ts';
import type { Ask } from '../page.ts';

const NO_ONE = 'no one';
const REPLID_CHARS = 8;
/** The places of the load client and of all clients outside of the world, as links name them. */
const LOAD = 'load';
const OUTSIDE = 'outside';

export class Inspector {
  readonly element: HTMLElement;
  private readonly ask: Ask;
  private readonly name = h('h2', { class: 'inspector-name', id: 'inspector-name' });
  private readonly facts = h('p', { class: 'inspector-facts', id: 'inspector-facts' });
  private readonly everything = h('div', { class: 'inspector-actions' });
  private readonly actions = h('div', { class: 'actions' });
  private readonly buttons: Keyed<Action, ActionButton>;
  private readonly master = new DropdownControl('replicaof-target', 'Master to replicate from');
  private readonly peer = new DropdownControl('link-peer', 'Other end of the link');
  private readonly replicaofButton: ButtonControl;
  private readonly heal: ButtonControl;
  private node: AnyNode | undefined = undefined;
  private snapshot: Snapshot | undefined = undefined;

  constructor(ask: Ask) {
    this.ask = ask;
    this.buttons = new Keyed(
      this.actions,
      (id) => new ActionButton(id, ask),
      (view, action) => view.show(action),
    );
    this.replicaofButton = new ButtonControl({
      id: 'replicaof',
      label: 'REPLICAOF',
      onPress: () => this.replicaof(),
    });
    this.heal = new ButtonControl({ id: 'heal', label: 'Heal', onPress: () => this.healLink() });
    this.element = h(
      'section',
      { class: 'inspector', attributes: { 'aria-labelledby': 'inspector-name' } },
      h('div', { class: 'inspector-head' }, this.name, this.facts),
      this.everything,
    );
    this.everything.append(
      this.actions,
      group('Replication', this.replicaofButton.element, this.master.element),
      this.linkGroup(),
    );
  }

  private linkGroup(): HTMLElement {
    const button = (id: string, label: string, title: string, onPress: () => void): HTMLElement =>
      new ButtonControl({ id, label, title, onPress }).element;
    const ends = (): { a: string; b: string } => ({ a: this.node!.name, b: this.peer.value });
    return group(
      'Link',
      h('span', { class: 'muted link-word', text: 'Link' }),
      this.peer.element,
      button('cut', 'Cut', 'Blocks all bytes in both directions', () =>
        this.ask({ op: 'cut', ...ends(), oneway: false }),
      ),
      button('cut-oneway', 'Cut →', 'Blocks all bytes from this node to the other one', () =>
        this.ask({ op: 'cut', ...ends(), oneway: true }),
      ),
      this.heal.element,
      button('reset', 'Reset', 'Resets the connections at both ends', () =>
        this.ask({ op: 'reset', ...ends() }),
      ),
    );
  }

  private healLink(): void {
    for (const cure of linkCures(this.snapshot!, this.node!.name, this.peer.value)) this.ask(cure);
  }

  private replicaof(): void {
    const { value } = this.master;
    this.ask({
      op: 'replicaof',
      node: this.node!.name,
      to: value === NO_ONE ? null : { node: value },
    });
  }

  show(snapshot: Snapshot, node: AnyNode | undefined): void {
    this.node = node;
    this.snapshot = snapshot;
    this.element.inert = node === undefined;
    if (node === undefined) return;
    setText(this.name, node.name);
    setCutText(this.facts, isServer(node) ? serverFacts(node) : sentinelFacts(node));
    const actions = [...processActions(node), ...serverActions(node)];
    this.buttons.show(actions.map((action) => [action.id, action]));
    this.showReplicaof(node);
    // A stopped world accepts no operation, and the past cannot be changed.
    this.everything.inert = snapshot.failure !== null || snapshot.history.shown !== null;
    const servers = snapshot.nodes.filter((other) => other.name !== node.name);
    this.master.setChoices([
      { value: NO_ONE, label: 'NO ONE' },
      ...servers.map(({ name }) => ({ value: name, label: name })),
    ]);
    const peers = [...servers, ...snapshot.sentinels].filter((other) => other.name !== node.name);
    this.peer.setChoices([
      ...peers.map(({ name }) => ({ value: name, label: name })),
      { value: LOAD, label: 'load' },
      { value: OUTSIDE, label: 'apps outside' },
    ]);
    this.showHeal(snapshot, node);
  }

  private showReplicaof(node: AnyNode): void {
    const canReplicate = isServer(node) && node.process === 'running';
    this.replicaofButton.setEnabled(canReplicate);
    this.master.setEnabled(canReplicate);
    this.replicaofButton.setTitle(
      isServer(node)
        ? canReplicate
          ? 'Changes its master, or makes it a master'
          : `${node.name} is ${node.process}`
        : `${node.name} is a Sentinel: only a server replicates`,
    );
  }

  private showHeal(snapshot: Snapshot, node: AnyNode): void {
    const peer = this.peer.value;
    const isAilingLink = linkCures(snapshot, node.name, peer).length > 0;
    this.heal.setEnabled(isAilingLink);
    this.heal.setTitle(
      isAilingLink
        ? 'Ends the cut, the hold and the latency that was set; bytes sent in the meantime arrive'
        : `The link to ${peer} is neither cut nor held, and has its usual latency`,
    );
  }
}

class ActionButton {
  readonly element: HTMLElement;
  private readonly button: ButtonControl;
  private readonly ask: Ask;

  constructor(id: string, ask: Ask) {
    this.ask = ask;
    this.button = new ButtonControl({ id, label: '', onPress: () => {} });
    this.element = this.button.element;
  }

  show(action: Action): void {
    this.button.setLabel(action.label);
    this.button.setTitle(action.title);
    this.button.setEnabled(action.isEnabled);
    this.button.setAction(() => this.ask(action.operation));
  }
}

function group(label: string, ...children: Node[]): HTMLElement {
  return h(
    'div',
    { class: 'group', attributes: { role: 'group', 'aria-label': label } },
    ...children,
  );
}

function serverFacts(node: NodeSnapshot): string {
  const { host, port, process, role, replid, backlog, connections, life, pid } = node;
  const parts = [
    `${role} at ${host}:${port}`,
    process === 'running' ? `pid ${pid}` : process,
    `replid ${replid.slice(0, REPLID_CHARS)}…`,
    backlog.active ? `backlog ${inSize(backlog.size)}` : 'no backlog',
    countOf(connections, 'connection'),
  ];
  if (node.master !== null) parts.splice(1, 0, `of ${nameOf(node.master)}`);
  if (node.child !== null) parts.push(`child ${node.child}`);
  if (life > 1) parts.push(`started ${life} times`);
  return parts.join(' · ');
}

function sentinelFacts(node: SentinelSnapshot): string {
  const { host, port, process, quorum, replicas, sentinels, life, pid } = node;
  const parts = [
    `Sentinel at ${host}:${port}`,
    process === 'running' ? `pid ${pid}` : process,
    `quorum ${quorum}`,
    `knows ${countOf(replicas.length, 'replica')} and ${countOf(sentinels.length, 'other Sentinel')}`,
  ];
  if (life > 1) parts.push(`started ${life} times`);
  return parts.join(' · ');
}
