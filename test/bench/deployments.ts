/** Whole deployments against the clock: until they agree, and from a crash to the first good write. */

import { ask, type Plain } from './ask.ts';
import { type Program, realSentinel, realServer, sandbox, until } from './programs.ts';
import { median, type Row } from './table.ts';

interface RealDeployment {
  readonly servers: Program[];
  readonly sentinels: Program[];
}

async function realDeployment(downAfterMs: number): Promise<RealDeployment> {
  const master = await realServer();
  const replicas = await Promise.all(
    [1, 2].map(() => realServer('--replicaof', `127.0.0.1 ${master.port}`)),
  );
  const sentinels = await Promise.all(
    [1, 2, 3].map(() => realSentinel({ master: master.port, downAfterMs })),
  );
  for (const sentinel of sentinels) {
    await until('agreement', async () => (await agrees(sentinel.port)) || undefined);
  }
  return { servers: [master, ...replicas], sentinels };
}

/** True when the Sentinel knows two replicas and two other Sentinels. */
async function agrees(port: number): Promise<boolean> {
  const fields = (await ask(port, ['SENTINEL', 'MASTER', 'mymaster'])) as Plain[];
  const field = (name: string) => fields[fields.indexOf(name) + 1];
  return field('num-slaves') === '2' && field('num-other-sentinels') === '2';
}

async function stopAll(deployment: RealDeployment): Promise<void> {
  for (const program of [...deployment.sentinels, ...deployment.servers]) await program.stop();
}

export async function benchTopology(rounds: number): Promise<Row> {
  const ours: number[] = [];
  const real: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    let started = performance.now();
    const up = await sandbox();
    ours.push(performance.now() - started);
    await up.stop();
    started = performance.now();
    const deployment = await realDeployment(2000);
    real.push(performance.now() - started);
    await stopAll(deployment);
  }
  return {
    what: 'Default topology started and agreed',
    ours: `${(median(ours) / 1000).toFixed(2)} s`,
    real: `${(median(real) / 1000).toFixed(2)} s`,
    ratio: `${(median(real) / median(ours)).toFixed(1)}× sooner`,
    aim: '≥ 10× sooner',
  };
}

/** Milliseconds from now to a SET that the master named by the Sentinel accepts. */
async function firstGoodWrite(sentinel: number, old: number): Promise<number> {
  const started = performance.now();
  await until('a write on the new master', async () => {
    const [, port] = (await ask(sentinel, [
      'SENTINEL',
      'GET-MASTER-ADDR-BY-NAME',
      'mymaster',
    ])) as string[];
    if (Number(port) === old) return undefined;
    return (await ask(Number(port), ['SET', 'after', 'crash'])) === 'OK' || undefined;
  });
  return performance.now() - started;
}

export async function benchFailover(rounds: number): Promise<Row> {
  const ours: number[] = [];
  const real: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const up = await sandbox();
    const master = up.nodes.find((node) => node.role === 'master')!;
    for (const { port } of up.sentinels) {
      await ask(port, ['SENTINEL', 'SET', 'mymaster', 'down-after-milliseconds', '1000']);
    }
    await ask(up.control.port, ['SANDBOX', 'CRASH', master.name]);
    ours.push(await firstGoodWrite(up.sentinels[0]!.port, master.port));
    await up.stop();
    const deployment = await realDeployment(1000);
    deployment.servers[0]!.crash();
    real.push(await firstGoodWrite(deployment.sentinels[0]!.port, deployment.servers[0]!.port));
    await stopAll(deployment);
  }
  return {
    what: 'Crash of the master to the first good write, down-after 1 s',
    ours: `${(median(ours) / 1000).toFixed(2)} s`,
    real: `${(median(real) / 1000).toFixed(2)} s`,
    ratio: (median(ours) / median(real)).toFixed(2),
    aim: '',
  };
}
