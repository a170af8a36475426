/**
 * INFO: the sections and fields of Redis 7.0, in its order and spelling. Fields without a meaning in
 * this server are absent.
 */

import { STARTUP_BYTES } from '../memory.ts';
import type { Rate } from '../rates.ts';
import type { Server } from '../server.ts';

/** lru_clock has 24 bits. */
const LRU_CLOCK_PERIOD = 2 ** 24;

type Field = readonly [string, string | number];
type Section = (server: Server) => Field[];

const sections: Readonly<Record<string, Section>> = {
  server: serverSection,
  clients: clientsSection,
  memory: memorySection,
  persistence: persistenceSection,
  stats: statsSection,
  replication: (server) => server.replication.infoFields(),
  cpu: cpuSection,
  commandstats: (server) => server.commandStats.commandFields(server.commands),
  errorstats: (server) => server.commandStats.errorFields(),
  cluster: () => [['cluster_enabled', 0]],
  keyspace: keyspaceSection,
};

const ALL = Object.keys(sections);
const DEFAULT = ALL.filter((name) => name !== 'commandstats');

/** INFO's text for the sections asked for, in lower case; `default` when none is. */
export function infoText(server: Server, asked: readonly string[]): string {
  const wanted = new Set(asked);
  if (wanted.has('all') || wanted.has('everything')) for (const name of ALL) wanted.add(name);
  if (wanted.size === 0 || wanted.has('default')) for (const name of DEFAULT) wanted.add(name);
  return ALL.filter((name) => wanted.has(name))
    .map((name) => {
      const title = name === 'cpu' ? 'CPU' : name[0]!.toUpperCase() + name.slice(1);
      const lines = sections[name]!(server).map(([field, value]) => `${field}:${value}\r\n`);
      return `# ${title}\r\n${lines.join('')}`;
    })
    .join('\r\n');
}

function serverSection(server: Server): Field[] {
  const uptime = Math.floor((server.now - server.startedAt) / 1_000_000);
  return [
    ['redis_version', '7.0.15'],
    ['redis_git_sha1', '00000000'],
    ['redis_git_dirty', 0],
    ['redis_build_id', 'replication-sandbox'],
    ['redis_mode', 'standalone'],
    ['arch_bits', 64],
    ['process_id', server.facts.pid],
    ['process_supervised', 'no'],
    ['run_id', server.runId],
    ['tcp_port', server.settings.port],
    ['server_time_usec', server.now],
    ['uptime_in_seconds', uptime],
    ['uptime_in_days', Math.floor(uptime / 86_400)],
    ['hz', server.settings.hz],
    ['configured_hz', server.settings.hz],
    ['lru_clock', Math.floor(server.now / 1_000_000) % LRU_CLOCK_PERIOD],
    ['config_file', server.configuration.path ?? ''],
    ['io_threads_active', 0],
    ...(server.shutdown.remainingMs >= 0
      ? [['shutdown_in_milliseconds', server.shutdown.remainingMs] as const]
      : []),
  ];
}

function clientsSection(server: Server): Field[] {
  let normal = 0;
  for (const client of server.clients.values()) if (client.kind === 'normal') normal += 1;
  return [
    ['connected_clients', normal],
    ['cluster_connections', 0],
    ['maxclients', server.settings.maxclients],
    ['blocked_clients', server.blocking.count],
    ['tracking_clients', 0],
    ['clients_in_timeout_table', server.blocking.timedCount],
  ];
}

/** Memory is modelled (memory.ts): what is used is resident, and nothing is fragmented. */
function memorySection(server: Server): Field[] {
  const used = server.memory.used;
  const dataset = server.keyspace.usedBytes;
  const peak = server.memory.peak;
  const { maxmemory, maxmemoryPolicy } = server.settings;
  const buffers = server.memory.replicationBuffers;
  return [
    ['used_memory', used],
    ['used_memory_human', human(used)],
    ['used_memory_rss', used],
    ['used_memory_rss_human', human(used)],
    ['used_memory_peak', peak],
    ['used_memory_peak_human', human(peak)],
    ['used_memory_peak_perc', percent(used, peak)],
    ['used_memory_overhead', used - dataset],
    ['used_memory_startup', STARTUP_BYTES],
    ['used_memory_dataset', dataset],
    ['used_memory_dataset_perc', percent(dataset, used - STARTUP_BYTES)],
    ['number_of_cached_scripts', 0],
    ['number_of_functions', 0],
    ['number_of_libraries', 0],
    ['maxmemory', maxmemory],
    ['maxmemory_human', human(maxmemory)],
    ['maxmemory_policy', maxmemoryPolicy],
    ['mem_fragmentation_ratio', '1.00'],
    ['mem_fragmentation_bytes', 0],
    ['mem_replication_backlog', buffers.backlog],
    ['mem_total_replication_buffers', buffers.total],
    ['mem_clients_slaves', buffers.replicas],
    ['mem_clients_normal', server.memory.clients],
    ['mem_cluster_links', 0],
    ['mem_aof_buffer', 0],
    ['mem_allocator', 'modelled'],
    ['active_defrag_running', 0],
    // Memory is always freed at once.
    ['lazyfree_pending_objects', 0],
    ['lazyfreed_objects', 0],
  ];
}

function percent(part: number, whole: number): string {
  return `${(whole === 0 ? 0 : (part / whole) * 100).toFixed(2)}%`;
}

/** Bytes as Redis abbreviates them: `1.50M`. */
function human(bytes: number): string {
  if (bytes < 1024) return `${bytes}B`;
  const units = ['K', 'M', 'G', 'T', 'P'];
  let value = bytes / 1024;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${value.toFixed(2)}${units[unit]}`;
}

function persistenceSection(server: Server): Field[] {
  const { saving, loading } = server;
  const since =
    saving.child === undefined ? -1 : Math.floor((server.now - saving.child.startedAt) / 1e6);
  const fields: Field[] = [
    ['loading', loading.active ? 1 : 0],
    ['async_loading', 0],
    ['rdb_changes_since_last_save', saving.dirty],
    ['rdb_bgsave_in_progress', saving.child === undefined ? 0 : 1],
    ['rdb_last_save_time', saving.lastSave],
    ['rdb_last_bgsave_status', saving.lastStatusOk ? 'ok' : 'err'],
    ['rdb_last_bgsave_time_sec', saving.lastDurationSeconds],
    ['rdb_current_bgsave_time_sec', since],
    ['rdb_saves', saving.saves],
    ['rdb_last_load_keys_expired', loading.keysExpired],
    ['rdb_last_load_keys_loaded', loading.keysLoaded],
    ['aof_enabled', 0],
    ['aof_rewrite_in_progress', 0],
    ['aof_rewrite_scheduled', 0],
    ['aof_last_rewrite_time_sec', -1],
    ['aof_current_rewrite_time_sec', -1],
    ['aof_last_bgrewrite_status', 'ok'],
    ['aof_rewrites', 0],
    ['aof_rewrites_consecutive_failures', 0],
    ['aof_last_write_status', 'ok'],
    ['module_fork_in_progress', 0],
  ];
  if (!loading.active) return fields;
  const percent = loading.totalBytes === 0 ? 0 : (loading.loadedBytes / loading.totalBytes) * 100;
  return [
    ...fields,
    ['loading_start_time', Math.floor(loading.startedAt / 1_000_000)],
    ['loading_total_bytes', loading.totalBytes],
    ['loading_loaded_bytes', loading.loadedBytes],
    ['loading_loaded_perc', percent.toFixed(2)],
  ];
}

function statsSection(server: Server): Field[] {
  server.rates.look();
  const { stats, counters, replication, rates } = server;
  return [
    ['total_connections_received', stats.connectionsReceived],
    ['total_commands_processed', stats.commandsProcessed],
    ['instantaneous_ops_per_sec', Math.floor(rates.commands.perSecond)],
    ['total_net_input_bytes', stats.inputBytes],
    ['total_net_output_bytes', stats.outputBytes],
    ['total_net_repl_input_bytes', replication.inputBytes],
    ['total_net_repl_output_bytes', stats.replicaOutputBytes],
    ['instantaneous_input_kbps', kilobytes(rates.input)],
    ['instantaneous_output_kbps', kilobytes(rates.output)],
    ['instantaneous_input_repl_kbps', kilobytes(rates.replicationInput)],
    ['instantaneous_output_repl_kbps', kilobytes(rates.replicationOutput)],
    ['rejected_connections', stats.rejectedConnections],
    ['sync_full', replication.syncFull],
    ['sync_partial_ok', replication.syncPartialOk],
    ['sync_partial_err', replication.syncPartialErr],
    ['expired_keys', counters.expiredKeys],
    ['evicted_keys', 0],
    ['evicted_clients', 0],
    ['keyspace_hits', counters.keyspaceHits],
    ['keyspace_misses', counters.keyspaceMisses],
    ['pubsub_channels', server.pubSub.channels.size],
    ['pubsub_patterns', server.pubSub.patterns.size],
    ['pubsubshard_channels', 0],
    ['latest_fork_usec', server.saving.latestForkMicros],
    ['total_forks', server.saving.forks],
    ['slave_expires_tracked_keys', server.expireCycle.ownCount],
    ['unexpected_error_replies', counters.unexpectedErrors],
    ['total_error_replies', stats.errorReplies],
  ];
}

/**
 * Always zero. A server in a world is not an operating system process with a CPU time of its own, and
 * a measured time would differ between a run and its replay.
 */
function cpuSection(): Field[] {
  return [
    ['used_cpu_sys', '0.000000'],
    ['used_cpu_user', '0.000000'],
    ['used_cpu_sys_children', '0.000000'],
    ['used_cpu_user_children', '0.000000'],
    ['used_cpu_sys_main_thread', '0.000000'],
    ['used_cpu_user_main_thread', '0.000000'],
  ];
}

function kilobytes(rate: Rate): string {
  return (rate.perSecond / 1024).toFixed(2);
}

function keyspaceSection(server: Server): Field[] {
  return server.keyspace.databases
    .filter((db) => db.size > 0)
    .map(
      (db) =>
        [
          `db${db.index}`,
          `keys=${db.size},expires=${db.expiresCount},avg_ttl=${server.expireCycle.meanTimeToLive(db)}`,
        ] as const,
    );
}
