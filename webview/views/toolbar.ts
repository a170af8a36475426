/**
 * The toolbar: the state, failover and load, which concern the whole world. Steps stand in the time bar.
 *
 * Invariant: it is one row, and no control in it changes its width. Where there is no room, the clock
 * goes first, and what is rarely pressed stands in a menu.
 */

import type { LoadSnapshot, Snapshot } from '../../src/view/snapshot.ts';
import { VERBS } from '../../src/view/verbs/table.ts';
import { ButtonControl, TextFieldControl } from '../controls/controls.ts';
import { Menu } from '../controls/menu.ts';
import { h, setClass, setText } from '../dom.ts';
import { counted, timeOfDay } from '../model/words.ts';
import type { Ask } from '../page.ts';

const { rate: RATE, bytes: BYTES } = VERBS.load.takes;
const RATE_LABEL = `${RATE.question}, ${RATE.least} to ${RATE.most}`;

export class Toolbar {
  readonly element: HTMLElement;
  private readonly ask: Ask;
  private readonly state = h('span', { class: 'state', id: 'state' });
  private readonly clock = h('span', { class: 'clock', id: 'clock' });
  private readonly events = h('span', { class: 'muted', id: 'events' });
  private readonly run: ButtonControl;
  private readonly stepRaw: ButtonControl;
  private readonly failover: ButtonControl;
  private readonly load: ButtonControl;
  private readonly rate: TextFieldControl;
  private isLoading = false;

  constructor(ask: Ask) {
    this.ask = ask;
    this.run = new ButtonControl({
      id: 'run',
      label: 'Pause',
      isPrimary: true,
      onPress: () => ask({ op: 'pause' }),
    });
    this.stepRaw = new ButtonControl({
      id: 'step-raw',
      label: 'Step raw',
      title: 'Executes exactly one event, even a hidden one',
      onPress: () => ask({ op: 'step', count: 1 }),
    });
    this.failover = new ButtonControl({ id: 'failover', label: 'Fail over', onPress: () => {} });
    this.rate = new TextFieldControl('load-rate', RATE_LABEL, String(RATE.suggested), () =>
      this.startLoad(),
    );
    this.load = new ButtonControl({
      id: 'load',
      label: 'Start load',
      onPress: () => (this.isLoading ? ask({ op: 'loadStop' }) : this.startLoad()),
    });
    this.element = this.build();
  }

  private build(): HTMLElement {
    const group = (label: string, ...children: Node[]): HTMLElement =>
      h('div', { class: 'group', attributes: { role: 'group', 'aria-label': label } }, ...children);
    const rare = [this.stepRaw.element, this.failover.element];
    return h(
      'header',
      { class: 'toolbar', attributes: { role: 'toolbar', 'aria-label': 'World' } },
      group('State', this.state, this.clock, this.events),
      group('Time', this.run.element),
      new Menu('toolbar-more', '⋯', 'More', rare).element,
      group(
        'Load',
        this.rate.element,
        h('span', { class: 'muted rate-unit', text: 'writes/s' }),
        this.load.element,
      ),
    );
  }

  private startLoad(): void {
    this.ask({ op: 'load', rate: Number(this.rate.value), bytes: BYTES.default });
  }

  show(snapshot: Snapshot): void {
    const { clock, failure, history, load } = snapshot;
    const isPaused = clock.mode === 'paused';
    const isPast = history.shown !== null;
    const stands = failure !== null;
    setText(this.state, stateWords(snapshot));
    setClass(this.state, `state is-${isPast ? 'past' : stands ? 'bad' : clock.mode}`);
    setText(this.clock, timeOfDay(clock.now));
    setText(this.events, `event ${counted(clock.events)}`);
    this.run.setLabel(isPaused ? 'Resume' : 'Pause');
    this.run.setAction(() => this.ask({ op: isPaused ? 'resume' : 'pause' }));
    this.run.setTitle(isPast ? 'The present is held: Live returns to it' : '');
    this.run.setEnabled(!stands && !isPast);
    this.stepRaw.setEnabled(!stands || isPast);
    this.showFailover(snapshot, stands || isPast);
    this.showLoad(load, stands || isPast);
  }

  private showFailover(snapshot: Snapshot, stands: boolean): void {
    const name = snapshot.masterName;
    const isRunning = snapshot.sentinels.some((sentinel) => sentinel.process === 'running');
    this.failover.setEnabled(isRunning && !stands);
    this.failover.setTitle(
      isRunning
        ? `SENTINEL FAILOVER ${name}: promotes a replica without asking for votes`
        : 'No Sentinel is running: restart one, or promote a replica by REPLICAOF NO ONE',
    );
    this.failover.setAction(() => this.ask({ op: 'failover', name }));
  }

  private showLoad(load: LoadSnapshot | null, stands: boolean): void {
    this.isLoading = load?.running === true;
    this.load.setLabel(this.isLoading ? 'Stop load' : 'Start load');
    this.load.setEnabled(!stands);
    this.rate.setEnabled(!this.isLoading && !stands);
    if (this.isLoading) this.rate.setValue(String(load!.rate));
  }
}

function stateWords({ clock, failure, history }: Snapshot): string {
  if (history.shown !== null) return 'Past';
  if (failure !== null) return 'Stopped';
  return clock.mode === 'paused' ? 'Paused' : liveWords(clock.speed);
}

function liveWords(speed: number): string {
  return speed === 1 ? 'Live' : `Live ${speed}×`;
}
