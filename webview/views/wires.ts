/**
 * The lines behind the cards: from a master to its replicas, with an arrow at the replica, and along
 * links that are cut, held or slow.
 *
 * Invariant: positions are measured from the cards when the picture changes, never computed from the
 * expected layout.
 */

import { h, Keyed, setAttributes, setClass, setHidden, setText, svg } from '../dom.ts';

export interface Line {
  readonly from: string;
  readonly to: string;
  /** up, slow, syncing, down, cut. */
  readonly state: string;
  readonly label: string;
  /** Bytes are being sent along it. */
  readonly isFlowing: boolean;
  /** The colour of the card at its end. */
  readonly color: number;
  /** It has a direction: from a master to its replica. */
  readonly isReplication: boolean;
}

interface LineView {
  readonly element: SVGGElement;
  readonly base: SVGPathElement;
  readonly flow: SVGPathElement;
  readonly arrow: SVGPathElement;
  readonly label: HTMLElement;
}

/** How far the controls of a line between two cards of a row lie beyond their edges. */
const SAG = 24;
/** The part of SAG that a cubic curve reaches. */
const SAG_REACHED = 0.75;

interface Curve {
  readonly path: string;
  readonly middle: Point;
  readonly end: Point;
  /** Whether the line arrives from above. */
  readonly isDownward: boolean;
}

interface Point {
  readonly x: number;
  readonly y: number;
}

export class Wires {
  readonly drawing = svg('svg', { class: 'wires', 'aria-hidden': 'true' });
  readonly labels = h('div', { class: 'wire-labels' });
  private readonly frame: HTMLElement;
  private readonly keyed: Keyed<Line, LineView>;
  private lines: readonly Line[] = [];

  /** `frame` contains the cards and both layers. */
  constructor(frame: HTMLElement) {
    this.frame = frame;
    this.keyed = new Keyed(
      this.drawing,
      () => this.create(),
      (view, line) => this.update(view, line),
    );
    new ResizeObserver(() => this.draw()).observe(frame);
  }

  show(lines: readonly Line[]): void {
    this.lines = lines;
    this.draw();
  }

  private draw(): void {
    this.keyed.show(this.lines.map((line) => [`${line.from} ${line.to}`, line]));
    // A label lives as long as its line.
    const alive = new Set(
      this.lines.map((line) => this.keyed.get(`${line.from} ${line.to}`)!.label),
    );
    for (const label of [...this.labels.children]) {
      if (!alive.has(label as HTMLElement)) label.remove();
    }
  }

  private create(): LineView {
    const base = svg('path', { class: 'wire-base' });
    const flow = svg('path', { class: 'wire-flow' });
    const element = svg('g');
    const arrow = svg('path', { class: 'wire-arrow', d: 'M-3.5 -6L0 0L3.5 -6' });
    element.append(base, flow, arrow);
    const label = h('span');
    this.labels.append(label);
    return { element, base, flow, arrow, label };
  }

  private update(view: LineView, line: Line): void {
    const [from, to] = [this.rectOf(line.from), this.rectOf(line.to)];
    if (from === undefined || to === undefined) return;
    const { path, middle, end, isDownward } = curveOf(from, to);
    const kind = line.isReplication ? ' is-replication' : '';
    setClass(
      view.element,
      `wire is-${line.state} color-${line.color}${kind}${line.isFlowing ? ' is-flowing' : ''}`,
    );
    setAttributes(view.base, { d: path });
    setAttributes(view.flow, { d: path });
    const turn = isDownward ? 0 : 180;
    setAttributes(view.arrow, { transform: `translate(${end.x} ${end.y}) rotate(${turn})` });
    setText(view.label, line.label);
    setClass(view.label, `wire-label is-${line.state}`);
    setHidden(view.label, line.label === '');
    view.label.style.left = `${middle.x}px`;
    view.label.style.top = `${middle.y}px`;
  }

  /** The box of a node's card, relative to the frame. */
  private rectOf(name: string): DOMRect | undefined {
    const card = this.frame.querySelector(`[data-node="${CSS.escape(name)}"]`);
    if (card === null) return undefined;
    const [outer, inner] = [this.frame.getBoundingClientRect(), card.getBoundingClientRect()];
    return new DOMRect(inner.left - outer.left, inner.top - outer.top, inner.width, inner.height);
  }
}

/**
 * From the lower edge of the upper card to the upper edge of the lower one. Two cards of a row are
 * joined by a curve above them, because there is always room: below the last row there is none.
 */
function curveOf(from: DOMRect, to: DOMRect): Curve {
  const isSameRow = to.top < from.bottom && from.top < to.bottom;
  const isBelow = !isSameRow && to.top >= from.bottom;
  const start = { x: middle(from), y: isBelow ? from.bottom : from.top };
  const end = { x: middle(to), y: isBelow || isSameRow ? to.top : to.bottom };
  const bend = (end.y - start.y) / 2;
  const [first, second] = isSameRow ? [start.y - SAG, end.y - SAG] : [start.y + bend, end.y - bend];
  const lift = isSameRow ? SAG * SAG_REACHED : 0;
  return {
    path: `M${start.x} ${start.y}C${start.x} ${first} ${end.x} ${second} ${end.x} ${end.y}`,
    middle: { x: (start.x + end.x) / 2, y: (start.y + end.y) / 2 - lift },
    end,
    isDownward: isBelow || isSameRow,
  };
}

function middle(rect: DOMRect): number {
  return Math.round(rect.left + rect.width / 2);
}
