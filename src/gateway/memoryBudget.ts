/**
 * How much memory a sandbox's thread really uses, and the verdict on it. V8's own limit is no safeguard:
 * it does not count Buffers, and reaching it can abort the whole process with all of the editor's
 * extensions.
 *
 * V8 reports data and garbage together: a sandbox that overwrites the same keys again and again fills
 * any heap with garbage. So the estimate has two parts. Data, query buffers, waiting replies and the
 * recording are known exactly at every instant. The rest (objects around the data) is what V8 reports
 * beyond that sum. Its minimum since the last but one full collection is the best estimate, because it
 * contains the least garbage.
 *
 *   heap and Buffers 900 MB, known 200 MB; after a collection 340 MB and 210 MB:
 *   the rest is 130 MB; once 400 MB are known, 530 MB are in use, whatever V8 reports.
 *
 * It takes two collections because Buffers that the last one found dead may not be freed yet.
 *
 * Writes are refused early enough: an incomplete request of 400 MB counts with the memory that its
 * execution will need, in its server and in the replicas.
 *
 * Invariant: garbage never changes a verdict; "refuse" ends only well below where it began.
 */

const RELEASE_SHARE = 0.6;
const REFUSE_SHARE = 0.7;

/** Writes are accepted, or they are refused. */
export type Verdict = 'fine' | 'refuse';

interface MemoryReading {
  /** Heap and Buffers of the thread, including garbage. */
  readonly threadBytes: number;
  /** The part that is known to be in use. */
  readonly knownBytes: number;
  /** What incomplete requests will need in addition when they are executed. */
  readonly comingBytes: number;
  /** Full collections so far. */
  readonly collections: number;
}

export class MemoryBudget {
  private readonly limitBytes: number;
  /** The share of the limit that was in use at the last reading. */
  shareInUse = 0;
  private verdict: Verdict = 'fine';
  private collections = 0;
  /** The minimum of the rest since the last collection, and between the last two. */
  private rest = Number.POSITIVE_INFINITY;
  private restBefore = Number.POSITIVE_INFINITY;

  constructor(limitBytes: number) {
    this.limitBytes = limitBytes;
  }

  /** Returns the verdict when it has changed; undefined otherwise. */
  look(reading: MemoryReading): Verdict | undefined {
    const { threadBytes, knownBytes, comingBytes, collections } = reading;
    const rest = Math.max(0, threadBytes - knownBytes);
    if (collections === this.collections) {
      this.rest = Math.min(this.rest, rest);
    } else {
      this.collections = collections;
      this.restBefore = this.rest;
      this.rest = rest;
    }
    const inUse = knownBytes + Math.min(this.rest, this.restBefore);
    this.shareInUse = inUse / this.limitBytes;
    const verdict = this.judge((inUse + comingBytes) / this.limitBytes);
    if (verdict === this.verdict) return undefined;
    this.verdict = verdict;
    return verdict;
  }

  private judge(share: number): Verdict {
    if (share > REFUSE_SHARE) return 'refuse';
    return share > RELEASE_SHARE ? this.verdict : 'fine';
  }
}
