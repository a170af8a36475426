/**
 * The time bar: steps, the way back to the present, the scrubber, where the world pauses, and
 * *Continue from here*.
 *
 * Invariant: it is one row of constant height, and no control in it changes its width. Where there is no
 * room, what is rarely used stands in a menu.
 */

import type { Milestone } from '../../src/view/events.ts';
import type { Operation } from '../../src/view/messages.ts';
import type { Snapshot } from '../../src/view/snapshot.ts';
import { ButtonControl, TextFieldControl } from '../controls/controls.ts';
import { Menu } from '../controls/menu.ts';
import { h, setClass, setText } from '../dom.ts';
import { inLargeTime } from '../model/words.ts';
import type { Ask, AskFor } from '../page.ts';
import { Forks } from './forks.ts';
import { Scrubber } from './scrubber.ts';

/** Smaller differences between the world's clock and the wall clock come from the drawing. */
const BEHIND_MS_MIN = 1_000;
const MICROS_PER_MS = 1000;
const PAUSE_ON_LABEL =
  'Pause on an event: +odown, psync, r1:apply SET balance, client:reply READONLY';

interface Step {
  readonly id: string;
  readonly label: string;
  readonly title: string;
  readonly key: string;
  readonly icon: string;
  readonly operation: Operation;
}

/** The keys are those of video players; VS Code has none of them, so they reach a webview. */
const STEPS: readonly Step[] = [
  {
    id: 'back-milestone',
    label: 'Back to milestone',
    title: 'Shows the last milestone before this event: crash, +odown, vote, promotion, PSYNC',
    key: '<',
    icon: 'M2 3h2v10H2zM9 3v10L4 8zM14 3v10L9 8z',
    operation: { op: 'backMilestone' },
  },
  {
    id: 'back',
    label: 'Step back',
    title: 'Shows the state after the last visible event before this one',
    key: ',',
    icon: 'M11 3v10L4 8z',
    operation: { op: 'backVisible' },
  },
  {
    id: 'step',
    label: 'Step',
    title: 'Runs to the next event that is shown',
    key: '.',
    icon: 'M5 3v10l7-5z',
    operation: { op: 'stepVisible' },
  },
  {
    id: 'step-milestone',
    label: 'Next milestone',
    title: 'Runs to the next milestone',
    key: '>',
    icon: 'M12 3h2v10h-2zM2 3v10l5-5zM7 3v10l5-5z',
    operation: { op: 'stepMilestone' },
  },
];

export class TimeBar {
  readonly element: HTMLElement;
  private readonly ask: Ask;
  private readonly steps: readonly ButtonControl[];
  private readonly live: ButtonControl;
  private readonly scrubber: Scrubber;
  private readonly behind = h('span', { class: 'behind', id: 'behind' });
  private readonly pauseOn: TextFieldControl;
  private readonly clear: ButtonControl;
  private readonly forks: Forks;
  /** The pattern of the last snapshot. */
  private pattern: string | null = null;
  private isPast = false;

  constructor(ask: Ask, askFor: AskFor) {
    this.ask = ask;
    this.steps = STEPS.map(
      ({ id, label, title, key, icon, operation }) =>
        new ButtonControl({
          id,
          label,
          title: `${label} (${key}): ${title}`,
          icon,
          onPress: () => ask(operation),
        }),
    );
    this.live = new ButtonControl({
      id: 'live',
      label: 'Live',
      onPress: () => ask({ op: 'live' }),
    });
    this.scrubber = new Scrubber(ask);
    this.pauseOn = new TextFieldControl('pause-on', PAUSE_ON_LABEL, '', () => this.setPauseOn());
    this.pauseOn.setPlaceholder('pause on…');
    this.clear = new ButtonControl({
      id: 'pause-on-clear',
      label: '×',
      title: 'Pauses on no event any more',
      onPress: () => this.clearPauseOn(),
    });
    this.forks = new Forks(askFor);
    this.element = this.build();
  }

  private build(): HTMLElement {
    const group = (label: string, ...children: Node[]): HTMLElement =>
      h('div', { class: 'group', attributes: { role: 'group', 'aria-label': label } }, ...children);
    const rare = [group('Pause on', this.pauseOn.element, this.clear.element), this.forks.element];
    return h(
      'div',
      { class: 'time-bar', attributes: { role: 'toolbar', 'aria-label': 'Time' } },
      group('Steps', ...this.steps.map(({ element }) => element), this.live.element),
      this.scrubber.element,
      this.behind,
      new Menu('time-more', '⋯', 'More on time', rare).element,
    );
  }

  private setPauseOn(): void {
    const pattern = this.pauseOn.value.trim();
    this.ask(pattern === '' ? { op: 'pauseOn' } : { op: 'pauseOn', pattern });
  }

  private clearPauseOn(): void {
    this.pauseOn.setValue('');
    this.ask({ op: 'pauseOn' });
  }

  /** A key that was pressed outside of text fields. Returns whether it is one of the time bar's. */
  pressed(key: string): boolean {
    const step = STEPS.find((each) => each.key === key);
    if (step !== undefined) this.ask(step.operation);
    else if (key === 'l' && this.isPast) this.ask({ op: 'live' });
    else return false;
    return true;
  }

  show(snapshot: Snapshot, milestones: readonly Milestone[]): void {
    const { clock, history, failure } = snapshot;
    this.isPast = history.shown !== null;
    const isRecorded = history.first !== null;
    const [backMilestone, back, step, stepMilestone] = this.steps;
    backMilestone!.setEnabled(isRecorded);
    back!.setEnabled(isRecorded);
    for (const forward of [step!, stepMilestone!]) {
      forward.setEnabled(failure === null || this.isPast);
    }
    this.live.setEnabled(this.isPast);
    this.live.setPrimary(this.isPast);
    this.live.setTitle(
      this.isPast ? 'Live (l): returns to the present, as it was left' : 'The present is shown',
    );
    this.scrubber.show(snapshot, milestones);
    this.showBehind(clock.now);
    this.showPauseOn(clock.pauseOn, failure !== null);
    this.forks.show(snapshot);
  }

  private showBehind(now: number): void {
    const ms = Date.now() - now / MICROS_PER_MS;
    const word = this.isPast ? 'ago' : 'behind';
    setText(this.behind, ms > BEHIND_MS_MIN ? `${inLargeTime(ms)} ${word}` : '');
    setClass(this.behind, ms > BEHIND_MS_MIN ? 'behind is-late' : 'behind');
    if (ms > BEHIND_MS_MIN) {
      this.behind.title = `The world's clock is ${inLargeTime(ms)} behind the wall clock: log lines of applications and nodes differ by that`;
    }
  }

  private showPauseOn(pattern: string | null, isFailed: boolean): void {
    const isFixed = this.isPast || isFailed;
    // What is being typed stays, unless another pattern was set elsewhere.
    if (pattern !== this.pattern || !this.pauseOn.hasFocus) this.pauseOn.setValue(pattern ?? '');
    this.pattern = pattern;
    this.pauseOn.setEnabled(!isFixed);
    this.clear.setEnabled(pattern !== null && !isFixed);
  }
}
