/**
 * A seed's proof. Its plan is run, and then again in three ways that must come to the same end, event
 * by event (trace hash) and byte by byte (state digests):
 *
 *   (a) run again;
 *   (b) replayed from its recording's file, which begins with a checkpoint when the journal was too small
 *       for the whole run;
 *   (c) continued from checkpoints taken at random events: a copy, later what is read of the copy's bytes,
 *       by turns with the original; (c) is done while (a) runs, so (a) also shows that copying disturbs
 *       nothing.
 */

import assert from 'node:assert/strict';
import { Random, seedFromNumber, seedOf } from '../../src/engine/machine/random.ts';
import { parse, serialize } from '../../src/world/recordingFile.ts';
import { DepartureError, replay } from '../../src/world/replay.ts';
import type { Coverage } from './coverage.ts';
import { drawPlan, type Plan } from './plan.ts';
import { type Outcome, outcomeOf, Run } from './run.ts';

export interface SeedReport {
  readonly seed: number;
  readonly violations: readonly string[];
  readonly coverage: Coverage;
  readonly millis: number;
}

interface ProveOptions {
  readonly log?: (line: string) => void;
}

export function proveSeed(seed: number, options: ProveOptions = {}): SeedReport {
  const startedAt = performance.now();
  const violations: string[] = [];
  let coverage: Coverage = {};
  try {
    const plan = drawPlan(seed);
    const run = new Run(plan, { record: true, ...options });
    run.execute();
    violations.push(...run.violations);
    coverage = run.coverage;
    const outcome = run.outcome();
    violations.push(...proveAgain(plan, outcome), ...proveReplay(plan, run, outcome));
  } catch (error) {
    violations.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
  return { seed, violations, coverage, millis: performance.now() - startedAt };
}

/** (a) and (c). */
function proveAgain(plan: Plan, outcome: Outcome): string[] {
  const random = new Random(seedOf(seedFromNumber(plan.seed), 'checkpoints'));
  const first = 1 + random.below(outcome.events);
  const second = first + random.below(outcome.events - first + 1);
  const again = new Run(plan, { record: false, forkAt: [first, second] });
  try {
    again.execute();
  } catch (error) {
    // Whether it was the copies: (a) for itself.
    const where = `(c) checkpoints at events ${first} and ${second}: ${String(error)}`;
    return [where, ...proveRunAgain(plan, outcome)];
  }
  const names = ['(a) run again', `(c) copy at event ${first}`, `(c) its bytes at ${second}`];
  return again.tracks.worlds.flatMap((world, index) =>
    differences(names[index]!, outcomeOf(world, plan), outcome),
  );
}

function proveRunAgain(plan: Plan, outcome: Outcome): string[] {
  const again = new Run(plan, { record: false });
  again.execute();
  return differences('(a) run again', again.outcome(), outcome);
}

/** (b) */
function proveReplay(plan: Plan, run: Run, outcome: Outcome): string[] {
  const recording = parse(Buffer.concat(serialize(run.recording())));
  try {
    return differences('(b) replay', outcomeOf(replay(recording), plan), outcome);
  } catch (error) {
    if (!(error instanceof DepartureError)) throw error;
    return [`(b) ${error.message}`];
  }
}

function differences(what: string, found: Outcome, expected: Outcome): string[] {
  try {
    assert.deepEqual(found, expected);
    return [];
  } catch {
    return [
      `${what} came to another end: ${JSON.stringify(found)}, not ${JSON.stringify(expected)}`,
    ];
  }
}
