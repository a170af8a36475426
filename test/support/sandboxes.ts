/** A booted sandbox for tests that need one, and not a certain one. */

import { Sandbox } from '../../src/sandbox/sandbox.ts';

/** The master `m` alone, on port 6400. */
export function loneMaster(): Sandbox {
  const sandbox = new Sandbox({
    topology: { replicas: 0, sentinels: 0, port: 6400, sentinelPort: 26400 },
    seed: 1,
    startAt: 1_790_000_000_000_000,
    record: false,
  });
  sandbox.boot();
  return sandbox;
}
