/** Carries out the verbs on the history: going back, and looking at events. */

import { displayed, SHOWN } from '../../view/displayed.ts';
import type { historyVerbs } from '../../view/verbs/history.ts';
import { VERBS } from '../../view/verbs/table.ts';
import type { Recording } from '../../world/journal.ts';
import { serialize } from '../../world/recordingFile.ts';
import { MaskError, maskRecording } from '../../world/secrets/maskRecording.ts';
import { findEvents, readFilter } from '../events/findEvents.ts';
import { isMilestone, milestones } from '../events/milestones.ts';
import { matches, readPattern } from '../events/pattern.ts';
import { tellEvent } from '../events/tellEvent.ts';
import { listKeys } from '../keyList.ts';
import { serverOf } from '../nodeReading.ts';
import { OperationError, unknownNode } from '../operationErrors.ts';
import type { Done } from '../operator.ts';
import type { Sandbox, Surroundings } from '../sandbox.ts';
import { NotHeldError } from '../session/history.ts';
import { lastBefore, type Stop } from '../session/stepping.ts';
import { isVisible } from '../visibility.ts';
import { type Doings, ok } from './doing.ts';

export const historyDoings: Doings<keyof typeof historyVerbs> = {
  back: (sandbox, { count }, done) => goTo(sandbox, sandbox.history.shownEvent - count, done),
  backVisible: (sandbox, _operation, done) => {
    goBack(sandbox, (_world, event) => isVisible(event), 'visible event', done);
  },
  backMilestone: (sandbox, _operation, done) => {
    goBack(sandbox, isMilestone, 'milestone', done);
  },
  backOn: (sandbox, { pattern }, done) => {
    const wanted = readPattern(pattern);
    goBack(sandbox, (world, event) => matches(wanted, world, event), 'such event', done);
  },
  goto: (sandbox, { event }, done) => goTo(sandbox, event, done),
  gotoTime: (sandbox, { ms }, done) => {
    const { trace } = sandbox.world.state;
    const seq = trace.seqAt(ms * 1000);
    goTo(sandbox, (trace.timeOf(seq) ?? 0) > ms * 1000 ? seq - 1 : seq, done);
  },
  gotoFailover: (sandbox, { n }, done) => {
    const losses = sandbox.reading.losses.snapshots();
    const loss = losses[n - 1];
    if (loss === undefined) {
      throw new OperationError(
        `ERR ${losses.length} failovers and other losses are known, not ${n}`,
      );
    }
    goTo(sandbox, loss.seq, done);
  },
  live: (sandbox, _operation, done) => {
    sandbox.goLive();
    ok(done);
  },
  fork: (sandbox, { name }, done) => {
    const branch = sandbox.history.branch();
    surroundingsOf(sandbox).fork(
      branch,
      name ?? `fork of event ${sandbox.history.shownEvent}`,
      done,
    );
  },
  saveRecording: (sandbox, { path, secrets }, done) => {
    const { recording, words } = recordingOf(sandbox, secrets === true);
    const error = surroundingsOf(sandbox).save(path, serialize(recording));
    if (error !== undefined) throw new OperationError(`ERR ${error}`);
    ok(done, `saved ${displayed(path, SHOWN.line)}, ${words}`);
  },
  keys: (sandbox, { node, count }, done) => {
    const { shown } = sandbox.history;
    const servers = shown.nodes.filter(({ machine }) => machine === 'server');
    if (!servers.some(({ name }) => name === node)) {
      throw unknownNode(
        node,
        servers.map(({ name }) => name),
      );
    }
    const data = listKeys(node, serverOf(shown.world, node), count);
    done({ ok: true, text: `${data.keys.length} of ${data.total} keys`, data });
  },
  milestones: (sandbox, { after }, done) => {
    const data = milestones(sandbox.world, after, sandbox.world.eventCount);
    done({ ok: true, text: `${data.length} milestones`, data });
  },
  events: (sandbox, { from, count, filter }, done) => {
    // The present knows what comes after the event that is shown.
    const data = findEvents(sandbox.world, from, count, readFilter(filter ?? ''));
    done({ ok: true, text: `${data.events.length} events`, data });
  },
  event: (sandbox, { event }, done) => {
    // The present knows the effects of an event that is the last one shown.
    const data = tellEvent(sandbox.world, event);
    if (data !== undefined) {
      done({ ok: true, text: `event ${event}`, data });
      return;
    }
    const { firstSeq, count } = sandbox.world.state.trace;
    throw new OperationError(`ERR events ${firstSeq} to ${count} are held, not ${event}`);
  },
};

/** The recording to save, and what it says of secrets. */
function recordingOf(
  { world }: Sandbox,
  withSecrets: boolean,
): { readonly recording: Recording; readonly words: string } {
  const recording = world.recording();
  if (recording === undefined) throw new OperationError('ERR nothing is recorded at present');
  if (withSecrets) return { recording, words: 'with all passwords' };
  try {
    const { recording: masked, secrets } = maskRecording(recording, world.state.trace);
    const count = secrets === 1 ? '1 password' : `${secrets} passwords`;
    return { recording: masked, words: secrets === 0 ? 'no password in it' : `${count} replaced` };
  } catch (error) {
    if (!(error instanceof MaskError)) throw error;
    throw new OperationError(`ERR ${error.message}: RECORDING SAVE path SECRETS keeps them`);
  }
}

function surroundingsOf({ surroundings }: Sandbox): Surroundings {
  if (surroundings !== undefined) return surroundings;
  throw new OperationError('ERR this sandbox has neither files nor ports');
}

/** Shows the last event before the shown one at which `stop` holds. */
function goBack(sandbox: Sandbox, stop: Stop, what: string, done: Done): void {
  const event = lastBefore(sandbox, stop, VERBS.back.takes.count.most);
  if (event === undefined) {
    throw new OperationError(`ERR there is no ${what} before event ${sandbox.history.shownEvent}`);
  }
  goTo(sandbox, event, done);
}

/** Shows an event, and answers with its number. */
function goTo(sandbox: Sandbox, event: number, done: Done): void {
  try {
    sandbox.goTo(event);
  } catch (error) {
    if (!(error instanceof NotHeldError)) throw error;
    throw new OperationError(`ERR ${error.message}`);
  }
  ok(done, sandbox.history.isPast ? `event ${sandbox.history.shownEvent}` : 'the present');
}
