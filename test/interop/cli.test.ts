/** The command line: what `up` and `server` print, how they end, and how they word wrong options. */

import assert from 'node:assert/strict';
import * as net from 'node:net';
import { type TestContext, test } from 'node:test';
import { WebSocket } from 'ws';
import type { Message } from '../../src/view/messages.ts';
import { requirePeer } from '../support/required.ts';
import { redisCli, runCli, startOurServer, startSandbox, waitFor } from './peers.ts';

const LIMIT_MS = 30_000;

test('up --json prints one line and ends with 0 on SIGINT and SIGTERM', async (t) => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    const sandbox = await startSandbox(t, ['--replicas', '1', '--sentinels', '1', '--seed', '3']);
    const { endpoints, port } = sandbox;
    assert.deepEqual(Object.keys(endpoints), [
      'nodes',
      'sentinels',
      'masterName',
      'control',
      'dashboard',
    ]);
    assert.deepEqual(endpoints.nodes, [
      { name: 'm', role: 'master', host: '127.0.0.1', port },
      { name: 'r1', role: 'replica', host: '127.0.0.1', port: port + 1 },
    ]);
    assert.deepEqual(endpoints.sentinels, [{ name: 's1', host: '127.0.0.1', port: port + 10 }]);
    assert.equal(endpoints.masterName, 'mymaster');
    assert.equal(sandbox.output().trimEnd().split('\n').length, 1);
    assert.equal(await sandbox.stop(signal), 0);
  }
});

test('wrong options and --help', async (t) => {
  for (const args of ['--help', '-h', 'help', 'up --help', 'up -h', 'server --help', 'server -h']) {
    const help = await runCli(t, args.split(' '));
    assert.equal(help.code, 0, args);
    assert.match(help.output, /--replicas N/);
  }
  for (const command of [[], ['up'], ['server']]) {
    for (const option of ['--version', '-v']) await tellsVersion(t, [...command, option]);
  }
  const cases: readonly (readonly [readonly string[], RegExp])[] = [
    [['up', '--nonsense'], /unknown option '--nonsense'/],
    [['down'], /unknown command 'down'/],
    [['server', '/nowhere/redis.conf'], /can't open config file '\/nowhere\/redis.conf'/],
    [['server', '--sentinel'], /a Sentinel needs a configuration file/],
    [['server', '--dir', '/nowhere'], /^\n\*\*\* FATAL [\s\S]*>>> 'dir "\/nowhere"'\nNo such file/],
    [
      ['server', '--bogus', '1'],
      /^\n\*\*\* FATAL CONFIG FILE ERROR [\s\S]*at line 2\n[\s\S]*\nBad directive or wrong number of arguments/,
    ],
  ];
  for (const [args, error] of cases) {
    const { code, output } = await runCli(t, args);
    assert.equal(code, 1, args.join(' '));
    assert.match(output, error);
  }
});

async function tellsVersion(t: TestContext, args: readonly string[]): Promise<void> {
  const { code, output } = await runCli(t, args);
  assert.equal(code, 0, args.join(' '));
  assert.match(output, /^Replication Sandbox for Redis v=\S+, compatible with Redis 7\.0/);
}

test('server: in place of redis-server, with its log, its dump and its end', async (t) => {
  if (!requirePeer(t, 'redis-cli')) return;
  const server = await startOurServer(t, ['--enable-debug-command', 'local']);
  assert.match(
    server.output(),
    new RegExp(`^${server.pid}:M \\d\\d \\w{3} \\d{4} [\\d:.]+ \\*`, 'm'),
  );
  assert.match(server.output(), new RegExp(` PID: ${server.pid}$`, 'm'));
  assert.equal(await redisCli(server.port, 'SET', 'key', 'value'), 'OK');
  const digest = await redisCli(server.port, 'DEBUG', 'DIGEST');
  assert.equal(await redisCli(server.port, 'SAVE'), 'OK');
  assert.equal(await redisCli(server.port, 'BGSAVE'), 'Background saving started');
  await waitFor(() => /terminated with success/.test(server.output()), LIMIT_MS);

  const taken = await runCli(t, ['server', '--port', String(server.port)]);
  assert.equal(taken.code, 1);
  assert.match(
    taken.output,
    new RegExp(`Failed listening on port ${server.port} \\(TCP\\), aborting`),
  );

  const again = await startOurServer(t, [
    '--enable-debug-command',
    'local',
    '--dir',
    server.directory,
  ]);
  assert.equal(await redisCli(again.port, 'DEBUG', 'DIGEST'), digest);
  assert.equal(await server.stop(), 0);
  assert.match(server.output(), /Redis is now ready to exit, bye bye/);
  assert.equal(await again.stop('SIGINT'), 0);
});

test('server: a process that sleeps answers nobody, and then everybody in order', async (t) => {
  const server = await startOurServer(t, ['--enable-debug-command', 'local']);
  const clients = [0, 1].map(() => net.connect(server.port, '127.0.0.1'));
  t.after(() => {
    for (const client of clients) client.destroy();
  });
  const answers: string[] = [];
  clients.forEach((client, index) => {
    client.setEncoding('utf8').on('data', (text: string) => answers.push(`${index}:${text}`));
  });
  await waitFor(() => clients.every((client) => client.readyState === 'open'), LIMIT_MS);
  const start = Date.now();
  clients[0]!.write('PING\r\nDEBUG SLEEP 0.3\r\nECHO awake\r\n');
  await new Promise((resolve) => setImmediate(resolve));
  clients[1]!.write('PING\r\n');
  await waitFor(() => answers.join('').includes('awake') && answers.length >= 2, LIMIT_MS);
  assert.ok(Date.now() - start >= 290, 'nothing is said before it has slept');
  const first = answers.filter((answer) => answer.startsWith('0:')).map((text) => text.slice(2));
  assert.equal(first.join(''), '+PONG\r\n+OK\r\n$5\r\nawake\r\n');
  await waitFor(() => answers.includes('1:+PONG\r\n'), LIMIT_MS);
});

test('the dashboard wants its token, and its service an origin', async (t) => {
  const sandbox = await startSandbox(t, ['--replicas', '1', '--sentinels', '0']);
  const { url } = sandbox.endpoints.dashboard;
  const page = await fetch(url);
  assert.equal(page.status, 200);
  assert.match(page.headers.get('content-security-policy') ?? '', /default-src 'none'/);
  assert.doesNotMatch(await page.text(), / on[a-z]+=| style=/);
  const { origin, search } = new URL(url);
  assert.equal((await fetch(`${origin}/`)).status, 403);
  assert.equal((await fetch(`${origin}/?token=wrong`)).status, 403);
  assert.equal((await fetch(`${origin}/elsewhere${search}`)).status, 404);

  const service = `${origin.replace('http', 'ws')}/service`;
  for (const [address, from] of [
    [`${service}${search}`, 'http://evil.example'],
    [`${service}?token=wrong`, origin],
  ]) {
    const refused = new WebSocket(address!, { origin: from! });
    const [error] = (await new Promise((resolve) => {
      refused.once('error', (...given) => resolve(given));
      refused.once('open', () => resolve([]));
    })) as Error[];
    assert.match(String(error), /403/);
  }
  const socket = new WebSocket(`${service}${search}`, { origin });
  t.after(() => socket.terminate());
  const messages: Message[] = [];
  socket.on('message', (data) => messages.push(JSON.parse(String(data)) as Message));
  socket.on('open', () => socket.send(JSON.stringify({ kind: 'ready' })));
  await waitFor(() => messages.some((message) => message.kind === 'snapshot'), LIMIT_MS);
  const operation = { op: 'crash', node: 'r1' };
  socket.send(JSON.stringify({ kind: 'request', id: 5, operation }));
  const answer = await waitFor(
    () => messages.find((message) => message.kind === 'answer' && message.id === 5),
    LIMIT_MS,
  );
  assert.ok(answer.kind === 'answer' && answer.outcome.ok);
  await waitFor(
    () =>
      messages.some(
        (message) =>
          message.kind === 'snapshot' && message.snapshot.nodes[1]?.process === 'crashed',
      ),
    LIMIT_MS,
  );
});
