/** Sandboxes in threads of their own for the tests: a master alone, on free ports. */

import { once } from 'node:events';
import * as net from 'node:net';
import { freePort } from '../../../src/gateway/freePorts.ts';
import {
  DEFAULT_HISTORY,
  type EndpointList,
  type FailureReport,
  type HostOptions,
} from '../../../src/gateway/hostMessages.ts';
import { SandboxWorker } from '../../../src/gateway/sandboxWorker.ts';

const HOST = '127.0.0.1';
const FIRST_PORT = 20_000 + (process.pid % 20_000);

const running: SandboxWorker[] = [];

/** For `after`: ends what a failed test has left. */
export async function closeAll(): Promise<void> {
  await Promise.all(running.map((worker) => worker.close()));
}

export interface Started {
  readonly worker: SandboxWorker;
  readonly port: number;
  readonly controlPort: number;
  readonly warnings: string[];
  /** What the sandbox said in its feed. */
  readonly said: string[];
  readonly failure: Promise<FailureReport>;
  readonly death: Promise<string>;
}

interface More {
  readonly options?: Partial<HostOptions>;
  readonly onFork?: (name: string, options: HostOptions) => Promise<EndpointList>;
}

/** `entry` is the thread's module, the product's unless told. */
export async function start(
  memoryMb: number,
  entry?: URL,
  { options = {}, onFork }: More = {},
): Promise<Started> {
  const ports: number[] = [];
  for (const first of [FIRST_PORT, FIRST_PORT + 1, FIRST_PORT + 2]) {
    ports.push((await freePort(first, 5_000, (port) => ports.includes(port)))!);
  }
  const [port, controlPort, dashboardPort] = ports as [number, number, number];
  const warnings: string[] = [];
  const said: string[] = [];
  let die: (reason: string) => void = () => {};
  const death = new Promise<string>((resolve) => {
    die = resolve;
  });
  let fail: (report: FailureReport) => void = () => {};
  const failure = new Promise<FailureReport>((resolve) => {
    fail = resolve;
  });
  const topology = { replicas: 0, sentinels: 0, port, sentinelPort: 0 };
  const worker = await SandboxWorker.start(
    {
      ...{ topology, seed: 1, nonce: 'n', controlPort, dashboardPort, memoryMb },
      history: DEFAULT_HISTORY,
      ...options,
    },
    {
      ...(onFork === undefined ? {} : { onFork }),
      onWarning: (text) => warnings.push(text),
      onFeed: (entries) => {
        for (const entry of entries) if (entry.source === 'sandbox') said.push(entry.text);
      },
      onFailure: fail,
      onDeath: die,
    },
    entry,
  );
  running.push(worker);
  return { worker, port, controlPort, warnings, said, failure, death };
}

/** The beginning of the answer to an inline command; one line as a rule. */
export async function ask(port: number, line: string): Promise<string> {
  const socket = net.connect(port, HOST);
  socket.write(`${line}\r\n`);
  const [reply] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  return reply.toString().trimEnd();
}

/** Polls until it is true. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const limit = Date.now() + 20_000;
  while (!(await condition())) {
    if (Date.now() > limit) throw new Error(`not within 20 s: ${String(condition)}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
