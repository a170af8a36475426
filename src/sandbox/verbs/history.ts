/** Carries out the verbs on the history: going back, and looking at events. */

import type { historyVerbs } from '../../view/verbs/history.ts';
import { VERBS } from '../../view/verbs/table.ts';
import { findEvents, readFilter } from '../events/findEvents.ts';
import { tellEvent } from '../events/tellEvent.ts';
import { OperationError } from '../operationErrors.ts';
import type { Done } from '../operator.ts';
import type { Sandbox } from '../sandbox.ts';
import { NotHeldError } from '../session/history.ts';
import { isVisibleEvent } from '../visibility.ts';
import type { Doings } from './doing.ts';

export const historyDoings: Doings<keyof typeof historyVerbs> = {
  back: (sandbox, { count }, done) => goTo(sandbox, shownEvent(sandbox) - count, done),
  backVisible: (sandbox, _operation, done) => goTo(sandbox, visibleBefore(sandbox), done),
  goto: (sandbox, { event }, done) => goTo(sandbox, event, done),
  gotoTime: (sandbox, { ms }, done) => {
    const { trace } = sandbox.world.state;
    const at = ms * 1000;
    const seq = trace.seqAt(at);
    goTo(sandbox, (trace.timeOf(seq) ?? 0) > at ? seq - 1 : seq, done);
  },
  gotoFailover: (sandbox, { n }, done) => {
    const losses = sandbox.reading.losses.snapshots();
    const loss = losses[n - 1];
    if (loss === undefined) {
      throw new OperationError(`ERR there have been ${losses.length} failovers or other losses`);
    }
    goTo(sandbox, loss.seq, done);
  },
  live: (sandbox, _operation, done) => {
    sandbox.goLive();
    done({ ok: true, text: 'OK' });
  },
  events: (sandbox, { from, count, filter }, done) => {
    const { world } = sandbox.history.shown;
    const data = findEvents(world, from, count, readFilter(filter ?? ''));
    done({ ok: true, text: `${data.events.length} events`, data });
  },
  event: (sandbox, { event }, done) => {
    const data = tellEvent(sandbox.history.shown.world, event);
    if (data === undefined) throw new OperationError(`ERR ${heldText(sandbox)}`);
    done({ ok: true, text: `event ${event}`, data });
  },
};

function shownEvent(sandbox: Sandbox): number {
  return sandbox.history.shown.world.eventCount;
}

function heldText({ world }: Sandbox): string {
  const { firstSeq, count } = world.state.trace;
  return `events ${firstSeq} to ${count} are held`;
}

/** Shows an event, and answers with its number. */
export function goTo(sandbox: Sandbox, event: number, done: Done): void {
  try {
    sandbox.goTo(event);
  } catch (error) {
    if (!(error instanceof NotHeldError)) throw error;
    throw new OperationError(`ERR ${error.message}`);
  }
  const shown = shownEvent(sandbox);
  done({ ok: true, text: sandbox.history.isPast ? `event ${shown}` : 'the present' });
}

/** The last visible event before the shown one; as many events back as BACK goes at most, if there is none. */
function visibleBefore(sandbox: Sandbox): number {
  const { world } = sandbox.history.shown;
  const { firstSeq } = world.state.trace;
  const last = Math.max(firstSeq, world.eventCount - VERBS.back.takes.count.most);
  for (let seq = world.eventCount - 1; seq > last; seq -= 1) {
    if (isVisibleEvent(world, seq)) return seq;
  }
  return last;
}
