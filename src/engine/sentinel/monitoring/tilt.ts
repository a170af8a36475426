/**
 * TILT: the clock has jumped, or this process did not run for a while. The silence it then sees may
 * be its own, so it keeps monitoring but stops acting until the clock has been steady for tilt-period.
 *
 * Example: turns come every 50 to 100 ms. After a freeze of 2.1 s the next turn sees a step above
 * the tilt-trigger of 2 s: TILT begins, and ends 30 s later unless the clock jumps again.
 */

import { emitMessage } from '../model/events.ts';
import type { MonitoringContext } from './context.ts';

/** Enters TILT when the clock has jumped since the last turn. Called at the start of each turn. */
export function checkTilt(sentinel: MonitoringContext): void {
  const now = sentinel.nowMs;
  const delta = now - sentinel.previousTurnTime;
  if (delta < 0 || delta > sentinel.periods.tiltTrigger) {
    sentinel.tilt = true;
    sentinel.tiltSince = now;
    emitMessage(sentinel, 'warning', '+tilt', '#tilt mode entered');
    sentinel.note({ kind: 'tilt', entered: true, jumpMs: delta });
  }
  sentinel.previousTurnTime = now;
}

/** True while TILT lasts. Leaves TILT once tilt-period is over. */
export function isInTilt(sentinel: MonitoringContext): boolean {
  if (!sentinel.tilt) return false;
  if (sentinel.nowMs - sentinel.tiltSince < sentinel.periods.tiltPeriod) return true;
  sentinel.tilt = false;
  emitMessage(sentinel, 'warning', '-tilt', '#tilt mode exited');
  sentinel.note({ kind: 'tilt', entered: false, jumpMs: 0 });
  return false;
}
