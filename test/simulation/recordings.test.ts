/** A run that was saved, whatever it met, goes on from the file as the original does. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Recording } from '../../src/world/journal.ts';
import { parse, serialize } from '../../src/world/recordingFile.ts';
import { replay } from '../../src/world/replay.ts';
import type { World } from '../../src/world/world.ts';
import { drawPlan, type Plan } from './plan.ts';
import { outcomeOf, Run } from './run.ts';

const SEEDS = 5;
/** So little that checkpoints replace the beginning of most runs. */
const JOURNAL_BYTES = 2_000;

function saved(recording: Recording): Recording {
  return parse(Buffer.concat(serialize(recording)));
}

/** Five more seconds, with a crash in them. */
function goOn(world: World, plan: Plan): void {
  const node = plan.topology.servers[0]!.name;
  world.inject({ kind: 'crash', node });
  world.runUntil(world.now + 2_000_000);
  world.inject({ kind: 'restart', node });
  world.runUntil(world.now + 3_000_000);
}

test(`${SEEDS} runs go on from their files`, () => {
  let fromCheckpoints = 0;
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    const plan: Plan = { ...drawPlan(seed), journalBytesMax: JOURNAL_BYTES };
    const run = new Run(plan, { record: true });
    run.execute();
    const { world } = run;
    world.outside = undefined;
    const recording = run.recording();
    if (recording.segments[0]!.base !== undefined) fromCheckpoints += 1;
    const options = { record: true, journalBytesMax: JOURNAL_BYTES };
    const again = replay(saved(recording), undefined, options);
    assert.deepEqual(outcomeOf(again, plan), outcomeOf(world, plan), `seed ${seed}, replayed`);
    for (const each of [world, again]) goOn(each, plan);
    const expected = outcomeOf(world, plan);
    assert.deepEqual(outcomeOf(again, plan), expected, `seed ${seed}, continued`);
    const third = replay(saved(again.recording()!));
    assert.deepEqual(outcomeOf(third, plan), expected, `seed ${seed}, saved again`);
  }
  assert.ok(fromCheckpoints > SEEDS / 2, `only ${fromCheckpoints} begin with a checkpoint`);
});
