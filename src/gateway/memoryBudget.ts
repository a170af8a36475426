/**
 * How much of its memory a sandbox's thread has in use, and what to do about it. V8's own limit is
 * no safeguard: it counts no Buffers, and reaching it can abort the whole process, the editor's
 * extensions with it.
 *
 * What V8 calls used is data and garbage together: a sandbox that writes the same keys over and over
 * fills any heap with the latter. So what counts is split in two. Data, query buffers, replies that
 * wait and the recording are known exactly at every instant. All the rest (objects around the data) is
 * what V8 reports beyond that sum; the least it was since the last but one full collection is
 * closest to the truth, because only then was there little garbage in it.
 *
 *   heap and Buffers 900 MB, known 200 MB; after a collection 340 MB and 210 MB:
 *   the rest is 130 MB; once 400 MB are known, in use are 530 MB, whatever V8 reports.
 *
 * Two collections, since Buffers that the last one found dead may not be given back yet.
 *
 * Writes are refused before it is too late for that: a request of 400 MB that is still coming in is
 * counted with what its execution will take, in its server and in the replicas.
 *
 * Invariant: garbage never changes a verdict; "refuse" ends only well below where it began.
 */

const RELEASE_SHARE = 0.6;
const REFUSE_SHARE = 0.7;

/** Writes are taken, or they are refused. */
export type Verdict = 'fine' | 'refuse';

interface MemoryReading {
  /** Heap and Buffers of the thread, garbage and all. */
  readonly threadBytes: number;
  /** Of those, what is known to be in use. */
  readonly knownBytes: number;
  /** What will be in use in addition when requests that have come in part are executed. */
  readonly comingBytes: number;
  /** Full collections so far. */
  readonly collections: number;
}

export class MemoryBudget {
  private readonly limitBytes: number;
  /** Share of the limit that was in use at the last look. */
  shareInUse = 0;
  private verdict: Verdict = 'fine';
  private collections = 0;
  /** The least the rest was since the last collection, and between the last two. */
  private rest = Number.POSITIVE_INFINITY;
  private restBefore = Number.POSITIVE_INFINITY;

  constructor(limitBytes: number) {
    this.limitBytes = limitBytes;
  }

  /** The verdict, once each time it changes; undefined otherwise. */
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
