/** 200 seeds with all invariants and proofs, and the coverage they must have. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { coverageTable, missingCoverage, SEEDS_FOR_COVERAGE } from './coverage.ts';
import { runSeeds } from './pool.ts';

const SEEDS = SEEDS_FOR_COVERAGE;
const JOBS = 2;

test(`${SEEDS} seeds hold, and meet what they must`, async (context) => {
  const { failures, coverage, seconds } = await runSeeds({
    first: 1,
    count: SEEDS,
    jobs: JOBS,
    failed: (message) => context.diagnostic(message),
  });
  context.diagnostic(`coverage of ${SEEDS} seeds in ${seconds.toFixed(1)} s:`);
  for (const line of coverageTable(coverage).split('\n')) context.diagnostic(line);
  assert.deepEqual(
    failures.map(({ seed }) => seed),
    [],
    'failing seeds; the command for each is above',
  );
  assert.deepEqual(missingCoverage(coverage), []);
});
