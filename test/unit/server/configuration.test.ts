/** Configuration files written for a real server. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Facts } from '../../../src/engine/machine/machine.ts';
import { NO_COSTS } from '../../../src/engine/machine/machine.ts';
import { ConfigError } from '../../../src/engine/process/configFile.ts';
import { Configuration } from '../../../src/engine/server/config/configuration.ts';
import { ServerHarness } from '../../support/serverHarness.ts';

/** What Debian 12's /etc/redis/redis.conf sets, comments aside. */
const DEBIAN = `
bind 127.0.0.1 -::1
protected-mode yes
port 6379
tcp-backlog 511
timeout 0
tcp-keepalive 300
daemonize yes
pidfile /run/redis/redis-server.pid
loglevel notice
logfile /var/log/redis/redis-server.log
databases 16
set-proc-title yes
proc-title-template "{title} {listen-addr} {server-mode}"
stop-writes-on-bgsave-error yes
rdbcompression yes
rdbchecksum yes
dbfilename dump.rdb
rdb-del-sync-files no
dir /var/lib/redis
replica-serve-stale-data yes
repl-diskless-sync yes
repl-diskless-sync-delay 5
repl-diskless-sync-max-replicas 0
repl-diskless-load disabled
repl-disable-tcp-nodelay no
acllog-max-len 128
lazyfree-lazy-eviction no
oom-score-adj-values 0 200 800
appendonly no
appendfilename "appendonly.aof"
appendfsync everysec
slowlog-log-slower-than 10000
notify-keyspace-events ""
hash-max-listpack-value 64
list-max-listpack-size -2
stream-node-max-bytes 4096
client-output-buffer-limit normal 0 0 0
client-output-buffer-limit replica 256mb 64mb 60
client-output-buffer-limit pubsub 32mb 8mb 60
hz 10
dynamic-hz yes
jemalloc-bg-thread yes
`;

function read(text: string): Configuration {
  const facts: Facts = {
    name: 'test',
    pid: 1,
    seed: [1, 2, 3, 4],
    identitySeed: [5, 6, 7, 8],
    configFile: 'redis.conf',
    directives: [],
    costs: NO_COSTS,
  };
  return new Configuration(facts, new Map([['redis.conf', Buffer.from(text)]]));
}

test('lines whose values can have no effect are read, left alone, and named with the reason', () => {
  const text =
    'bind 127.0.0.1 -::1\nrepl-diskless-sync yes\nrepl-diskless-sync-delay 5\nrepl-diskless-load swapdb\nsave 1 1\n';
  const configuration = read(text);
  assert.deepEqual(
    configuration.inVain.map((line) => line.text),
    ['bind 127.0.0.1 -::1', 'repl-diskless-sync yes', 'repl-diskless-load swapdb'],
  );
  for (const { why } of configuration.inVain) assert.match(why, /this server/);
  assert.equal(configuration.settings.replDisklessSync, false);
  assert.equal(configuration.settings.replDisklessLoad, 'disabled');
  assert.equal(configuration.settings.bind, '127.0.0.1');
  assert.equal(configuration.rewritten(), `${text}\n`, 'a rewrite leaves them alone');
  assert.deepEqual(read('repl-diskless-sync no\nbind 127.0.0.1\n').inVain, []);
});

test('CONFIG SET refuses what would have no effect, and says why', () => {
  const ours = new ServerHarness();
  const set = (name: string, value: string) =>
    ours.send(['CONFIG', 'SET', name, value]).toString().trimEnd();
  assert.equal(
    set('bind', '0.0.0.0'),
    "-ERR CONFIG SET failed (possibly related to argument 'bind') - this server listens on 127.0.0.1 only",
  );
  assert.match(set('repl-disable-tcp-nodelay', 'yes'), /never delays/);
  assert.match(set('repl-diskless-sync', 'yes'), /from disk/);
  assert.match(set('maxmemory-policy', 'allkeys-lru'), /evicts no keys/);
  assert.equal(set('bind', '127.0.0.1'), '+OK');
  assert.equal(set('repl-diskless-sync', 'no'), '+OK');
});

test('the redis.conf that Debian installs starts the server, and the log says what is left out', () => {
  const ours = new ServerHarness([], undefined, DEBIAN);
  assert.equal(ours.exitCode, undefined);
  const [without, ...inVain] = ours.logLines.filter((line) => /without effect/i.test(line));
  assert.match(without!, /Directives without effect in this server: tcp-backlog tcp-keepalive/);
  assert.equal(inVain.length, 2);
  assert.match(inVain[0]!, /Without effect: 'bind 127.0.0.1 -::1': this server listens/);
  assert.match(inVain[1]!, /Without effect: 'repl-diskless-sync yes': this server sends/);
});

test('loglevel holds from the next line on', () => {
  const ours = new ServerHarness();
  const idle = () => {
    ours.connect();
    ours.advance(3000);
    return ours.logLines.filter((line) => line.includes('Closing idle client')).length;
  };
  ours.send(['CONFIG', 'SET', 'timeout', '1']);
  assert.equal(idle(), 0, 'it is verbose');
  ours.send(['CONFIG', 'SET', 'loglevel', 'verbose'], ours.connect());
  assert.ok(idle() > 0);
});

test('what a file asks for and would miss is refused', () => {
  const refused = (text: string, error: RegExp): void => {
    assert.throws(
      () => read(text),
      (thrown) => thrown instanceof ConfigError && error.test(thrown.report().join('\n')),
    );
  };
  refused('appendonly yes\n', /append only file is not available/);
  refused('maxmemory-policy allkeys-lru\n', /noeviction is its only policy/);
  refused('include other.conf\n', /no other file is read/);
  refused('rename-command FLUSHALL ""\n', /cannot be renamed/);
  refused('cluster-enabled yes\n', /Redis Cluster is not available/);
  refused('tls-port 6380\n', /TLS is not available/);
  refused('user alice on >x ~* +@all\n', /use requirepass/);
  refused(`user default on #${'a'.repeat(64)} ~* &* +@all\n`, /use requirepass/);
  read(`requirepass x\nuser default on #${'a'.repeat(64)} ~* &* +@all\ncluster-enabled no\n`);
  refused('repl-diskless-sync maybe\n', /must be 'yes' or 'no'/);
});

test('the first save line takes the place of the defaults, others add to it', () => {
  const points = (text: string) => read(text).settings.save.map((p) => `${p.seconds} ${p.changes}`);
  assert.deepEqual(points(''), ['3600 1', '300 100', '60 10000']);
  assert.deepEqual(points('save 900 1\n'), ['900 1']);
  assert.deepEqual(points('save 900 1\nsave 100 100 10 1\n'), ['900 1', '100 100', '10 1']);
  assert.deepEqual(points('save 900 1\nsave ""\n'), []);
  assert.deepEqual(points('save ""\nsave 5 5\n'), ['5 5']);
});
