/** Carries out the verbs on time, and STATE. */

import { displayed, SHOWN } from '../../view/displayed.ts';
import { VERBS } from '../../view/verbs/table.ts';
import type { timeVerbs } from '../../view/verbs/time.ts';
import type { EventView } from '../../world/views.ts';
import { isMilestone } from '../events/milestones.ts';
import { matches, readPattern } from '../events/pattern.ts';
import type { Done } from '../operator.ts';
import type { Sandbox } from '../sandbox.ts';
import { type Stop, stepBy, stepTo } from '../session/stepping.ts';
import { isVisible } from '../visibility.ts';
import { type Doings, ok } from './doing.ts';

/** The most events that the answer to STEP lists: the last ones. */
const STEP_TOLD_MAX = 100;

export const timeDoings: Doings<keyof typeof timeVerbs> = {
  state: (sandbox, _operation, done) => done({ ok: true, text: 'OK', data: sandbox.snapshot() }),
  pause: (sandbox, _operation, done) => {
    sandbox.pause();
    ok(done);
  },
  resume: (sandbox, _operation, done) => {
    sandbox.driver.resume();
    ok(done);
  },
  speed: (sandbox, { factor }, done) => {
    sandbox.driver.setSpeed(factor);
    ok(done);
  },
  step: (sandbox, { count }, done) => {
    const before = sandbox.history.shownEvent;
    stepBy(sandbox, count);
    tellSteps(sandbox, before, done);
  },
  stepVisible: (sandbox, _operation, done) => {
    stepOnto(sandbox, (_world, event) => isVisible(event), done);
  },
  stepMilestone: (sandbox, _operation, done) => stepOnto(sandbox, isMilestone, done),
  stepOn: (sandbox, { pattern }, done) => {
    const wanted = readPattern(pattern);
    stepOnto(sandbox, (world, event) => matches(wanted, world, event), done);
  },
  pauseOn: (sandbox, { pattern }, done) => {
    sandbox.pauseOn = pattern === undefined ? undefined : readPattern(pattern);
    const what = pattern === undefined ? 'no event' : displayed(pattern, SHOWN.line);
    ok(done, `the world pauses on ${what}`);
  },
};

/** In a world without such events, a step executes as many as STEP does at most. */
function stepOnto(sandbox: Sandbox, stop: Stop, done: Done): void {
  const before = sandbox.history.shownEvent;
  stepTo(sandbox, stop, VERBS.step.takes.count.most);
  tellSteps(sandbox, before, done);
}

/** Answers with the events after event `before`. */
function tellSteps(sandbox: Sandbox, before: number, done: Done): void {
  const { world } = sandbox.history.shown;
  const executed = world.eventCount - before;
  const lines = world.lastEvents(Math.min(executed, STEP_TOLD_MAX)).map(eventLine);
  done({ ok: true, text: `${executed} events`, lines });
}

/** `1042 r1 ← m data 31 bytes: PING`. */
function eventLine(event: EventView): string {
  const peer = event.peer === '' ? '' : ` ← ${event.peer}`;
  const bytes = event.bytes === 0 ? '' : ` ${event.bytes} bytes`;
  const text = event.text === '' ? '' : `: ${event.text}`;
  return `${event.seq} ${event.node}${peer} ${event.kind}${bytes}${text}`;
}
