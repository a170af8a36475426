/**
 * The one rule for what a test needs and this machine may lack: a test without it is skipped, with
 * the reason; where REQUIRE_PEERS=1, as in CI, that it is missing is an error.
 */

import { spawnSync } from 'node:child_process';
import type { TestContext } from 'node:test';

/** What `skip` takes: false, or why. Throws where nothing may be missing. */
export function skipFor(why: string | undefined): string | false {
  if (why !== undefined && process.env['REQUIRE_PEERS'] === '1') throw new Error(why);
  return why ?? false;
}

/** Why programs cannot be run; undefined when all can. */
export function missing(...programs: readonly string[]): string | undefined {
  const absent = programs.find(
    (name) => spawnSync(name, ['--version'], { stdio: 'ignore' }).error !== undefined,
  );
  return absent === undefined ? undefined : `${absent} is not installed`;
}

/** True when the program is there; otherwise the test is skipped, or fails where REQUIRE_PEERS=1. */
export function requirePeer(t: TestContext, name: string): boolean {
  const reason = skipFor(missing(name));
  if (reason !== false) t.skip(reason);
  return reason === false;
}
