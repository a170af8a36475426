/**
 * Draws who takes part: servers (a master, replicas, replicas of replicas), Sentinels, and the
 * configuration each one starts with. Timeouts are short and backlogs small, so that within twenty
 * virtual seconds everything happens that takes minutes in production.
 */

import type { Random } from '../../src/engine/machine/random.ts';
import type { AddNode } from '../../src/world/input.ts';
import { between, pick, weighted } from './draw.ts';

export const HOST = '127.0.0.1';
export const MASTER_NAME = 'mymaster';
const FIRST_SERVER_PORT = 7000;
const FIRST_SENTINEL_PORT = 26000;

interface ServerPlan {
  readonly name: string;
  readonly port: number;
  /** Index of the server it replicates at the beginning; undefined for the master. */
  readonly parent: number | undefined;
  readonly config: string;
}

interface SentinelPlan {
  readonly name: string;
  readonly port: number;
  readonly config: string;
}

export interface Topology {
  readonly servers: readonly ServerPlan[];
  readonly sentinels: readonly SentinelPlan[];
  /** A replica replicates from a replica. */
  readonly isChained: boolean;
}

export function drawTopology(random: Random): Topology {
  const sentinelCount = weighted(random, [
    [0, 5],
    [3, 5],
    [5, 1],
  ]);
  const replicaCount = weighted(random, [
    [0, sentinelCount === 0 ? 1 : 0.1],
    [1, 3],
    [2, 5],
    [3, 2],
    [4, 1],
  ]);
  const servers: ServerPlan[] = [];
  for (let index = 0; index <= replicaCount; index += 1) {
    servers.push(drawServer(random, index, drawParent(random, index)));
  }
  const sentinels: SentinelPlan[] = [];
  const watch = drawWatch(random, sentinelCount);
  for (let index = 0; index < sentinelCount; index += 1) {
    const port = FIRST_SENTINEL_PORT + index;
    sentinels.push({ name: `s${index}`, port, config: `port ${port}\n${watch}` });
  }
  return { servers, sentinels, isChained: servers.some(({ parent }) => (parent ?? 0) > 0) };
}

function drawParent(random: Random, index: number): number | undefined {
  if (index === 0) return undefined;
  return index >= 2 && random.chance(0.3) ? 1 + random.below(index - 1) : 0;
}

function drawServer(random: Random, index: number, parent: number | undefined): ServerPlan {
  const port = FIRST_SERVER_PORT + index;
  const replicaof = parent === undefined ? [] : [`replicaof ${HOST} ${FIRST_SERVER_PORT + parent}`];
  const lines = [
    `port ${port}`,
    'enable-debug-command yes',
    ...replicaof,
    'repl-diskless-sync-delay 0',
    `repl-ping-replica-period ${between(random, 1, 2)}`,
    `repl-timeout ${between(random, 3, 6)}`,
    `repl-backlog-size ${pick(random, ['16kb', '16kb', '32kb', '64kb', '1mb'])}`,
    `repl-backlog-ttl ${pick(random, ['0', '4', '3600'])}`,
    `min-replicas-to-write ${pick(random, ['0', '0', '0', '1'])}`,
    'min-replicas-max-lag 2',
    `save ${pick(random, ['""', '""', '1 1', '3 20', '5 1 2 100'])}`,
    `replica-serve-stale-data ${pick(random, ['yes', 'no'])}`,
    `replica-priority ${weighted(random, [
      ['100', 6],
      ['10', 2],
      ['0', 0.5],
    ])}`,
    `client-output-buffer-limit replica ${pick(random, ['0 0 0', '1mb 256kb 2', '128kb 0 0'])}`,
    `hz ${pick(random, ['10', '50'])}`,
  ];
  return { name: `n${index}`, port, parent, config: `${lines.join('\n')}\n` };
}

function drawWatch(random: Random, sentinelCount: number): string {
  const quorum = Math.floor(sentinelCount / 2) + (random.chance(0.8) ? 1 : 0);
  return [
    `sentinel monitor ${MASTER_NAME} ${HOST} ${FIRST_SERVER_PORT} ${Math.max(1, quorum)}`,
    `sentinel down-after-milliseconds ${MASTER_NAME} ${between(random, 400, 1_200)}`,
    `sentinel failover-timeout ${MASTER_NAME} ${between(random, 1_500, 4_000)}`,
    `sentinel parallel-syncs ${MASTER_NAME} ${between(random, 1, 3)}`,
    '',
  ].join('\n');
}

export function serverNode({ name, port, config }: ServerPlan): AddNode {
  return node('server', name, port, 'redis.conf', config);
}

export function sentinelNode({ name, port, config }: SentinelPlan): AddNode {
  return node('sentinel', name, port, 'sentinel.conf', config);
}

function node(machine: string, name: string, port: number, path: string, config: string): AddNode {
  const files = [{ path, bytes: Buffer.from(config, 'latin1') }];
  return { kind: 'addNode', name, machine, ports: [port], configFile: path, files };
}
