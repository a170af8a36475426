/** The panel's page in a browser: who gets it, and what passes over its WebSocket. */

import assert from 'node:assert/strict';
import * as http from 'node:http';
import { after, before, test } from 'node:test';
import { WebSocket } from 'ws';
import { Dashboard } from '../../../src/gateway/dashboard.ts';
import { Service } from '../../../src/sandbox/service.ts';
import type { ToPage } from '../../../src/view/panel.ts';
import { loneMaster } from '../../support/sandboxes.ts';

let dashboard: Dashboard;
let pump: NodeJS.Timeout;

before(async () => {
  const sandbox = loneMaster();
  const service = new Service(sandbox);
  dashboard = new Dashboard(service, (operation, done) => service.perform(operation, done));
  await dashboard.open(await freePort());
  pump = setInterval(() => {
    service.pump();
    dashboard.pump();
  }, 5);
});

after(() => {
  clearInterval(pump);
  dashboard.close();
});

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = http.createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

function get(url: string, headers: Record<string, string> = {}): Promise<[number, string, string]> {
  return new Promise((resolve, reject) => {
    const request = http.get(url, { headers }, (response) => {
      let body = '';
      response.on('data', (chunk) => (body += chunk));
      const policy = String(response.headers['content-security-policy'] ?? '');
      response.on('end', () => resolve([response.statusCode!, body, policy]));
    });
    request.on('error', reject);
  });
}

test('the page comes with its policy, to those who have the token', async () => {
  const [status, body, policy] = await get(dashboard.url);
  assert.equal(status, 200);
  const nonce = /csp-nonce" content="([^"]+)"/.exec(body)![1]!;
  assert.ok(policy.includes(`script-src 'nonce-${nonce}'`));
  assert.ok(policy.includes("frame-ancestors 'none'"));
  const [, , another] = await get(dashboard.url);
  assert.notEqual(another, policy, 'a nonce is new for every page');
  const { origin, search } = new URL(dashboard.url);
  assert.equal((await get(`${origin}/`))[0], 403);
  assert.equal((await get(`${origin}/?token=wrong`))[0], 403);
  assert.equal((await get(`${origin}/panel.js`))[0], 403);
  assert.equal((await get(`${origin}/cli.js${search}`))[0], 404);
  assert.equal((await get(dashboard.url, { host: 'evil.example' }))[0], 403);
  assert.equal((await get(`${origin}//`))[0], 403, 'a path that is no URL');
  assert.equal((await get(`${origin}//${search}`))[0], 404);
});

test('who is ready gets the snapshot, and answers to requests', async () => {
  const { host, origin, search } = new URL(dashboard.url);
  const socket = new WebSocket(`ws://${host}/service${search}`, { origin });
  const heard: ToPage[] = [];
  const until = (condition: (message: ToPage) => boolean): Promise<ToPage> =>
    new Promise((resolve) => {
      const look = (): void => {
        const found = heard.find(condition);
        if (found !== undefined) resolve(found);
      };
      socket.on('message', look);
      look();
    });
  socket.on('message', (data) => heard.push(JSON.parse(String(data)) as ToPage));
  await new Promise((resolve) => socket.once('open', resolve));
  socket.send(JSON.stringify({ kind: 'ready' }));
  const first = await until((message) => message.kind === 'snapshot');
  assert.equal(first.kind === 'snapshot' && first.snapshot.nodes[0]!.name, 'm');
  socket.send(JSON.stringify({ kind: 'request', id: 9, operation: { op: 'pause' } }));
  const answer = await until((message) => message.kind === 'answer');
  assert.deepEqual(answer, { kind: 'answer', id: 9, outcome: { ok: true, text: 'OK' } });
  await until((message) => message.kind === 'snapshot' && message.snapshot.clock.mode === 'paused');
  const nowhere = { op: 'addServer', port: 1.5 };
  socket.send(JSON.stringify({ kind: 'request', id: 10, operation: nowhere }));
  const refusal = await until((message) => message.kind === 'answer' && message.id === 10);
  const error = 'ERR a port is a number from 1 to 65535, not 1.5';
  assert.deepEqual(refusal, { kind: 'answer', id: 10, outcome: { ok: false, error } });
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.send('{"kind":"start"}');
  assert.equal(await closed, 1007);
});

test('another origin gets no WebSocket', async () => {
  const { host, search } = new URL(dashboard.url);
  const socket = new WebSocket(`ws://${host}/service${search}`, { origin: 'http://evil.example' });
  const error = await new Promise<Error>((resolve) => socket.once('error', resolve));
  assert.match(error.message, /403/);
});
