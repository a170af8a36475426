/**
 * The order of a sorted set: a B+tree of (score, member) with the number of entries below each child, so
 * finding a rank and finding by rank are both O(log n).
 *
 * Invariants: all leaves have the same depth; a node is written to only under this tree's epoch
 * (epoch.ts); for i > 0 every entry below child i of an inner node is at or after bound i, and every
 * entry below child i - 1 is before it. Bound 0 is the parent's bound for this node. A bound need not be
 * an entry, because removing the entry leaves the bound.
 */

import { registerShared, registerState } from '../../machine/state.ts';
import { Epoch } from '../epoch.ts';

const NODE_ENTRIES_MAX = 64;
/** A node that has shrunk to this is joined with its neighbour if both together leave room to grow. */
const NODE_ENTRIES_LOW = NODE_ENTRIES_MAX / 4;
const JOINED_ENTRIES_MAX = (NODE_ENTRIES_MAX * 3) / 4;

type Visit = (member: string, score: number) => void;

class Leaf {
  readonly epoch: Epoch;
  readonly scores: number[];
  readonly members: string[];

  constructor(epoch: Epoch, scores: number[], members: string[]) {
    this.epoch = epoch;
    this.scores = scores;
    this.members = members;
  }
}
registerShared('Leaf', Leaf);

class Inner {
  readonly epoch: Epoch;
  /** Bounds of the children. */
  readonly scores: number[];
  readonly members: string[];
  readonly children: Node[];
  /** Entries below each child. */
  readonly counts: number[];

  constructor(
    epoch: Epoch,
    scores: number[],
    members: string[],
    children: Node[],
    counts: number[],
  ) {
    this.epoch = epoch;
    this.scores = scores;
    this.members = members;
    this.children = children;
    this.counts = counts;
  }
}
registerShared('Inner', Inner);

type Node = Leaf | Inner;

/** The first index at or after `low` whose entry is at or after (`inclusive`: after) the one given. */
function firstIndex(
  node: Node,
  low: number,
  score: number,
  member: string,
  inclusive: boolean,
): number {
  const { scores, members } = node;
  let high = members.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const other = scores[middle]!;
    const before =
      other === score
        ? members[middle]! < member || (inclusive && members[middle] === member)
        : other < score;
    if (before) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The child that contains the entry, or would contain it. */
function childIndex(inner: Inner, score: number, member: string): number {
  return firstIndex(inner, 1, score, member, true) - 1;
}

function entriesBelow(node: Node): number {
  if (node instanceof Leaf) return node.members.length;
  let entries = 0;
  for (const count of node.counts) entries += count;
  return entries;
}

export class ScoreTree {
  private epoch: Epoch;
  private root: Node;
  private entries: number;

  constructor(root?: Node, entries = 0) {
    this.epoch = new Epoch();
    this.root = root ?? new Leaf(this.epoch, [], []);
    this.entries = entries;
  }

  get size(): number {
    return this.entries;
  }

  /** Adds an entry that is absent. */
  insert(score: number, member: string): void {
    this.root = this.writable(this.root);
    this.insertBelow(this.root, score, member);
    this.entries += 1;
    if (this.root.members.length > NODE_ENTRIES_MAX) {
      const left = this.root;
      const { bound, node } = this.split(left);
      this.root = new Inner(
        this.epoch,
        [Number.NEGATIVE_INFINITY, bound.score],
        ['', bound.member],
        [left, node],
        [entriesBelow(left), entriesBelow(node)],
      );
    }
  }

  /** Removes an entry that is present. */
  remove(score: number, member: string): void {
    this.root = this.writable(this.root);
    this.removeBelow(this.root, score, member);
    this.entries -= 1;
    while (this.root instanceof Inner && this.root.children.length === 1) {
      this.root = this.root.children[0]!;
    }
  }

  /** The number of entries before the given one, which need not be present. */
  rank(score: number, member: string): number {
    let rank = 0;
    let node = this.root;
    while (node instanceof Inner) {
      const index = childIndex(node, score, member);
      for (let i = 0; i < index; i += 1) rank += node.counts[i]!;
      node = node.children[index]!;
    }
    return rank + firstIndex(node, 0, score, member, false);
  }

  /** The number of entries with a score below `score` or, with `inclusive`, equal to it. */
  countBelow(score: number, inclusive: boolean): number {
    let rank = 0;
    let node = this.root;
    while (node instanceof Inner) {
      const { scores, counts } = node;
      let index = 0;
      while (index + 1 < scores.length && isBefore(scores[index + 1]!, score, inclusive)) {
        rank += counts[index]!;
        index += 1;
      }
      node = node.children[index]!;
    }
    for (const other of node.scores) if (isBefore(other, score, inclusive)) rank += 1;
    return rank;
  }

  /** Visits the entries of the ranks `from` to `to`, both inclusive and in range. */
  forEachRank(from: number, to: number, visit: Visit): void {
    visitUp(this.root, from, to, visit);
  }

  /** As forEachRank, from `to` down to `from`. */
  forEachRankDown(from: number, to: number, visit: Visit): void {
    visitDown(this.root, from, to, visit);
  }

  /** A second tree with the same entries, in O(1); neither sees later changes of the other. */
  share(): ScoreTree {
    this.epoch = new Epoch();
    return new ScoreTree(this.root, this.entries);
  }

  private insertBelow(node: Node, score: number, member: string): void {
    if (node instanceof Leaf) {
      const index = firstIndex(node, 0, score, member, false);
      node.scores.splice(index, 0, score);
      node.members.splice(index, 0, member);
      return;
    }
    const index = childIndex(node, score, member);
    const child = this.writableChild(node, index);
    this.insertBelow(child, score, member);
    node.counts[index]! += 1;
    if (child.members.length > NODE_ENTRIES_MAX) this.splitChild(node, index, child);
  }

  private splitChild(parent: Inner, index: number, child: Node): void {
    const { bound, node } = this.split(child);
    const moved = entriesBelow(node);
    parent.counts[index]! -= moved;
    parent.scores.splice(index + 1, 0, bound.score);
    parent.members.splice(index + 1, 0, bound.member);
    parent.children.splice(index + 1, 0, node);
    parent.counts.splice(index + 1, 0, moved);
  }

  /** Moves the upper half of a node to a new one. Returns the new node and its bound. */
  private split(node: Node): { bound: { score: number; member: string }; node: Node } {
    const middle = node.members.length >>> 1;
    const scores = node.scores.splice(middle);
    const members = node.members.splice(middle);
    const bound = { score: scores[0]!, member: members[0]! };
    if (node instanceof Leaf) return { bound, node: new Leaf(this.epoch, scores, members) };
    const children = node.children.splice(middle);
    const counts = node.counts.splice(middle);
    return { bound, node: new Inner(this.epoch, scores, members, children, counts) };
  }

  private removeBelow(node: Node, score: number, member: string): void {
    if (node instanceof Leaf) {
      const index = firstIndex(node, 0, score, member, false);
      node.scores.splice(index, 1);
      node.members.splice(index, 1);
      return;
    }
    const index = childIndex(node, score, member);
    const child = this.writableChild(node, index);
    this.removeBelow(child, score, member);
    node.counts[index]! -= 1;
    if (child.members.length <= NODE_ENTRIES_LOW) this.joinChild(node, index);
  }

  /** Joins a child that has become small with a neighbour if both fit well into one node. */
  private joinChild(parent: Inner, index: number): void {
    const { children } = parent;
    if (children.length === 1) return;
    const at = index === 0 ? 0 : index - 1;
    const joined = children[at]!.members.length + children[at + 1]!.members.length;
    const isEmpty = children[index]!.members.length === 0;
    if (joined > JOINED_ENTRIES_MAX && !isEmpty) return;
    const left = this.writableChild(parent, at);
    const right = children[at + 1]!;
    left.scores.push(...right.scores);
    left.members.push(...right.members);
    if (left instanceof Inner && right instanceof Inner) {
      left.children.push(...right.children);
      left.counts.push(...right.counts);
    }
    parent.counts[at]! += parent.counts[at + 1]!;
    for (const column of [parent.scores, parent.members, children, parent.counts]) {
      column.splice(at + 1, 1);
    }
  }

  private writableChild(parent: Inner, index: number): Node {
    const child = this.writable(parent.children[index]!);
    parent.children[index] = child;
    return child;
  }

  private writable(node: Node): Node {
    const { epoch } = this;
    if (node.epoch === epoch) return node;
    const scores = node.scores.slice();
    const members = node.members.slice();
    return node instanceof Leaf
      ? new Leaf(epoch, scores, members)
      : new Inner(epoch, scores, members, node.children.slice(), node.counts.slice());
  }
}
registerState('ScoreTree', ScoreTree, (tree: ScoreTree) => tree.share());

function isBefore(other: number, score: number, inclusive: boolean): boolean {
  return other < score || (inclusive && other === score);
}

/** Visits the entries `from` to `to`, counted from the node's first entry. */
function visitUp(node: Node, from: number, to: number, visit: Visit): void {
  if (node instanceof Leaf) {
    const last = Math.min(to, node.members.length - 1);
    for (let i = Math.max(from, 0); i <= last; i += 1) visit(node.members[i]!, node.scores[i]!);
    return;
  }
  let first = 0;
  for (let i = 0; i < node.children.length && first <= to; i += 1) {
    const next = first + node.counts[i]!;
    if (next > from) visitUp(node.children[i]!, from - first, to - first, visit);
    first = next;
  }
}

function visitDown(node: Node, from: number, to: number, visit: Visit): void {
  if (node instanceof Leaf) {
    const first = Math.max(from, 0);
    for (let i = Math.min(to, node.members.length - 1); i >= first; i -= 1) {
      visit(node.members[i]!, node.scores[i]!);
    }
    return;
  }
  let first = entriesBelow(node);
  for (let i = node.children.length - 1; i >= 0 && first > from; i -= 1) {
    const next = first;
    first -= node.counts[i]!;
    if (first <= to && next > from) visitDown(node.children[i]!, from - first, to - first, visit);
  }
}
