/**
 * npm run simulate -- --seeds 2000 [--first N] [--jobs 2]   many seeds, and what they met
 * npm run simulate -- --seed N [--verbose]                  one seed, with what happened in it
 */

import { parseArgs } from 'node:util';
import { coverageTable, missingCoverage, SEEDS_FOR_COVERAGE } from './coverage.ts';
import { runSeeds } from './pool.ts';
import { proveSeed } from './prove.ts';

const PROGRESS_SEEDS = 100;

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '200' },
    first: { type: 'string', default: '1' },
    jobs: { type: 'string', default: '2' },
    seed: { type: 'string' },
    verbose: { type: 'boolean', default: false },
  },
});

function natural(name: 'seeds' | 'first' | 'jobs' | 'seed'): number {
  const text = values[name]!;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  console.error(`--${name} must be a number, not ${text}`);
  process.exit(1);
}

if (values.seed !== undefined) {
  const log = (line: string): void => console.log(line);
  const report = proveSeed(natural('seed'), values.verbose ? { log } : {});
  console.log(coverageTable(report.coverage));
  for (const violation of report.violations) console.log(`VIOLATION ${violation}`);
  console.log(`seed ${report.seed}: ${report.violations.length === 0 ? 'holds' : 'FAILS'}`);
  process.exitCode = report.violations.length === 0 ? 0 : 1;
} else {
  const first = natural('first');
  const { seeds, failures, coverage, seconds } = await runSeeds({
    first,
    count: natural('seeds'),
    jobs: natural('jobs'),
    failed: (message) => console.log(message),
    progress: (done) => {
      if (done % PROGRESS_SEEDS === 0) console.error(`${done} seeds from ${first} on`);
    },
  });
  console.log(coverageTable(coverage));
  // A few seeds need not meet everything.
  const missing = seeds < SEEDS_FOR_COVERAGE ? [] : missingCoverage(coverage);
  for (const line of missing) console.log(`MISSING ${line}`);
  console.log(`${seeds} seeds, ${failures.length} failed, ${seconds.toFixed(1)} s`);
  process.exitCode = failures.length + missing.length === 0 ? 0 : 1;
}
