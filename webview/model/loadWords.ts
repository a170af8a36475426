/** The numbers of the load in words. */

import type { LoadSnapshot } from '../../src/view/snapshot.ts';
import { counted, inTime } from './words.ts';

/**
 * `5,210 acknowledged · 0 lost`, then what went wrong; first what was read back once the load has
 * stopped: the values of its keys decide which of the writes are lost.
 */
export function loadWords(load: LoadSnapshot): string {
  const errors = Object.entries(load.errors).map(([code, count]) => `${counted(count)} ${code}`);
  const parts = [`${counted(load.acked)} acknowledged`, `${counted(load.lost)} lost`, ...errors];
  if (load.unknown > 0) parts.push(`${counted(load.unknown)} unanswered`);
  if (load.unwritableMs > 0) parts.push(`${inTime(load.unwritableMs)} without a master`);
  if (!load.running) {
    const keys = Math.min(load.keys, load.sent);
    parts.push(`stopped, ${counted(keys)} keys read back`);
  }
  return parts.join(' · ');
}
