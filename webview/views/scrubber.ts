/**
 * The scrubber: the time of the history from the first event that is held to the present, with a lane of
 * milestones above it. A press on a milestone goes there; a drag shows the time and goes when it ends.
 *
 * Invariant: nothing in it changes its size. What a milestone says lies over the page.
 */

import type { Milestone } from '../../src/view/events.ts';
import type { HistorySnapshot, Snapshot } from '../../src/view/snapshot.ts';
import { h, Keyed, setAttributes, setClass, setHidden, setText } from '../dom.ts';
import { instantAt, type Mark, marksOf, positionOf } from '../model/timeline.ts';
import { counted, timeOfDay } from '../model/words.ts';
import type { Ask } from '../page.ts';

/** A release this close to the right end means the present. */
const END_PIXELS = 5;
const MICROS_PER_MS = 1000;

interface MarkView {
  readonly element: HTMLElement;
  mark: Mark | undefined;
}

export class Scrubber {
  readonly element: HTMLElement;
  private readonly ask: Ask;
  private readonly lane = h('div', { class: 'scrubber-lane' });
  private readonly past = h('div', { class: 'scrubber-past' });
  private readonly thumb = h('div', { class: 'scrubber-thumb' });
  private readonly tip = h('div', { class: 'scrubber-tip', id: 'scrubber-tip' });
  private readonly marks: Keyed<Mark, MarkView>;
  private history: HistorySnapshot | undefined = undefined;
  private milestones: readonly Milestone[] = [];
  private shownMarks: readonly Mark[] = [];
  /** The position of the pointer while it drags, and the history as it was when the drag began. */
  private drag: { position: number; readonly history: HistorySnapshot } | undefined = undefined;
  /** The number of the milestone that the keyboard has reached. */
  private reached: number | undefined = undefined;
  private position = 1;

  constructor(ask: Ask) {
    this.ask = ask;
    this.marks = new Keyed(
      this.lane,
      () => this.createMark(),
      (view, mark) => this.placeMark(view, mark),
    );
    this.element = h(
      'div',
      {
        class: 'scrubber',
        id: 'scrubber',
        attributes: {
          role: 'slider',
          tabindex: '0',
          'aria-label': 'Time of the history',
          'aria-valuemin': '0',
          'aria-valuemax': '100',
        },
      },
      this.lane,
      h('div', { class: 'scrubber-track' }, this.past, this.thumb),
      this.tip,
    );
    setHidden(this.tip, true);
    this.listen();
    new ResizeObserver(() => this.draw()).observe(this.element);
  }

  private listen(): void {
    const { element } = this;
    element.addEventListener('pointerdown', (event) => this.pressed(event));
    element.addEventListener('pointermove', (event) => this.moved(event));
    element.addEventListener('pointerup', () => this.released());
    element.addEventListener('pointercancel', () => this.endDrag());
    element.addEventListener('pointerleave', () => setHidden(this.tip, true));
    element.addEventListener('keydown', (event) => this.keyed(event));
    element.addEventListener('blur', () => this.reach(undefined));
  }

  show({ history, clock }: Snapshot, milestones: readonly Milestone[]): void {
    this.history = history;
    this.milestones = milestones;
    this.position = history.shown === null ? 1 : positionOf(history, clock.now);
    const now = timeOfDay(clock.now);
    setAttributes(this.element, {
      'aria-valuenow': Math.round(this.position * 100),
      'aria-valuetext': history.shown === null ? `the present, ${now}` : now,
      'aria-disabled': String(history.first === null),
    });
    this.draw();
  }

  private draw(): void {
    const { history } = this;
    const width = this.element.clientWidth;
    if (history === undefined || width === 0) return;
    this.shownMarks = history.first === null ? [] : marksOf(this.milestones, history, width);
    this.marks.show(this.shownMarks.map((mark) => [String(mark.seq), mark]));
    this.drawThumb();
  }

  private drawThumb(): void {
    const percent = `${((this.drag?.position ?? this.position) * 100).toFixed(3)}%`;
    this.thumb.style.left = percent;
    this.past.style.width = percent;
  }

  private createMark(): MarkView {
    const element = h('div');
    const view: MarkView = { element, mark: undefined };
    element.addEventListener('pointerenter', () => this.tellMark(view.mark!));
    element.addEventListener('click', () => this.ask({ op: 'goto', event: view.mark!.seq }));
    return view;
  }

  private placeMark(view: MarkView, mark: Mark): void {
    view.mark = mark;
    const reached = mark.seq === this.reached ? ' is-reached' : '';
    setClass(view.element, `mark is-${mark.kind}${reached}`);
    setAttributes(view.element, { 'data-seq': mark.seq });
    view.element.style.left = `${(mark.position * 100).toFixed(3)}%`;
  }

  private tellMark({ title, position, seq }: Mark): void {
    this.tell(`${title}\nevent ${counted(seq)}`, position);
  }

  /** Within the scrubber's width, so that it never leaves the page. */
  private tell(text: string, position: number): void {
    setText(this.tip, text);
    const percent = position * 100;
    this.tip.style.left = `${percent}%`;
    this.tip.style.transform = `translateX(-${percent}%)`;
    setHidden(this.tip, false);
  }

  private positionOf(event: PointerEvent): number {
    const { left, width } = this.lane.getBoundingClientRect();
    const position = Math.max(0, Math.min(1, (event.clientX - left) / width));
    return (1 - position) * width < END_PIXELS ? 1 : position;
  }

  private pressed(event: PointerEvent): void {
    const { history } = this;
    const isOnMark = (event.target as Element).closest('.mark') !== null;
    if (event.button !== 0 || isOnMark || history === undefined || history.first === null) return;
    this.drag = { position: this.positionOf(event), history };
    this.element.setPointerCapture(event.pointerId);
    this.tellTime(this.drag.position, history);
    this.drawThumb();
  }

  private moved(event: PointerEvent): void {
    const { drag, history } = this;
    if (history === undefined || history.first === null) return;
    const position = this.positionOf(event);
    if (drag !== undefined) {
      drag.position = position;
      this.drawThumb();
    } else if ((event.target as Element).closest('.mark') !== null) {
      return;
    }
    this.tellTime(position, drag?.history ?? history);
  }

  private tellTime(position: number, history: HistorySnapshot): void {
    const time = timeOfDay(instantAt(history, position) * MICROS_PER_MS);
    this.tell(position === 1 ? 'the present' : time, position);
  }

  private released(): void {
    const { drag } = this;
    this.endDrag();
    if (drag === undefined) return;
    // The thumb stays where it was put until the answer has come.
    this.position = drag.position;
    this.drawThumb();
    if (drag.position === 1) this.ask({ op: 'live' });
    else this.ask({ op: 'gotoTime', ms: instantAt(drag.history, drag.position) });
  }

  private endDrag(): void {
    this.drag = undefined;
    setHidden(this.tip, true);
    this.drawThumb();
  }

  private keyed(event: KeyboardEvent): void {
    const marks = this.shownMarks;
    const at = marks.findIndex(({ seq }) => seq === this.reached);
    const before = marks.filter(({ position }) => position < this.position).length;
    switch (event.key) {
      case 'ArrowLeft':
        this.reach(marks[Math.max(0, (at === -1 ? before : at) - 1)]);
        break;
      case 'ArrowRight':
        this.reach(marks[Math.min(marks.length - 1, at === -1 ? before : at + 1)]);
        break;
      case 'Home':
        this.reach(marks[0]);
        break;
      case 'End':
        this.reach(marks.at(-1));
        break;
      case 'Escape':
        this.reach(undefined);
        break;
      case 'Enter':
        if (this.reached !== undefined) this.ask({ op: 'goto', event: this.reached });
        break;
      default:
        return;
    }
    event.preventDefault();
  }

  /** The keyboard moves to a milestone, which says what it is; Enter goes there. */
  private reach(mark: Mark | undefined): void {
    this.reached = mark?.seq;
    this.draw();
    if (mark === undefined) {
      setHidden(this.tip, true);
      return;
    }
    this.tellMark(mark);
    setAttributes(this.element, { 'aria-valuetext': mark.title });
  }
}
