/** `up`: a sandbox that runs until SIGINT or SIGTERM. */

import { randomBytes } from 'node:crypto';
import { connectionVariables } from '../gateway/connectionVariables.ts';
import { failureLine } from '../gateway/failureReport.ts';
import type { EndpointList } from '../gateway/hostMessages.ts';
import { formatLogEntry } from '../gateway/logLine.ts';
import { movesText, NoPortsError, startOnFreePorts } from '../gateway/portChoice.ts';
import type { PortPlan } from '../gateway/portPlan.ts';
import { defaultMemoryMb, SandboxWorker, StartError } from '../gateway/sandboxWorker.ts';
import { terminalText } from '../gateway/terminalText.ts';
import type { FeedEntry } from '../view/messages.ts';
import { compileCacheFolder } from './compileCache.ts';
import { parseUpOptions, type UpOptions } from './upOptions.ts';

const SEED_BYTES = 4;
const NONCE_BYTES = 8;

/** Returns the exit code. */
export async function up(args: readonly string[]): Promise<number> {
  const options = parseUpOptions(args);
  const seed = options.seed ?? randomBytes(SEED_BYTES).readUInt32BE();
  let end: (code: number) => void = () => {};
  const ended = new Promise<number>((resolve) => {
    end = resolve;
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => end(0));
  // With Node 22 and later the thread loads compiled code from the second start on.
  const cache = process.env['NODE_COMPILE_CACHE'] ?? compileCacheFolder();
  if (cache !== undefined) process.env['NODE_COMPILE_CACHE'] = cache;
  const worker = await start(options, seed, (reason) => {
    tell(`The sandbox has died: ${reason}`);
    end(1);
  });
  if (worker === undefined) return 1;
  process.stdout.write(describe(worker.endpoints, options, seed));
  const code = await ended;
  if (code === 0) await worker.close();
  return code;
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
  { replicas, sentinels, logs }: UpOptions,
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
    },
    {
      onDeath,
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

/** Writes a line to standard error, which is usually a terminal. */
function tell(text: string): void {
  process.stderr.write(`${terminalText(text)}\n`);
}

function describe(endpoints: EndpointList, { form }: UpOptions, seed: number): string {
  if (form === 'json') return `${JSON.stringify(endpoints)}\n`;
  if (form === 'env') {
    const variables = connectionVariables(endpoints);
    return variables.map(([name, value]) => `export ${name}=${value}\n`).join('');
  }
  const { nodes, sentinels, masterName, control, dashboard } = endpoints;
  const line = (name: string, text: string): string => `  ${name.padEnd(10)}${text}`;
  return [
    `Replication Sandbox for Redis (seed ${seed})`,
    ...nodes.map((node) => line(node.name, `${node.host}:${node.port}  ${node.role}`)),
    ...sentinels.map((node) =>
      line(node.name, `${node.host}:${node.port}  Sentinel of ${masterName}`),
    ),
    line('control', `${control.host}:${control.port}  redis-cli -p ${control.port} SANDBOX HELP`),
    line('dashboard', dashboard.url),
    'Ctrl-C ends it.',
    '',
  ].join('\n');
}
