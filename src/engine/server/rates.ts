/**
 * The instantaneous_* fields of INFO stats: what the counters grew by in the last 1.6 seconds.
 *
 * As in Redis, a rate is the mean of 16 samples of 100 ms. Unlike there, no timer takes the samples: ten
 * timer events a second for each node would fill an idle world. Each event adds to the sample of its
 * time, and samples that have become too old are emptied at the next look.
 *
 *   50 commands at t = 0.25 s, INFO at 1.00 s: sample 2 holds 50, so 50 / 1.6 s = 31 a second
 *   INFO at 1.90 s: sample 2 now stands for t = 1.8 s and is empty, so 0 a second
 */

import type { Micros } from '../machine/machine.ts';
import { registerState } from '../machine/state.ts';
import type { Part } from './part.ts';
import type { Server } from './server.ts';

const SAMPLES = 16;
const SAMPLE_MICROS = 100_000;
const WINDOW_SECONDS = (SAMPLES * SAMPLE_MICROS) / 1_000_000;

export class Rate {
  private readonly samples: number[] = new Array<number>(SAMPLES).fill(0);
  /** Number of the newest sample, counted from time 0. */
  private last = 0;
  private total = 0;

  /** The counter stands at `total` now. */
  look(now: Micros, total: number): void {
    const sample = Math.floor(now / SAMPLE_MICROS);
    if (sample !== this.last) this.pass(sample);
    this.samples[sample % SAMPLES]! += total - this.total;
    this.total = total;
  }

  /** Per second, as of the last look. */
  get perSecond(): number {
    let sum = 0;
    for (const sample of this.samples) sum += sample;
    return sum / WINDOW_SECONDS;
  }

  private pass(sample: number): void {
    const from = Math.max(this.last + 1, sample - SAMPLES + 1);
    for (let passed = from; passed <= sample; passed += 1) this.samples[passed % SAMPLES] = 0;
    this.last = sample;
  }
}
registerState('Rate', Rate);

/** What the rates read of their server. */
type RatesHost = Pick<Server, 'now' | 'stats' | 'replication'>;

export class Rates implements Part {
  commands = new Rate();
  input = new Rate();
  output = new Rate();
  replicationInput = new Rate();
  replicationOutput = new Rate();
  private readonly server: RatesHost;

  constructor(server: RatesHost) {
    this.server = server;
  }

  /** Adds what the counters have grown by since the last look to the present sample. */
  look(): void {
    const { now, stats, replication } = this.server;
    this.commands.look(now, stats.commandsProcessed);
    this.input.look(now, stats.inputBytes);
    this.output.look(now, stats.outputBytes);
    this.replicationInput.look(now, replication.inputBytes);
    this.replicationOutput.look(now, stats.replicaOutputBytes);
  }

  beforeFlush(): void {
    this.look();
  }

  /** The counters begin at 0 again. */
  resetStatistics(): void {
    this.commands = new Rate();
    this.input = new Rate();
    this.output = new Rate();
    this.replicationInput = new Rate();
    this.replicationOutput = new Rate();
  }
}
registerState('Rates', Rates);
