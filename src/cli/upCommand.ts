/** `up`: a sandbox that runs until SIGINT or SIGTERM. */

import { randomBytes } from 'node:crypto';
import { connectionVariables } from '../gateway/connectionVariables.ts';
import { failureLine } from '../gateway/failureReport.ts';
import { startForks } from '../gateway/forkStarts.ts';
import type { EndpointList } from '../gateway/hostMessages.ts';
import { formatLogEntry } from '../gateway/logLine.ts';
import { movesText, NoPortsError, startOnFreePorts } from '../gateway/portChoice.ts';
import type { PortPlan } from '../gateway/portPlan.ts';
import { defaultMemoryMb, SandboxWorker, StartError } from '../gateway/sandboxWorker.ts';
import type { FeedEntry } from '../view/messages.ts';
import { endpointLines } from './endpointLines.ts';
import { tell, untilSignal } from './untilSignal.ts';
import { parseUpOptions, type UpOptions } from './upOptions.ts';

const SEED_BYTES = 4;
const NONCE_BYTES = 8;

/** Returns the exit code. */
export async function up(args: readonly string[]): Promise<number> {
  const options = parseUpOptions(args);
  const seed = options.seed ?? randomBytes(SEED_BYTES).readUInt32BE();
  return untilSignal(async (onDeath) => {
    const worker = await start(options, seed, onDeath);
    if (worker !== undefined) process.stdout.write(describe(worker.endpoints, options, seed));
    return worker;
  });
}

/** Starts it on free ports and says which ones it did not get. */
async function start(
  options: UpOptions,
  seed: number,
  onDeath: (reason: string) => void,
): Promise<SandboxWorker | undefined> {
  const wish = { runs: options.runs, shape: options };
  try {
    const { started, moves } = await startOnFreePorts(wish, (ports) =>
      startWorker(options, ports, seed, onDeath),
    );
    if (moves.length > 0) tell(movesText(moves));
    return started;
  } catch (error) {
    if (!(error instanceof StartError) && !(error instanceof NoPortsError)) throw error;
    tell(`The sandbox did not start: ${error.message}`);
    return undefined;
  }
}

function startWorker(
  { replicas, sentinels, logs, history }: UpOptions,
  { port, sentinelPort, controlPort, dashboardPort }: PortPlan,
  seed: number,
  onDeath: (reason: string) => void,
): Promise<SandboxWorker> {
  return SandboxWorker.start(
    {
      topology: { replicas, sentinels, port, sentinelPort },
      seed,
      nonce: randomBytes(NONCE_BYTES).toString('hex'),
      controlPort,
      dashboardPort,
      memoryMb: defaultMemoryMb(),
      history,
    },
    {
      onDeath,
      onFork: startForks(tell),
      ...(logs ? { onFeed: writeLogs } : {}),
      onWarning: tell,
      onFailure: (report) => tell(`${failureLine(report)}\n${report.stack}`),
    },
  );
}

/** `r1 | 1234:S 22 Nov 2026 07:33:20.953 * MASTER <-> REPLICA sync started`. */
function writeLogs(entries: readonly FeedEntry[]): void {
  for (const entry of entries) {
    if (entry.source === 'log') tell(`${entry.node} | ${formatLogEntry(entry).trimEnd()}`);
  }
}

function describe(endpoints: EndpointList, { form }: UpOptions, seed: number): string {
  if (form === 'json') return `${JSON.stringify(endpoints)}\n`;
  if (form === 'env') {
    const variables = connectionVariables(endpoints);
    return variables.map(([name, value]) => `export ${name}=${value}\n`).join('');
  }
  return [
    `Replication Sandbox for Redis (seed ${seed})`,
    ...endpointLines(endpoints),
    'Ctrl-C ends it.',
    '',
  ].join('\n');
}
