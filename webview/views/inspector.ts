/** The selected node: its facts in words, and its operations. */

import type { NodeSnapshot, SentinelSnapshot, Snapshot } from '../../src/view/snapshot.ts';
import { ButtonControl, DropdownControl } from '../controls/controls.ts';
import { h, Keyed, setHidden, setText } from '../dom.ts';
import {
  type Action,
  type AnyNode,
  isServer,
  processActions,
  serverActions,
} from '../model/actions.ts';
import { nameOf } from '../model/beliefs.ts';
import { countOf, inSize } from '../model/words.ts';
import type { Ask } from '../page.ts';

const NO_ONE = 'no one';
const REPLID_CHARS = 8;
/** The name of the place of all clients outside of the world, as links use it. */
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
  private readonly replicaofGroup: HTMLElement;
  private readonly replicaofButton: ButtonControl;
  private node: AnyNode | undefined = undefined;

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
      title: 'Changes its master, or makes it a master',
      onPress: () => this.replicaof(),
    });
    this.replicaofGroup = group('Replication', this.replicaofButton.element, this.master.element);
    this.element = h(
      'section',
      { class: 'inspector', attributes: { 'aria-labelledby': 'inspector-name' } },
      h('div', { class: 'inspector-head' }, this.name, this.facts),
      this.everything,
    );
    this.everything.append(this.actions, this.replicaofGroup, this.linkGroup());
  }

  private linkGroup(): HTMLElement {
    const button = (id: string, label: string, title: string, onPress: () => void): HTMLElement =>
      new ButtonControl({ id, label, title, onPress }).element;
    const ends = (): { a: string; b: string } => ({ a: this.node!.name, b: this.peer.value });
    return group(
      'Link',
      h('span', { class: 'muted', text: 'Link' }),
      this.peer.element,
      button('cut', 'Cut', 'Blocks all bytes in both directions', () =>
        this.ask({ op: 'cut', ...ends(), oneway: false }),
      ),
      button('cut-oneway', 'Cut →', 'Blocks all bytes from this node to the other one', () =>
        this.ask({ op: 'cut', ...ends(), oneway: true }),
      ),
      button('heal', 'Heal', 'Removes the cut; bytes sent in the meantime arrive', () =>
        this.ask({ op: 'heal', ...ends() }),
      ),
      button('reset', 'Reset', 'Resets the connections at both ends', () =>
        this.ask({ op: 'reset', ...ends() }),
      ),
    );
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
    setHidden(this.element, node === undefined);
    if (node === undefined) return;
    setText(this.name, node.name);
    setText(this.facts, isServer(node) ? serverFacts(node) : sentinelFacts(node));
    const actions = [...processActions(node), ...(isServer(node) ? serverActions(node) : [])];
    this.buttons.show(actions.map((action) => [action.id, action]));
    setHidden(this.replicaofGroup, !isServer(node));
    this.replicaofButton.setEnabled(node.process === 'running');
    // A stopped world accepts no operation.
    this.everything.inert = snapshot.failure !== null;
    const servers = snapshot.nodes.filter((other) => other.name !== node.name);
    this.master.setChoices([
      { value: NO_ONE, label: 'NO ONE' },
      ...servers.map(({ name }) => ({ value: name, label: name })),
    ]);
    const peers = [...servers, ...snapshot.sentinels].filter((other) => other.name !== node.name);
    this.peer.setChoices([
      ...peers.map(({ name }) => ({ value: name, label: name })),
      ...(snapshot.load === null ? [] : [{ value: 'load', label: 'load' }]),
      { value: OUTSIDE, label: 'apps outside' },
    ]);
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
