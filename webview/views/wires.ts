/**
 * The lines behind the cards: from a master to its replicas, and along cut links.
 *
 * Invariant: positions are measured from the cards when the picture changes, never computed from the
 * expected layout.
 */

import { h, Keyed, setAttributes, setClass, setHidden, setText, svg } from '../dom.ts';

export interface Line {
  readonly from: string;
  readonly to: string;
  /** up, syncing, down, cut. */
  readonly state: string;
  readonly label: string;
  /** Bytes are being sent along it. */
  readonly isFlowing: boolean;
  /** The colour of the card at its end. */
  readonly color: number;
}

interface LineView {
  readonly element: SVGGElement;
  readonly base: SVGPathElement;
  readonly flow: SVGPathElement;
  readonly label: HTMLElement;
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
    element.append(base, flow);
    const label = h('span');
    this.labels.append(label);
    return { element, base, flow, label };
  }

  private update(view: LineView, line: Line): void {
    const [from, to] = [this.rectOf(line.from), this.rectOf(line.to)];
    if (from === undefined || to === undefined) return;
    const { start, end } = endsOf(from, to);
    const bend = (end.y - start.y) / 2;
    const path = `M${start.x} ${start.y}C${start.x} ${start.y + bend} ${end.x} ${end.y - bend} ${end.x} ${end.y}`;
    setClass(
      view.element,
      `wire is-${line.state} color-${line.color}${line.isFlowing ? ' is-flowing' : ''}`,
    );
    setAttributes(view.base, { d: path });
    setAttributes(view.flow, { d: path });
    setText(view.label, line.label);
    setClass(view.label, `wire-label is-${line.state}`);
    setHidden(view.label, line.label === '');
    view.label.style.left = `${(start.x + end.x) / 2}px`;
    view.label.style.top = `${(start.y + end.y) / 2}px`;
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
 * From the lower edge of the upper card to the upper edge of the lower one, or side by side in a
 * row.
 */
function endsOf(from: DOMRect, to: DOMRect): { start: Point; end: Point } {
  if (to.top < from.bottom && from.top < to.bottom) {
    const [left, right] = from.left < to.left ? [from, to] : [to, from];
    const y = Math.round((from.top + from.bottom) / 2);
    return { start: { x: left.right, y }, end: { x: right.left, y } };
  }
  const isBelow = to.top >= from.bottom;
  return {
    start: { x: middle(from), y: isBelow ? from.bottom : from.top },
    end: { x: middle(to), y: isBelow ? to.top : to.bottom },
  };
}

function middle(rect: DOMRect): number {
  return Math.round(rect.left + rect.width / 2);
}
