/** Booted sandboxes for tests that need one, and not a certain one. */

import { Sandbox } from '../../src/sandbox/sandbox.ts';

type Options = ConstructorParameters<typeof Sandbox>[0];

/** The default topology on ports 6400 to 6402 and 26400 to 26402, unless `options` say otherwise. */
export function bootedSandbox(options: Partial<Options> = {}): Sandbox {
  const sandbox = new Sandbox({
    topology: { replicas: 2, sentinels: 3, port: 6400, sentinelPort: 26400 },
    seed: 1,
    startAt: 1_790_000_000_000_000,
    record: false,
    ...options,
  });
  sandbox.boot();
  return sandbox;
}

/** The master `m` alone, on port 6400. */
export function loneMaster(options: Partial<Options> = {}): Sandbox {
  const topology = { replicas: 0, sentinels: 0, port: 6400, sentinelPort: 26400 };
  return bootedSandbox({ topology, ...options });
}
