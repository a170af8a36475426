/**
 * Stepping to the next event of some kind, and back to the last one: in the present by executing events,
 * in the past by going along what has happened.
 *
 * Invariant: forward and backward stop at the same events.
 */

import type { EventView } from '../../world/views.ts';
import type { World } from '../../world/world.ts';
import { OperationError } from '../operationErrors.ts';
import type { Sandbox } from '../sandbox.ts';

/** Whether a step stops after the event, which is the last one of the world or an earlier one. */
export type Stop = (world: World, event: EventView) => boolean;

/** Goes forward by `count` events; a sandbox that runs is paused first. Throws OperationError at a recording's end. */
export function stepBy(sandbox: Sandbox, count: number): void {
  const { history, world } = sandbox;
  if (history.isPast) {
    sandbox.goTo(Math.min(history.shownEvent + count, world.eventCount));
    return;
  }
  checkGoesOn(sandbox);
  sandbox.pause();
  sandbox.driver.step(count);
  sandbox.settle();
}

/** Goes forward to the next event at which `stop` holds, by at most `most` events. */
export function stepTo(sandbox: Sandbox, stop: Stop, most: number): void {
  if (sandbox.history.isPast) {
    sandbox.goTo(nextAfter(sandbox, stop, most));
    return;
  }
  checkGoesOn(sandbox);
  const { world } = sandbox;
  sandbox.pause();
  for (let left = most; left > 0 && sandbox.driver.step(1) === 1; left -= 1) {
    const event = world.event(world.eventCount);
    if (event !== undefined && stop(world, event)) break;
  }
  sandbox.settle();
}

function checkGoesOn({ isRecording }: Sandbox): void {
  if (isRecording) throw new OperationError('ERR the recording ends here: FORK continues it');
}

/** The present knows what comes after the event of the past that is shown. */
function nextAfter({ history, world }: Sandbox, stop: Stop, most: number): number {
  const shown = history.shownEvent;
  const last = Math.min(world.eventCount, shown + most);
  for (let seq = shown + 1; seq < last; seq += 1) {
    const event = world.event(seq);
    if (event !== undefined && stop(world, event)) return seq;
  }
  return last;
}

/**
 * The last event before the shown one at which `stop` holds; undefined if there is none among the last
 * `most` that are held.
 */
export function lastBefore(sandbox: Sandbox, stop: Stop, most: number): number | undefined {
  const { world } = sandbox.history.shown;
  const first = Math.max(world.state.trace.firstSeq, world.eventCount - most);
  for (let seq = world.eventCount - 1; seq >= first; seq -= 1) {
    const event = world.event(seq);
    if (event !== undefined && stop(world, event)) return seq;
  }
  return undefined;
}
