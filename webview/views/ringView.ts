/**
 * The backlog as a ring. The outer ring shows the held bytes, from the first (faint) to the write head
 * (strong). Each replica has a circle inside, with its position and an arc of the bytes that it lacks.
 *
 * It folds into a narrow bar. A fold is the user's: nothing else opens or closes it, but for the width of
 * the page while the user has not chosen.
 */

import type { NodeSnapshot, Snapshot } from '../../src/view/snapshot.ts';
import type { Choices } from '../choices.ts';
import { h, Keyed, setAttributes, setClass, setHidden, setText, svg } from '../dom.ts';
import { colorOf } from '../model/colors.ts';
import { hintOf, type Ring, type RingReplica, ringOf } from '../model/ring.ts';
import { counted, inSize } from '../model/words.ts';

const CENTER = 160;
const RADIUS = 132;
/** The number of pieces of the history arc, each a little stronger than the previous one. */
const PIECES = 40;
const FIRST_TRACK = 112;
const TRACK_GAP = 11;
const TRACKS_MAX = 5;
/** Strength of the colour at the first byte, in percent. */
const FAINTEST = 22;
/** Each piece overlaps the next one a little, because hairlines would show between them. */
const OVERLAP = 1.25;
/** From this size on there is room for the open ring. */
const ROOM = '(min-width: 820px) and (min-height: 641px)';
/** The smallest visible part of a turn. */
const SHARE_MIN = 0.006;

interface Shown {
  readonly replica: RingReplica;
  readonly ring: Ring;
  readonly color: number;
  readonly track: number;
}

class TrackView {
  readonly element = svg('g');
  private readonly circle = svg('circle', { class: 'track', cx: CENTER, cy: CENTER });
  private readonly gap = svg('path', { class: 'track-gap' });
  private readonly dot = svg('circle', { class: 'track-dot', r: 5 });

  constructor() {
    this.element.append(this.circle, this.gap, this.dot);
  }

  show({ replica, ring, color, track }: Shown): void {
    const radius = FIRST_TRACK - track * TRACK_GAP;
    setClass(this.element, `is-${replica.state.replace(' ', '-')} color-${color}`);
    setAttributes(this.circle, { r: radius });
    const { turn } = replica;
    // A replica that is not on the ring lacks all of it: its dot is hollow, at the write head.
    const place = pointAt(radius, turn ?? ring.to);
    setAttributes(this.dot, { cx: place.x, cy: place.y });
    const lacks = turn === null ? 0.9999 : (ring.to - turn + 1) % 1;
    setAttributes(this.gap, {
      d: lacks < 0.001 ? '' : arc(radius, (ring.to - lacks + 1) % 1, lacks),
    });
  }
}

class LegendRow {
  readonly element = h('li');
  private readonly name = h('span', { class: 'legend-name' });
  private readonly offset = h('span', { class: 'legend-offset' });
  private readonly words = h('span', { class: 'legend-words' });

  constructor() {
    this.element.append(h('span', { class: 'legend-dot' }), this.name, this.offset, this.words);
  }

  show({ replica, color }: Shown): void {
    setClass(this.element, `legend-row is-${replica.state.replace(' ', '-')} color-${color}`);
    setText(this.name, replica.name);
    setText(this.offset, counted(replica.offset));
    setText(this.words, replica.words);
  }
}

export class RingView {
  readonly element: HTMLElement;
  private readonly owner = h('span', { class: 'ring-owner', id: 'ring-owner' });
  private readonly empty = h('p', { class: 'ring-empty muted' });
  private readonly picture = svg('svg', { class: 'ring', viewBox: '0 0 320 320', role: 'img' });
  private readonly pieces = Array.from({ length: PIECES }, () =>
    svg('path', { class: 'ring-piece' }),
  );
  private readonly head = svg('path', { class: 'ring-head', d: 'M0 -9L6 4L-6 4Z' });
  private readonly tail = svg('line', { class: 'ring-tail' });
  private readonly share = svg('text', { class: 'ring-share', x: CENTER, y: CENTER + 4 });
  private readonly of = svg('text', { class: 'ring-of', x: CENTER, y: CENTER + 30 });
  private readonly tracks: Keyed<Shown, TrackView>;
  private readonly first = h('span', { class: 'ring-number' });
  private readonly last = h('span', { class: 'ring-number' });
  private readonly ends: HTMLElement;
  private readonly hint = h('p', { class: 'ring-hint muted' });
  private readonly legendElement = h('ul', { class: 'legend', id: 'ring-legend' });
  private readonly legend: Keyed<Shown, LegendRow>;
  private readonly choices: Choices;
  private readonly room = matchMedia(ROOM);
  private readonly fold = h('button', {
    class: 'ring-fold',
    id: 'ring-fold',
    attributes: { type: 'button', 'aria-controls': 'ring-content' },
  });

  constructor(choices: Choices) {
    this.choices = choices;
    const tracks = svg('g');
    this.tracks = new Keyed(
      tracks,
      () => new TrackView(),
      (view, shown) => view.show(shown),
    );
    this.legend = new Keyed(
      this.legendElement,
      () => new LegendRow(),
      (view, shown) => view.show(shown),
    );
    for (const [index, piece] of this.pieces.entries()) {
      const strength = FAINTEST + ((100 - FAINTEST) * index) / (PIECES - 1);
      piece.style.setProperty('--strength', `${strength.toFixed(1)}%`);
    }
    this.picture.append(
      svg('circle', { class: 'ring-base', cx: CENTER, cy: CENTER, r: RADIUS }),
      ...this.pieces,
      this.tail,
      tracks,
      this.head,
      this.share,
      this.of,
    );
    this.ends = h(
      'dl',
      { class: 'ring-ends' },
      h('div', {}, h('dt', { text: 'First byte held' }), h('dd', {}, this.first)),
      h('div', {}, h('dt', { text: 'Write head' }), h('dd', {}, this.last)),
    );
    this.fold.addEventListener('click', () => choices.foldRing(!this.isOpen));
    this.room.addEventListener('change', () => this.showFold());
    this.element = this.build();
    this.showFold();
  }

  private build(): HTMLElement {
    return h(
      'section',
      { class: 'backlog', id: 'backlog', attributes: { 'aria-label': 'Replication backlog' } },
      this.fold,
      h(
        'div',
        { class: 'ring-content', id: 'ring-content' },
        h('h2', { class: 'ring-heading' }, 'Backlog ', this.owner),
        this.picture,
        this.empty,
        this.ends,
        this.legendElement,
        this.hint,
      ),
    );
  }

  private get isOpen(): boolean {
    return this.choices.isRingOpen ?? this.room.matches;
  }

  private showFold(): void {
    const { isOpen } = this;
    this.element.classList.toggle('is-folded', !isOpen);
    setText(this.fold, isOpen ? '›' : 'Backlog');
    setAttributes(this.fold, {
      'aria-expanded': String(isOpen),
      'aria-label': isOpen ? 'Fold the backlog' : 'Show the backlog',
      title: isOpen ? 'Fold the backlog' : 'Show the backlog',
    });
  }

  /** `owner` is the selected server, or the master if the selected server has no backlog. */
  show(
    snapshot: Snapshot,
    owner: NodeSnapshot | undefined,
    master: NodeSnapshot | undefined,
  ): void {
    this.showFold();
    const shown = [owner, master].find((node) => node !== undefined && ringOf(snapshot, node));
    const ring = shown === undefined ? undefined : ringOf(snapshot, shown);
    setText(this.owner, ring?.owner ?? '');
    setText(
      this.empty,
      ring === undefined
        ? 'There is no backlog yet: a master creates one for its first replica.'
        : '',
    );
    setHidden(this.empty, ring !== undefined);
    setHidden(this.ends, ring === undefined);
    setAttributes(this.picture, { 'data-state': ring === undefined ? 'none' : 'active' });
    const facts =
      ring === undefined
        ? []
        : ring.replicas.map((replica, index) => ({
            replica,
            ring,
            color: colorOf(snapshot, replica.name),
            track: Math.min(index, TRACKS_MAX - 1),
          }));
    this.tracks.show(facts.map((fact) => [fact.replica.name, fact]));
    this.legend.show(facts.map((fact) => [fact.replica.name, fact]));
    setText(this.hint, ring === undefined ? '' : hintOf(ring));
    if (ring !== undefined) this.draw(ring);
  }

  private draw(ring: Ring): void {
    const share = ring.held === 0 ? 0 : Math.max(ring.share, SHARE_MIN);
    const from = (ring.to - share + 1) % 1;
    const piece = share / PIECES;
    for (const [index, path] of this.pieces.entries()) {
      setAttributes(path, {
        d:
          share === 0
            ? ''
            : arc(
                RADIUS,
                (from + index * piece) % 1,
                index === PIECES - 1 ? piece : piece * OVERLAP,
              ),
      });
    }
    const place = pointAt(RADIUS + 17, ring.to);
    setAttributes(this.head, {
      transform: `translate(${place.x} ${place.y}) rotate(${(ring.to * 360 + 180).toFixed(2)})`,
    });
    const [inner, outer] = [pointAt(RADIUS - 13, from), pointAt(RADIUS + 13, from)];
    setAttributes(this.tail, { x1: inner.x, y1: inner.y, x2: outer.x, y2: outer.y });
    const [amount, of] = ring.fill;
    setText(this.share, amount);
    setText(this.of, of);
    setText(this.first, counted(ring.first));
    setText(this.last, counted(ring.head));
    const words = `Backlog of ${ring.owner}: bytes ${counted(ring.first)} to ${counted(ring.head)} of a ring of ${inSize(ring.size)}`;
    setAttributes(this.picture, { 'aria-label': words });
  }
}

/** Turn 0 is at the top; turns run clockwise. */
function pointAt(radius: number, turn: number): { x: number; y: number } {
  const angle = (turn - 0.25) * 2 * Math.PI;
  const round = (value: number): number => Math.round(value * 100) / 100;
  return {
    x: round(CENTER + radius * Math.cos(angle)),
    y: round(CENTER + radius * Math.sin(angle)),
  };
}

function arc(radius: number, from: number, share: number): string {
  const [start, end] = [pointAt(radius, from), pointAt(radius, from + share)];
  const isLarge = share > 0.5 ? 1 : 0;
  return `M${start.x} ${start.y}A${radius} ${radius} 0 ${isLarge} 1 ${end.x} ${end.y}`;
}
