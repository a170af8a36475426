/** The toolbar: time, failover and load, which concern the whole world. */

import type { LoadSnapshot, Snapshot } from '../../src/view/snapshot.ts';
import { VERBS } from '../../src/view/verbs/table.ts';
import { ButtonControl, TextFieldControl } from '../controls/controls.ts';
import { h, setClass, setText } from '../dom.ts';
import { counted, inTime, timeOfDay } from '../model/words.ts';
import type { Ask } from '../page.ts';

const { rate: RATE, bytes: BYTES } = VERBS.load.takes;
const RATE_LABEL = `${RATE.question}, ${RATE.least} to ${RATE.most}`;

export class Toolbar {
  readonly element: HTMLElement;
  private readonly ask: Ask;
  private readonly state = h('span', { class: 'state', id: 'state' });
  private readonly clock = h('span', { class: 'clock', id: 'clock' });
  private readonly events = h('span', { class: 'muted', id: 'events' });
  private readonly loadFacts = h('span', { class: 'load-facts', id: 'load-facts' });
  private readonly run: ButtonControl;
  private readonly step: ButtonControl;
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
    this.step = new ButtonControl({
      id: 'step',
      label: 'Step',
      title: 'Runs to the next event that is shown',
      onPress: () => ask({ op: 'stepVisible' }),
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
    return h(
      'header',
      { class: 'toolbar', attributes: { role: 'toolbar', 'aria-label': 'World' } },
      group('State', this.state, this.clock, this.events),
      group('Time', this.run.element, this.step.element, this.stepRaw.element),
      group('Sentinel', this.failover.element),
      group(
        'Load',
        this.rate.element,
        h('span', { class: 'muted', text: 'writes/s' }),
        this.load.element,
        this.loadFacts,
      ),
    );
  }

  private startLoad(): void {
    this.ask({ op: 'load', rate: Number(this.rate.value), bytes: BYTES.default });
  }

  show(snapshot: Snapshot): void {
    const { clock, failure, load } = snapshot;
    const isPaused = clock.mode === 'paused';
    const stands = failure !== null;
    setText(this.state, stands ? 'Stopped' : isPaused ? 'Paused' : liveWords(clock.speed));
    setClass(this.state, `state is-${stands ? 'bad' : clock.mode}`);
    setText(this.clock, timeOfDay(clock.now));
    setText(this.events, `event ${counted(clock.events)}`);
    this.run.setLabel(isPaused ? 'Resume' : 'Pause');
    this.run.setAction(() => this.ask({ op: isPaused ? 'resume' : 'pause' }));
    for (const control of [this.run, this.step, this.stepRaw]) control.setEnabled(!stands);
    this.showFailover(snapshot, stands);
    this.showLoad(load, stands);
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
    this.rate.setEnabled(!this.isLoading);
    if (this.isLoading) this.rate.setValue(String(load!.rate));
    setText(this.loadFacts, load === null ? '' : loadWords(load));
    setClass(this.loadFacts, load !== null && load.lost > 0 ? 'load-facts is-bad' : 'load-facts');
  }
}

function liveWords(speed: number): string {
  return speed === 1 ? 'Live' : `Live ${speed}×`;
}

function loadWords(load: LoadSnapshot): string {
  const errors = Object.entries(load.errors).map(([code, count]) => `${counted(count)} ${code}`);
  const parts = [`${counted(load.acked)} acknowledged`, `${counted(load.lost)} lost`, ...errors];
  if (load.unknown > 0) parts.push(`${counted(load.unknown)} unanswered`);
  if (load.unwritableMs > 0) parts.push(`${inTime(load.unwritableMs)} without a master`);
  return parts.join(' · ');
}
