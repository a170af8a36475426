/**
 * How much of its memory a sandbox's thread uses. V8's own limit is no safeguard: it counts no
 * Buffers, and reaching it can abort the whole process, the editor's extensions with it.
 *
 * Invariant: what is said gets worse only: fine, then refuse writes, then end in order.
 */

import { getHeapStatistics } from 'node:v8';

const REFUSE_SHARE = 0.7;
const END_SHARE = 0.9;

export type Verdict = 'fine' | 'refuse' | 'end';

export class MemoryBudget {
  private readonly limitBytes: number;
  private readonly usedBytes: () => number;
  private verdict: Verdict = 'fine';

  constructor(limitBytes: number, usedBytes: () => number = threadBytes) {
    this.limitBytes = limitBytes;
    this.usedBytes = usedBytes;
  }

  /** The verdict, once each time it gets worse; undefined otherwise. */
  look(): Verdict | undefined {
    const share = this.usedBytes() / this.limitBytes;
    const verdict = share > END_SHARE ? 'end' : share > REFUSE_SHARE ? 'refuse' : 'fine';
    if (RANKS[verdict] <= RANKS[this.verdict]) return undefined;
    this.verdict = verdict;
    return verdict;
  }
}

const RANKS: Readonly<Record<Verdict, number>> = { fine: 0, refuse: 1, end: 2 };

/** The heap of this thread and its Buffers. */
function threadBytes(): number {
  const { used_heap_size, external_memory } = getHeapStatistics();
  return used_heap_size + external_memory;
}
