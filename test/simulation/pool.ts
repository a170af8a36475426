/** Proves many seeds at once, in worker threads that each take the next seed when they are done. */

import { Worker } from 'node:worker_threads';
import { addCoverage, type Coverage } from './coverage.ts';
import type { SeedReport } from './prove.ts';

const SLOWEST = 'slowest seed in ms';

interface SeedsOptions {
  readonly first: number;
  readonly count: number;
  readonly jobs: number;
  /** Told of each failing seed at once, with the command that shows it again. */
  readonly failed: (message: string) => void;
  /** Told how many seeds are done. */
  readonly progress?: (done: number) => void;
}

interface Summary {
  readonly seeds: number;
  readonly failures: readonly SeedReport[];
  readonly coverage: Coverage;
  readonly seconds: number;
}

export function commandFor(seed: number): string {
  return `npm run simulate -- --seed ${seed}`;
}

export function describeFailure({ seed, violations }: SeedReport): string {
  return `seed ${seed} fails; to see it again: ${commandFor(seed)}\n  ${violations.join('\n  ')}`;
}

export async function runSeeds(options: SeedsOptions): Promise<Summary> {
  const startedAt = performance.now();
  const coverage: Coverage = {};
  const failures: SeedReport[] = [];
  let next = options.first;
  const end = options.first + options.count;
  let seeds = 0;
  const take = (report: SeedReport): void => {
    seeds += 1;
    options.progress?.(seeds);
    addCoverage(coverage, report.coverage);
    const slowest = Math.max(coverage[SLOWEST] ?? 0, Math.round(report.millis));
    coverage[SLOWEST] = slowest;
    if (report.violations.length === 0) return;
    failures.push(report);
    options.failed(describeFailure(report));
  };
  const nextSeed = (): number | undefined => (next < end ? next++ : undefined);
  const jobs = Array.from({ length: Math.max(1, options.jobs) }, () => work(nextSeed, take));
  await Promise.all(jobs);
  return { seeds, failures, coverage, seconds: (performance.now() - startedAt) / 1000 };
}

/** One worker, until there are no more seeds. */
function work(
  nextSeed: () => number | undefined,
  take: (report: SeedReport) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./worker.ts', import.meta.url));
    const give = (): void => {
      const seed = nextSeed();
      if (seed !== undefined) worker.postMessage(seed);
      else void worker.terminate().then(() => resolve());
    };
    worker.on('message', (report: SeedReport) => {
      take(report);
      give();
    });
    worker.on('error', reject);
    give();
  });
}
