/** The control endpoint as a web page that means harm would find it. */

import assert from 'node:assert/strict';
import * as net from 'node:net';
import { test } from 'node:test';
import { ControlEndpoint } from '../../../src/gateway/controlEndpoint.ts';
import type { Operation } from '../../../src/view/messages.ts';

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = net.createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as net.AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

/** All that comes back until the endpoint closes the connection. */
function exchange(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(port, '127.0.0.1', () => socket.write(text));
    let answer = '';
    socket.on('data', (chunk) => (answer += chunk));
    socket.on('error', reject);
    socket.on('close', () => resolve(answer));
  });
}

test('commands in the body of a request by HTTP are not executed', async (t) => {
  const performed: Operation[] = [];
  const endpoint = new ControlEndpoint((operation, done) => {
    performed.push(operation);
    done({ ok: true, text: 'OK' });
  });
  const port = await freePort();
  await endpoint.open(port);
  t.after(() => endpoint.close());
  const body = 'SANDBOX CRASH m\r\n';
  const headers = `Host: 127.0.0.1:${port}\r\nContent-Length: ${body.length}\r\n\r\n`;
  assert.equal(await exchange(port, `POST / HTTP/1.1\r\n${headers}${body}`), '');
  // A method that is no command of anybody's: the Host header ends it.
  assert.match(await exchange(port, `PUT / HTTP/1.1\r\n${headers}${body}`), /^-ERR unknown.*\r\n$/);
  assert.deepEqual(performed, []);
  assert.equal(await exchange(port, `${body}QUIT\r\n`), '+OK\r\n+OK\r\n');
  assert.deepEqual(performed, [{ op: 'crash', node: 'm' }]);
});

test('what a request quotes in UTF-8 reaches the sandbox as text, and comes back as it was sent', async (t) => {
  const performed: Operation[] = [];
  const endpoint = new ControlEndpoint((operation, done) => {
    performed.push(operation);
    done({ ok: false, error: 'ERR there is no node café' });
  });
  const port = await freePort();
  await endpoint.open(port);
  t.after(() => endpoint.close());
  const answer = await exchange(port, 'SANDBOX CRASH café\r\nQUIT\r\n');
  assert.deepEqual(performed, [{ op: 'crash', node: 'café' }]);
  assert.equal(answer, '-ERR there is no node café\r\n+OK\r\n');
});
