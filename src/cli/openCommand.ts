/**
 * `open`: a recording, to be looked at in the dashboard and through the control endpoint. Its nodes have
 * no endpoints; SANDBOX FORK continues from any event of it with endpoints of its own.
 */

import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { errnoText } from '../gateway/errno.ts';
import { startForks } from '../gateway/forkStarts.ts';
import { DEFAULT_HISTORY, type EndpointList } from '../gateway/hostMessages.ts';
import { NoPortsError, startOnFreePorts } from '../gateway/portChoice.ts';
import { DEFAULT_PORT, DEFAULT_SENTINEL_PORT, usualRuns } from '../gateway/portPlan.ts';
import { defaultMemoryMb, SandboxWorker, StartError } from '../gateway/sandboxWorker.ts';
import { endpointLines } from './endpointLines.ts';
import { tell, untilSignal } from './untilSignal.ts';
import { UsageError } from './usageError.ts';

const NONCE_BYTES = 8;
/** A recording has no servers or Sentinels that need ports. */
const NO_NODES = { replicas: 0, sentinels: 0 };

/** Returns the exit code. Throws UsageError. */
export async function open(args: readonly string[]): Promise<number> {
  const [path, ...more] = args;
  if (path === undefined || more.length > 0 || path.startsWith('-')) {
    throw new UsageError('usage: open FILE.rsrec');
  }
  const recording = read(path);
  return untilSignal(async (onDeath) => {
    const worker = await start(recording, onDeath);
    if (worker !== undefined) process.stdout.write(describe(path, worker.endpoints));
    return worker;
  });
}

function read(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new UsageError(`${path}: ${errnoText(error)}`);
  }
}

async function start(
  recording: Buffer,
  onDeath: (reason: string) => void,
): Promise<SandboxWorker | undefined> {
  const wish = { runs: usualRuns(DEFAULT_PORT, DEFAULT_SENTINEL_PORT), shape: NO_NODES };
  try {
    const { started } = await startOnFreePorts(wish, ({ controlPort, dashboardPort }) =>
      SandboxWorker.start(
        {
          topology: { ...NO_NODES, port: DEFAULT_PORT, sentinelPort: DEFAULT_SENTINEL_PORT },
          seed: 0,
          nonce: randomBytes(NONCE_BYTES).toString('hex'),
          controlPort,
          dashboardPort,
          memoryMb: defaultMemoryMb(),
          history: DEFAULT_HISTORY,
          recording,
          isFinished: true,
        },
        { onDeath, onWarning: tell, onFork: startForks(tell) },
      ),
    );
    return started;
  } catch (error) {
    if (!(error instanceof StartError) && !(error instanceof NoPortsError)) throw error;
    tell(`The recording was not opened: ${error.message}`);
    return undefined;
  }
}

function describe(path: string, { control, dashboard }: EndpointList): string {
  return [
    `Recording ${path}`,
    ...endpointLines({ control, dashboard }),
    'Nothing listens for its nodes until SANDBOX FORK continues from an event. Ctrl-C ends it.',
    '',
  ].join('\n');
}
