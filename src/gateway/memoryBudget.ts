/**
 * How much of its memory a sandbox's thread has in use, and what to do about it. V8's own limit is
 * no safeguard: it counts no Buffers, and reaching it can abort the whole process, the editor's
 * extensions with it.
 *
 * What V8 calls used is data and garbage together: a sandbox that writes the same keys over and over
 * fills any heap with the latter. So what counts is split in two. The data itself is known exactly
 * at every instant: the sum of the servers' used_memory. All the rest (objects around the data, query
 * buffers, the recording) is what V8 reports beyond that sum; the least it was since the last but
 * one full collection is closest to the truth, because only then was there little garbage in it.
 *
 *   heap and Buffers 900 MB, used_memory 200 MB; after a collection 340 MB and 210 MB:
 *   the rest is 130 MB; once used_memory is 400 MB, in use are 530 MB, whatever V8 reports.
 *
 * Two collections, since Buffers that the last one found dead may not be given back yet.
 *
 * Invariant: garbage never changes a verdict; `refuse` ends only well below where it began.
 */

const RELEASE_SHARE = 0.6;
const REFUSE_SHARE = 0.7;
const END_SHARE = 0.9;

/** Writes are taken, writes are refused, or it is too late for that. */
export type Verdict = 'fine' | 'refuse' | 'end';

export interface MemoryReading {
  /** Heap and Buffers of the thread, garbage and all. */
  readonly threadBytes: number;
  /** used_memory of all servers. */
  readonly dataBytes: number;
  /** Full collections so far. */
  readonly collections: number;
}

export class MemoryBudget {
  private readonly limitBytes: number;
  private verdict: Verdict = 'fine';
  private collections = 0;
  /** The least the rest was since the last collection, and between the last two. */
  private rest = Number.POSITIVE_INFINITY;
  private restBefore = Number.POSITIVE_INFINITY;

  constructor(limitBytes: number) {
    this.limitBytes = limitBytes;
  }

  /** The verdict, once each time it changes; undefined otherwise. */
  look({ threadBytes, dataBytes, collections }: MemoryReading): Verdict | undefined {
    const rest = threadBytes - dataBytes;
    if (collections === this.collections) {
      this.rest = Math.min(this.rest, rest);
    } else {
      this.collections = collections;
      this.restBefore = this.rest;
      this.rest = rest;
    }
    const inUse = dataBytes + Math.min(this.rest, this.restBefore);
    const verdict = this.judge(inUse / this.limitBytes);
    if (verdict === this.verdict) return undefined;
    this.verdict = verdict;
    return verdict;
  }

  private judge(share: number): Verdict {
    if (this.verdict === 'end' || share > END_SHARE) return 'end';
    if (share > REFUSE_SHARE) return 'refuse';
    return share > RELEASE_SHARE ? this.verdict : 'fine';
  }
}
