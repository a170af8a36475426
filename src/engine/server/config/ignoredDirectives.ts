/**
 * Directives of Redis 7.0 that concern what this server does not do. CONFIG GET and SET do not know
 * them. A configuration file may have them, and the log says which were left out; but a value that
 * would be missed is refused with the reason: a cluster, TLS, users, what another file says.
 */

import type { Settings } from './settings.ts';

const NAMES = `
acl-pubsub-default acllog-max-len active-defrag-cycle-max active-defrag-cycle-min
active-defrag-ignore-bytes active-defrag-max-scan-fields active-defrag-threshold-lower
active-defrag-threshold-upper active-expire-effort activedefrag activerehashing always-show-logo
aof-disable-auto-gc aof-load-truncated aof-rewrite-incremental-fsync aof-timestamp-enabled
aof-use-rdb-preamble aof_rewrite_cpulist appenddirname appendfilename appendfsync
auto-aof-rewrite-min-size auto-aof-rewrite-percentage bgsave_cpulist bind-source-addr bio_cpulist
busy-reply-threshold cluster-allow-pubsubshard-when-down cluster-allow-reads-when-down
cluster-allow-replica-migration cluster-announce-bus-port cluster-announce-hostname
cluster-announce-ip cluster-announce-port cluster-announce-tls-port cluster-config-file
cluster-link-sendbuf-limit cluster-migration-barrier cluster-node-timeout
cluster-port cluster-preferred-endpoint-type cluster-replica-no-failover
cluster-replica-validity-factor cluster-require-full-coverage cluster-slave-no-failover
cluster-slave-validity-factor crash-log-enabled crash-memcheck-enabled daemonize disable-thp
dynamic-hz enable-module-command hll-sparse-max-bytes ignore-warnings io-threads
io-threads-do-reads jemalloc-bg-thread latency-monitor-threshold latency-tracking
latency-tracking-info-percentiles lazyfree-lazy-eviction lazyfree-lazy-expire
lazyfree-lazy-server-del lazyfree-lazy-user-del lazyfree-lazy-user-flush lfu-decay-time
lfu-log-factor list-compress-depth lua-time-limit
maxmemory-clients maxmemory-eviction-tenacity maxmemory-samples no-appendfsync-on-rewrite
oom-score-adj oom-score-adj-values pidfile proc-title-template propagation-error-behavior
rdb-del-sync-files rdb-save-incremental-fsync rdb-key-save-delay repl-diskless-sync-max-replicas
replica-ignore-disk-write-errors replica-lazy-flush
sanitize-dump-payload server_cpulist set-proc-title shutdown-on-sigint shutdown-on-sigterm
slave-lazy-flush slowlog-log-slower-than slowlog-max-len socket-mark-id
stream-node-max-bytes stream-node-max-entries supervised syslog-enabled syslog-facility
syslog-ident tcp-backlog tcp-keepalive tls-auth-clients tls-ca-cert-dir tls-ca-cert-file
tls-cert-file tls-ciphers tls-ciphersuites tls-client-cert-file tls-client-key-file
tls-client-key-file-pass tls-cluster tls-dh-params-file tls-key-file tls-key-file-pass 
tls-prefer-server-ciphers tls-protocols tls-session-cache-size
tls-session-cache-timeout tls-session-caching tracking-table-max-keys unixsocket unixsocketperm
use-exit-on-panic watchdog-period
`;

const ignored = new Set(NAMES.trim().split(/\s+/));

interface Missed {
  readonly isHarmless: (value: string, settings: Settings) => boolean;
  readonly why: string;
}

const never = (): boolean => false;
const NO_USERS = 'ACL users are not available in this server: use requirepass';
const NO_TLS = 'TLS is not available in this server';

const MISSED: ReadonlyMap<string, Missed> = new Map([
  [
    'include',
    { isHarmless: never, why: 'no other file is read by this server: put its lines here' },
  ],
  ['loadmodule', { isHarmless: never, why: 'modules are not available in this server' }],
  ['rename-command', { isHarmless: never, why: 'commands cannot be renamed in this server' }],
  [
    'cluster-enabled',
    {
      isHarmless: (value) => /^no$/i.test(value),
      why: 'Redis Cluster is not available in this server',
    },
  ],
  ['tls-port', { isHarmless: (value) => value === '0', why: NO_TLS }],
  ['tls-replication', { isHarmless: (value) => /^no$/i.test(value), why: NO_TLS }],
  ['aclfile', { isHarmless: (value) => value === '', why: NO_USERS }],
  ['user', { isHarmless: isDefaultUser, why: NO_USERS }],
]);

/** The line a real server writes for a default user that may do everything; requirepass has the password. */
function isDefaultUser(value: string, { requirepass }: Settings): boolean {
  const match = /^default on (nopass|#[0-9a-f]{64})( sanitize-payload)? ~\* &\* \+@all$/.exec(
    value,
  );
  return match !== null && (match[1] === 'nopass' || requirepass !== '');
}

/** Why a file cannot have the directive, which is none of directives.ts; undefined when it is left out. */
export function refusalOfDirective(
  name: string,
  values: readonly string[],
  settings: Settings,
): string | undefined {
  const missed = MISSED.get(name);
  if (missed !== undefined) {
    return missed.isHarmless(values.join(' '), settings) ? undefined : missed.why;
  }
  return ignored.has(name) ? undefined : 'Bad directive or wrong number of arguments';
}
