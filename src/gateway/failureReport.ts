/**
 * The report on a world in which a machine broke an invariant: everything that is needed to reproduce
 * the failure.
 *
 * The recording (seed, topology and every input up to the failure, or a checkpoint and the inputs since) is
 * written to a file that only its owner can read, because it contains everything that clients have
 * written, except passwords. `replay(parse(bytes))` of world/ repeats the run up to the same event and the same error.
 */

import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Sandbox } from '../sandbox/sandbox.ts';
import { serialize } from '../world/recordingFile.ts';
import { maskRecording } from '../world/secrets/maskRecording.ts';
import { errnoText } from './errno.ts';
import type { FailureReport } from './hostMessages.ts';
import { writeWhole } from './writeWhole.ts';

/** Undefined while the world has not failed. */
export function reportFailure(sandbox: Sandbox): FailureReport | undefined {
  const { failure } = sandbox.world;
  if (failure === undefined) return undefined;
  const { error, node, seq, stack } = failure;
  return { error, node, event: seq, stack, seed: sandbox.seed, ...writeRecording(sandbox) };
}

function writeRecording(
  sandbox: Sandbox,
): Pick<FailureReport, 'recording'> | Pick<FailureReport, 'noRecording'> {
  const recording = sandbox.world.recording();
  if (recording === undefined) {
    return { noRecording: 'too much input came at once, or memory was short' };
  }
  try {
    const masked = maskRecording(recording, sandbox.world.state.trace).recording;
    const path = join(mkdtempSync(join(tmpdir(), 'replication-sandbox-')), 'failure.rsrec');
    writeWhole(path, serialize(masked));
    return { recording: path };
  } catch (error) {
    return { noRecording: errnoText(error) };
  }
}

/** `InvariantError: … (node m, event 1234, seed 42). The recording is in …`, as one line. */
export function failureLine(report: FailureReport): string {
  const { error, node, event, seed, recording, noRecording } = report;
  const where = node === '' ? `event ${event}` : `node ${node}, event ${event}`;
  const kept =
    recording === undefined ? `There is no recording: ${noRecording}` : `Recording: ${recording}`;
  return `A bug has stopped the sandbox: ${error} (${where}, seed ${seed}). Its endpoints are closed; start a new sandbox to continue. ${kept}`;
}
