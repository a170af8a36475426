/**
 * npm run simulate -- --seeds 2000 [--first N] [--jobs 2]   many seeds, and what they met
 * npm run simulate -- --seed N [--verbose]                  one seed, with what happened in it
 */

import { parseArgs } from 'node:util';
import { coverageTable } from './coverage.ts';
import { runSeeds } from './pool.ts';
import { proveSeed } from './prove.ts';

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
  const summary = await runSeeds({
    first: natural('first'),
    count: natural('seeds'),
    jobs: natural('jobs'),
    failed: (message) => console.log(message),
  });
  console.log(coverageTable(summary.coverage));
  const { seeds, failures, seconds } = summary;
  console.log(`${seeds} seeds, ${failures.length} failed, ${seconds.toFixed(1)} s`);
  process.exitCode = failures.length === 0 ? 0 : 1;
}
