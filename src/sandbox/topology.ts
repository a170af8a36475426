/**
 * A topology: its nodes, their ports, and the configuration file in each node's directory at its first
 * start.
 *
 * All defaults that differ from Redis's are here: down-after 2 s, failover-timeout 10 s,
 * repl-diskless-sync-delay 0, enable-debug-command local.
 */

import type { AddNode } from '../world/input.ts';
import type { MachineName } from './machines.ts';

export const HOST = '127.0.0.1';
export const MASTER_NAME = 'mymaster';
/** The node of the load client. */
export const LOAD = 'load';
const DOWN_AFTER_MS = 2_000;
const FAILOVER_TIMEOUT_MS = 10_000;
const CONFIG_FILES: Readonly<Record<string, string>> = {
  server: 'redis.conf',
  sentinel: 'sentinel.conf',
};

export interface TopologyOptions {
  readonly replicas: number;
  readonly sentinels: number;
  /** The master's port; the replicas have the next ones. */
  readonly port: number;
  /** The first Sentinel's port; the others have the next ones. */
  readonly sentinelPort: number;
  /** The number of Sentinels that must agree that the master is down; by default a majority. */
  readonly quorum?: number;
  readonly downAfterMs?: number;
}

export interface NodeId {
  readonly name: string;
  readonly machine: MachineName;
  readonly port: number;
}

export interface NodeSpec extends NodeId {
  readonly config: string;
}

/** The nodes in the order of their start: master, replicas, Sentinels. */
export function topologyNodes(options: TopologyOptions): NodeSpec[] {
  const nodes: NodeSpec[] = [serverNode('m', options.port, undefined)];
  for (let i = 1; i <= options.replicas; i += 1) {
    nodes.push(serverNode(`r${i}`, options.port + i, options.port));
  }
  const quorum = quorumOf(options.sentinels, options);
  for (let i = 1; i <= options.sentinels; i += 1) {
    const port = options.sentinelPort + i - 1;
    nodes.push(sentinelNode(`s${i}`, port, options.port, quorum, options));
  }
  return nodes;
}

/** A server; with `masterPort`, a replica of the server at that port. */
export function serverNode(name: string, port: number, masterPort: number | undefined): NodeSpec {
  const lines = [`port ${port}`, 'repl-diskless-sync-delay 0', 'enable-debug-command local'];
  if (masterPort !== undefined) lines.push(`replicaof ${HOST} ${masterPort}`);
  return { name, machine: 'server', port, config: `${lines.join('\n')}\n` };
}

/** The default quorum for that many Sentinels: a majority. */
export function quorumOf(sentinels: number, options: TopologyOptions): number {
  return options.quorum ?? Math.floor(sentinels / 2) + 1;
}

/** A Sentinel that monitors the master at `masterPort`. */
export function sentinelNode(
  name: string,
  port: number,
  masterPort: number,
  quorum: number,
  options: TopologyOptions,
): NodeSpec {
  const lines = [
    `port ${port}`,
    `sentinel monitor ${MASTER_NAME} ${HOST} ${masterPort} ${quorum}`,
    `sentinel down-after-milliseconds ${MASTER_NAME} ${options.downAfterMs ?? DOWN_AFTER_MS}`,
    `sentinel failover-timeout ${MASTER_NAME} ${FAILOVER_TIMEOUT_MS}`,
  ];
  return { name, machine: 'sentinel', port, config: `${lines.join('\n')}\n` };
}

/**
 * The world's input that adds a node. `nonce` makes its replid differ from those of other
 * sandboxes.
 */
export function addNodeInput(spec: NodeSpec, nonce: string | undefined): AddNode {
  const path = CONFIG_FILES[spec.machine]!;
  return {
    kind: 'addNode',
    name: spec.name,
    machine: spec.machine,
    ports: [spec.port],
    configFile: path,
    files: [{ path, bytes: Buffer.from(spec.config, 'latin1') }],
    ...(nonce === undefined ? {} : { nonce }),
  };
}
