/**
 * The cards of servers and Sentinels. A card is a button that selects its node; the text on it is its
 * accessible name.
 */

import type { NodeSnapshot, SentinelSnapshot } from '../../src/view/snapshot.ts';
import { h, setClass, setHidden, setText } from '../dom.ts';
import { beliefOf, doubtsOf, epochOf } from '../model/beliefs.ts';
import { counted, countOf, inBytes } from '../model/words.ts';

/** What a server's card needs besides the server itself. */
export interface ServerFacts {
  readonly node: NodeSnapshot;
  /** Its master; undefined for a master, and for a replica of a server outside of the sandbox. */
  readonly master: NodeSnapshot | undefined;
  readonly isSelected: boolean;
  readonly isLoaded: boolean;
  readonly color: number;
}

abstract class Card {
  readonly element: HTMLButtonElement;
  protected readonly name = h('span', { class: 'card-name' });
  protected readonly role = h('span', { class: 'card-role' });

  constructor(name: string, onSelect: () => void) {
    this.element = h('button', {
      id: `node-${name}`,
      attributes: { type: 'button', 'data-node': name },
    });
    this.element.addEventListener('click', onSelect);
    setText(this.name, name);
  }

  protected mark(kind: string, process: string, isSelected: boolean): void {
    setClass(this.element, `card ${kind} is-${process}${isSelected ? ' is-selected' : ''}`);
    const pressed = String(isSelected);
    if (this.element.getAttribute('aria-pressed') !== pressed) {
      this.element.setAttribute('aria-pressed', pressed);
    }
  }
}

export class ServerCard extends Card {
  private readonly address = h('span', { class: 'card-address' });
  private readonly offset = h('span', { class: 'card-offset' });
  private readonly line = h('span', { class: 'card-line' });
  private readonly note = h('span', { class: 'card-note' });

  constructor(name: string, onSelect: () => void) {
    super(name, onSelect);
    this.element.append(
      h('span', { class: 'card-head' }, this.name, this.role, this.address),
      h(
        'span',
        { class: 'card-offset-line' },
        h('span', { class: 'muted', text: 'offset' }),
        this.offset,
      ),
      h('span', { class: 'card-lines' }, this.line, this.note),
    );
  }

  show({ node, master, isSelected, isLoaded, color }: ServerFacts): void {
    this.mark(`server is-${node.role} color-${color}`, node.process, isSelected);
    setText(this.role, node.process === 'running' ? node.role : node.process);
    setText(this.address, `:${node.port}`);
    setText(this.offset, counted(node.offset));
    setText(this.line, node.role === 'master' ? masterLine(node) : replicaLine(node, master));
    setClass(this.line, `card-line${isTroubled(node) ? ' is-bad' : ''}`);
    const note = noteOf(node, isLoaded);
    setText(this.note, note);
    setHidden(this.note, note === '');
  }
}

function isDead({ process }: NodeSnapshot): boolean {
  return process === 'crashed' || process === 'exited';
}

function isTroubled({ process, master }: NodeSnapshot): boolean {
  return process === 'running' && master !== null && master.status === 'down';
}

function masterLine(node: NodeSnapshot): string {
  if (isDead(node)) return 'was master';
  const online = node.replicas.filter((replica) => replica.state === 'online').length;
  const all = node.replicas.length;
  return online === all
    ? countOf(all, 'replica')
    : `${online} of ${countOf(all, 'replica')} online`;
}

function replicaLine(node: NodeSnapshot, master: NodeSnapshot | undefined): string {
  if (isDead(node)) return 'was replica';
  const { status, syncInProgress } = node.master!;
  const seen = master?.replicas.find((replica) => replica.node === node.name);
  if (syncInProgress) return `full resync: ${seen?.state ?? 'starting'}`;
  if (status === 'down') return 'link down';
  if (master === undefined || seen === undefined || isDead(master)) return 'link up';
  // The replica's real offset: its last acknowledgement may be a second old.
  const lacks = Math.max(0, master.offset - node.offset);
  const behind = lacks === 0 ? 'in step' : `${inBytes(lacks)} behind`;
  return `${behind} · lag ${seen.lag} s`;
}

/** Other activity of the process. */
function noteOf(node: NodeSnapshot, isLoaded: boolean): string {
  const notes: string[] = [];
  if (node.waitingInputs > 0 && node.process === 'frozen') {
    notes.push(`${countOf(node.waitingInputs, 'input')} wait`);
  }
  if (node.child !== null) notes.push('saving');
  if (isLoaded) notes.push('load writes here');
  return notes.join(' · ');
}

export interface SentinelFacts {
  readonly node: SentinelSnapshot;
  readonly isSelected: boolean;
}

export class SentinelCard extends Card {
  private readonly belief = h('span', { class: 'card-line' });
  private readonly doubts = h('span', { class: 'card-note' });

  constructor(name: string, onSelect: () => void) {
    super(name, onSelect);
    this.element.append(
      h('span', { class: 'card-head' }, this.name, this.role),
      this.belief,
      this.doubts,
    );
  }

  show({ node, isSelected }: SentinelFacts): void {
    this.mark('sentinel', node.process, isSelected);
    setText(this.role, epochOf(node));
    const { text, tone } = beliefOf(node);
    setText(this.belief, text);
    setClass(this.belief, `card-line is-${tone}`);
    const doubts = doubtsOf(node);
    setText(this.doubts, doubts);
    setHidden(this.doubts, doubts === '');
  }
}
