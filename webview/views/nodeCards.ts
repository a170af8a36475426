/**
 * The cards of servers and Sentinels. A card is a button that selects its node; the text on it is its
 * accessible name.
 *
 * Invariant: a card has the same rows and the same size in every state; what does not fit is cut off.
 */

import type { NodeSnapshot, SentinelSnapshot } from '../../src/view/snapshot.ts';
import { h, setClass, setCutText, setText } from '../dom.ts';
import { beliefOf, doubtsOf, epochOf } from '../model/beliefs.ts';
import { counted, countOf, inBytes } from '../model/words.ts';

const EMPTY = '–';

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
    setCutText(this.line, node.role === 'master' ? masterLine(node) : replicaLine(node, master));
    setClass(this.line, `card-line${lineTone(node)}`);
    showNote(this.note, noteOf(node, isLoaded));
  }
}

/** An empty row is shown as a dash, so that the card keeps its rows. */
function showNote(element: HTMLElement, note: string): void {
  setCutText(element, note === '' ? EMPTY : note);
  setClass(element, note === '' ? 'card-note is-empty' : 'card-note');
}

function isDead({ process }: NodeSnapshot): boolean {
  return process === 'crashed' || process === 'exited';
}

function lineTone({ process, master }: NodeSnapshot): string {
  if (process !== 'running' || master === null || master.status === 'up') return '';
  // Its link counts as down until the dataset has arrived, and that is as it should be.
  return master.syncInProgress ? ' is-warn' : ' is-bad';
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
      h('span', { class: 'card-lines' }, this.belief, this.doubts),
    );
  }

  show({ node, isSelected }: SentinelFacts): void {
    this.mark('sentinel', node.process, isSelected);
    setText(this.role, epochOf(node));
    const { text, tone } = beliefOf(node);
    setCutText(this.belief, text);
    setClass(this.belief, `card-line is-${tone}`);
    showNote(this.doubts, doubtsOf(node));
  }
}
