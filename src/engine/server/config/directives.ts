/**
 * The directives a server knows. One rule says what becomes of every directive of Redis 7.0:
 *
 * 1. It has its effect: it is in the table.
 * 2. Redis itself heeds it only where this server never is (repl-diskless-sync-delay without
 *    diskless synchronization, protected-mode on the loopback interface): likewise.
 * 3. Another value than the default could not be told apart by a client, or has no place here, and
 *    nobody would miss it: `inert`. CONFIG SET refuses such a value and says why; a file may have
 *    it, the log then names line and reason, and CONFIG GET shows what is true.
 * 4. Another value would be missed (appendonly, maxmemory-policy): `only`. Refused, in a file too.
 * 5. It concerns something this server does not have: not in the table, so unknown to CONFIG.
 *    ignoredDirectives.ts says whether a file may have it: files written for a real server must
 *    start, unless something would be missed.
 */

import { notifyKeyspaceEvents, outputBufferLimit, replicaof, save } from './compositeDirectives.ts';
import {
  choice,
  type Directive,
  INT,
  inert,
  integer,
  LONG,
  memory,
  only,
  set,
  text,
  yesNo,
} from './directiveKinds.ts';
import type { Settings } from './settings.ts';

const MAXMEMORY_POLICIES = [
  'volatile-lru',
  'volatile-lfu',
  'volatile-random',
  'volatile-ttl',
  'allkeys-lru',
  'allkeys-lfu',
  'allkeys-random',
  'noeviction',
];

const HZ_MAX = 500;
const hz = integer('hz', 'hz', { min: 0, max: INT });

/** Taken as 1 to 500, whatever is asked for. */
function parseHz(settings: Settings, words: readonly string[]): string | undefined {
  const error = hz.parse(settings, words);
  settings.hz = Math.min(Math.max(settings.hz, 1), HZ_MAX);
  return error;
}

export const directives: readonly Directive[] = [
  integer('port', 'port', { min: 0, max: 65535, change: 'fixed' }),
  inert(
    {
      ...text('bind', 'bind'),
      words: 'any',
      parse: (settings, words) => set(settings, 'bind', words.join(' ')),
    },
    'this server listens on 127.0.0.1 only',
  ),
  integer('databases', 'databases', { min: 1, max: INT, change: 'fixed' }),
  integer('maxclients', 'maxclients', { min: 1, max: 4294967295 }),
  integer('timeout', 'timeout', { min: 0, max: INT }),
  { ...hz, parse: parseHz },
  choice('loglevel', 'loglevel', ['debug', 'verbose', 'notice', 'warning']),
  text('logfile', 'logfile', { change: 'fixed', keepsEmpty: true }),
  text('dir', 'dir', { change: 'fixed' }),
  text('dbfilename', 'dbfilename', { change: 'protected' }),
  yesNo('rdbcompression', 'rdbcompression'),
  yesNo('rdbchecksum', 'rdbchecksum', 'fixed'),
  yesNo('stop-writes-on-bgsave-error', 'stopWritesOnBgsaveError'),
  save,
  only(
    yesNo('appendonly', 'appendonly'),
    'the append only file is not available in this server; use save points or BGSAVE',
  ),
  text('requirepass', 'requirepass'),
  text('masterauth', 'masterauth'),
  text('masteruser', 'masteruser'),
  replicaof,
  yesNo('replica-serve-stale-data', 'replicaServeStaleData', 'free', 'slave-serve-stale-data'),
  yesNo('replica-ignore-maxmemory', 'replicaIgnoreMaxmemory', 'free', 'slave-ignore-maxmemory'),
  yesNo('replica-read-only', 'replicaReadOnly', 'free', 'slave-read-only'),
  integer('replica-priority', 'replicaPriority', { min: 0, max: INT, alias: 'slave-priority' }),
  yesNo('replica-announced', 'replicaAnnounced'),
  text('replica-announce-ip', 'replicaAnnounceIp', { alias: 'slave-announce-ip' }),
  integer('replica-announce-port', 'replicaAnnouncePort', {
    min: 0,
    max: 65535,
    alias: 'slave-announce-port',
  }),
  integer('repl-ping-replica-period', 'replPingReplicaPeriod', {
    min: 1,
    max: INT,
    alias: 'repl-ping-slave-period',
  }),
  integer('repl-timeout', 'replTimeout', { min: 1, max: INT }),
  memory('repl-backlog-size', 'replBacklogSize', { min: 1, max: LONG }),
  integer('repl-backlog-ttl', 'replBacklogTtl', { min: 0, max: LONG }),
  inert(
    yesNo('repl-diskless-sync', 'replDisklessSync'),
    'this server sends full resynchronizations from disk; it receives diskless ones',
  ),
  integer('repl-diskless-sync-delay', 'replDisklessSyncDelay', { min: 0, max: INT }),
  inert(
    choice('repl-diskless-load', 'replDisklessLoad', ['disabled', 'on-empty-db', 'swapdb']),
    'this server empties its databases before it loads what a master sends',
  ),
  inert(
    yesNo('repl-disable-tcp-nodelay', 'replDisableTcpNodelay'),
    'this server never delays what it sends',
  ),
  integer('min-replicas-to-write', 'minReplicasToWrite', {
    min: 0,
    max: INT,
    alias: 'min-slaves-to-write',
  }),
  integer('min-replicas-max-lag', 'minReplicasMaxLag', {
    min: 0,
    max: INT,
    alias: 'min-slaves-max-lag',
  }),
  memory('maxmemory', 'maxmemory', { min: 0, max: LONG }),
  only(
    choice('maxmemory-policy', 'maxmemoryPolicy', MAXMEMORY_POLICIES),
    'this server evicts no keys: noeviction is its only policy',
  ),
  outputBufferLimit,
  memory('client-query-buffer-limit', 'clientQueryBufferLimit', { min: 1024 * 1024, max: LONG }),
  memory('proto-max-bulk-len', 'protoMaxBulkLen', { min: 1024 * 1024, max: LONG }),
  notifyKeyspaceEvents,
  integer('hash-max-listpack-entries', 'hashMaxListpackEntries', {
    min: 0,
    max: LONG,
    alias: 'hash-max-ziplist-entries',
  }),
  memory('hash-max-listpack-value', 'hashMaxListpackValue', {
    min: 0,
    max: LONG,
    alias: 'hash-max-ziplist-value',
  }),
  integer('list-max-listpack-size', 'listMaxListpackSize', {
    min: -INT,
    max: INT,
    alias: 'list-max-ziplist-size',
  }),
  integer('set-max-intset-entries', 'setMaxIntsetEntries', { min: 0, max: LONG }),
  integer('zset-max-listpack-entries', 'zsetMaxListpackEntries', {
    min: 0,
    max: LONG,
    alias: 'zset-max-ziplist-entries',
  }),
  memory('zset-max-listpack-value', 'zsetMaxListpackValue', {
    min: 0,
    max: LONG,
    alias: 'zset-max-ziplist-value',
  }),
  choice('enable-debug-command', 'enableDebugCommand', ['no', 'yes', 'local'], 'fixed'),
  choice('enable-protected-configs', 'enableProtectedConfigs', ['no', 'yes', 'local'], 'fixed'),
  integer('shutdown-timeout', 'shutdownTimeout', { min: 0, max: INT }),
  yesNo('protected-mode', 'protectedMode'),
  { ...integer('key-load-delay', 'keyLoadDelay', { min: -INT - 1, max: INT }), hidden: true },
  {
    ...integer('loading-process-events-interval-bytes', 'loadingProcessEventsIntervalBytes', {
      min: 1024,
      max: INT,
    }),
    hidden: true,
  },
];

const byName = new Map<string, Directive>();
for (const directive of directives) {
  byName.set(directive.name, directive);
  if (directive.alias !== undefined) byName.set(directive.alias, directive);
}

/** The directive of that name or alias, in lower case. */
export function findDirective(name: string): Directive | undefined {
  return byName.get(name);
}

const listed = [...byName].filter(([, directive]) => !directive.hidden).map(([name]) => name);

/** The names that patterns of CONFIG GET may find, aliases included. */
export function directiveNames(): readonly string[] {
  return listed;
}
