/**
 * INFO of a Sentinel, with 7.0's sections in its order and spelling. Fields without a true value here
 * are left out. CPU time is zero: a machine in a world uses none.
 */

import { announced } from '../model/address.ts';
import type { Instance } from '../model/instance.ts';
import type { SentinelHost } from './host.ts';

type Field = readonly [string, string | number];

const SECTIONS: readonly (readonly [string, (sentinel: SentinelHost) => Field[]])[] = [
  ['Server', serverFields],
  ['Clients', clientFields],
  ['Stats', statsFields],
  ['CPU', cpuFields],
  ['Sentinel', sentinelFields],
];

const EVERYTHING = ['all', 'default', 'everything'];

/** The text of the sections asked for (names in lower case), or of all sections. */
export function infoText(sentinel: SentinelHost, asked: readonly string[]): string {
  const all = asked.length === 0 || asked.some((name) => EVERYTHING.includes(name));
  return SECTIONS.filter(([title]) => all || asked.includes(title.toLowerCase()))
    .map(([title, fields]) => {
      const lines = fields(sentinel).map(([name, value]) => `${name}:${value}\r\n`);
      return `# ${title}\r\n${lines.join('')}`;
    })
    .join('\r\n');
}

function serverFields(sentinel: SentinelHost): Field[] {
  const uptime = Math.floor((sentinel.now - sentinel.startedAt) / 1_000_000);
  return [
    ['redis_version', '7.0.15'],
    ['redis_git_sha1', '00000000'],
    ['redis_git_dirty', 0],
    ['redis_build_id', 'replication-sandbox'],
    ['redis_mode', 'sentinel'],
    ['arch_bits', 64],
    ['process_id', sentinel.facts.pid],
    ['process_supervised', 'no'],
    ['run_id', sentinel.runId],
    ['tcp_port', sentinel.settings.port],
    ['server_time_usec', sentinel.now],
    ['uptime_in_seconds', uptime],
    ['uptime_in_days', Math.floor(uptime / 86_400)],
    ['hz', sentinel.hz],
    ['configured_hz', 10],
    ['config_file', sentinel.stateFile.path],
  ];
}

function clientFields(sentinel: SentinelHost): Field[] {
  return [
    ['connected_clients', sentinel.clients.size],
    ['maxclients', sentinel.settings.maxclients],
    ['blocked_clients', sentinel.blocking.count],
  ];
}

function statsFields(sentinel: SentinelHost): Field[] {
  const { stats, pubSub } = sentinel;
  return [
    ['total_connections_received', stats.connectionsReceived],
    ['total_commands_processed', stats.commandsProcessed],
    ['total_net_input_bytes', stats.inputBytes],
    ['rejected_connections', stats.rejectedConnections],
    ['pubsub_channels', pubSub.channels.size],
    ['pubsub_patterns', pubSub.patterns.size],
    ['total_error_replies', stats.errorReplies],
  ];
}

function cpuFields(): Field[] {
  return [
    'sys',
    'user',
    'sys_children',
    'user_children',
    'sys_main_thread',
    'user_main_thread',
  ].map((name) => [`used_cpu_${name}`, '0.000000']);
}

function sentinelFields(sentinel: SentinelHost): Field[] {
  const { tilt, tiltSince, simulateFailure, masters } = sentinel;
  const { afterElection, afterPromotion } = simulateFailure;
  const tiltSeconds = tilt ? Math.floor((sentinel.nowMs - tiltSince) / 1000) : -1;
  return [
    ['sentinel_masters', masters.size],
    ['sentinel_tilt', tilt ? 1 : 0],
    ['sentinel_tilt_since_seconds', tiltSeconds],
    ['sentinel_running_scripts', 0],
    ['sentinel_scripts_queue_length', 0],
    ['sentinel_simulate_failure_flags', (afterElection ? 1 : 0) + (afterPromotion ? 2 : 0)],
    ...[...masters.values()].map((master, index) => masterField(sentinel, master, index)),
  ];
}

function masterField(sentinel: SentinelHost, master: Instance, index: number): Field {
  const status = master.oDown ? 'odown' : master.sDown ? 'sdown' : 'ok';
  const { address } = master;
  const place = `${announced(sentinel, address)}:${address.port}`;
  const counts = `slaves=${master.replicas.size},sentinels=${master.sentinels.size + 1}`;
  return [`master${index}`, `name=${master.name},status=${status},address=${place},${counts}`];
}
