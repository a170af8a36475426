/** Carries out the verbs on time, and STATE. */

import { VERBS } from '../../view/verbs/table.ts';
import type { timeVerbs } from '../../view/verbs/time.ts';
import type { EventView } from '../../world/views.ts';
import type { Done } from '../operator.ts';
import type { Sandbox } from '../sandbox.ts';
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
  step: (sandbox, { count }, done) => {
    const before = sandbox.world.eventCount;
    sandbox.pause();
    sandbox.driver.step(count);
    stepped(sandbox, before, done);
  },
  stepVisible: (sandbox, _operation, done) => stepVisible(sandbox, done),
};

/**
 * Steps to the next visible event; in a world with hidden traffic only, as many events as STEP
 * executes at most.
 */
function stepVisible(sandbox: Sandbox, done: Done): void {
  const { world } = sandbox;
  const before = world.eventCount;
  sandbox.pause();
  while (world.eventCount - before < VERBS.step.takes.count.most && sandbox.driver.step(1) === 1) {
    const event = world.event(world.eventCount);
    if (event !== undefined && isVisible(event, world.event(event.cause))) break;
  }
  stepped(sandbox, before, done);
}

/** Answers with the events after event `before`. */
function stepped(sandbox: Sandbox, before: number, done: Done): void {
  sandbox.settle();
  const executed = sandbox.world.eventCount - before;
  const lines = sandbox.world.lastEvents(Math.min(executed, STEP_TOLD_MAX)).map(eventLine);
  done({ ok: true, text: `${executed} events`, lines });
}

/** `1042 r1 ← m data 31 bytes: PING`. */
function eventLine(event: EventView): string {
  const peer = event.peer === '' ? '' : ` ← ${event.peer}`;
  const bytes = event.bytes === 0 ? '' : ` ${event.bytes} bytes`;
  const text = event.text === '' ? '' : `: ${event.text}`;
  return `${event.seq} ${event.node}${peer} ${event.kind}${bytes}${text}`;
}
