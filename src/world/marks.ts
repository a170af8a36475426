/**
 * Hash marks: the trace hash after certain events of a run. With them a replay can say where it departs.
 *
 * Invariants: marks are in the order of their events; each was taken at the end of an event, before the
 * inputs that followed. When there are too many, every second one is dropped and the distance doubles.
 */

export interface Mark {
  /** Events executed so far. */
  readonly events: number;
  /** Hash.hex(). */
  readonly hash: string;
}

/** Events between two marks, at first. */
const DISTANCE = 10_000;
const MARKS_MAX = 4_096;

export class Marks {
  private marks: Mark[];
  private distance = DISTANCE;
  /** The number of events from which on the next mark is due. */
  private due: number;

  /** Continues with the marks of a recording. */
  constructor(before: readonly Mark[]) {
    this.marks = before.slice();
    this.due = this.dueAfter(before[before.length - 1]?.events ?? 0);
  }

  /** Keeps a mark if one is due. To be called at the end of an event. */
  pass(events: number, hash: { hex(): string }): void {
    if (events < this.due) return;
    this.marks.push({ events, hash: hash.hex() });
    if (this.marks.length > MARKS_MAX) {
      this.marks = this.marks.filter((_mark, index) => index % 2 === 1);
      this.distance *= 2;
    }
    this.due = this.dueAfter(events);
  }

  /** The marks after an event. */
  after(events: number): Mark[] {
    return this.marks.filter((mark) => mark.events > events);
  }

  private dueAfter(events: number): number {
    return (Math.floor(events / this.distance) + 1) * this.distance;
  }
}
