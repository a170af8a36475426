/** A command that takes the CPU of `server` mode holds up everything after it, as in redis-server. */

import assert from 'node:assert/strict';
import * as net from 'node:net';
import { type TestContext, test } from 'node:test';
import { requirePeer } from '../support/required.ts';
import { type Peer, startOurServer, startRedis, waitFor } from './peers.ts';

const LIMIT_MS = 30_000;

/** Both with save points, and DEBUG allowed. */
async function bothServers(t: TestContext): Promise<Peer[]> {
  const args = ['--enable-debug-command', 'yes', '--save', '3600 1'];
  return [await startOurServer(t, args), await startRedis(t, args)];
}

class Connection {
  text = '';
  private readonly socket: net.Socket;

  constructor(t: TestContext, port: number) {
    this.socket = net.connect(port, '127.0.0.1');
    this.socket.setEncoding('latin1').on('data', (text: string) => {
      this.text += text;
    });
    t.after(() => this.socket.destroy());
  }

  /** Sends commands as one pipeline, and an ECHO that ends it; gives what comes before its reply. */
  async ask(...commands: readonly string[]): Promise<string> {
    const end = '$3\r\nend\r\n';
    this.socket.write([...commands, 'ECHO end', ''].join('\r\n'));
    await waitFor(() => this.text.endsWith(end), LIMIT_MS);
    const text = this.text.slice(0, -end.length);
    this.text = '';
    return text;
  }
}

test('what follows DEBUG SLEEP in a pipeline sees the later time', async (t) => {
  if (!requirePeer(t, 'redis-server')) return;
  for (const { port } of await bothServers(t)) {
    const pipeline = ['TIME', 'SET k v PX 100', 'DEBUG SLEEP 1', 'TIME', 'GET k'];
    const text = await new Connection(t, port).ask(...pipeline);
    const [before, after] = [...text.matchAll(/\$10\r\n(\d+)\r\n/g)].map((match) =>
      Number(match[1]),
    );
    assert.ok(after! > before!, text);
    assert.match(text, /\$-1\r\n$/);
  }
});

test('every client is answered whose save waited for the end of a pause', async (t) => {
  if (!requirePeer(t, 'redis-server')) return;
  for (const { port } of await bothServers(t)) {
    const pausing = new Connection(t, port);
    const paused = pausing.ask('CLIENT PAUSE 500');
    await waitFor(() => pausing.text === '+OK\r\n', LIMIT_MS);
    const saves = [
      'SAVE',
      'FLUSHALL',
      'SAVE',
      'DEBUG RELOAD',
      'DEBUG RELOAD NOSAVE',
      'FLUSHALL\r\nSET a 1\r\nFLUSHALL',
    ];
    const asked = saves.map((command) => new Connection(t, port).ask(command));
    assert.equal(await paused, '+OK\r\n');
    const ok = '+OK\r\n';
    assert.deepEqual(await Promise.all(asked), [ok, ok, ok, ok, ok, ok + ok + ok]);
  }
});

test('a client that has closed its side gets all replies', async (t) => {
  if (!requirePeer(t, 'redis-server')) return;
  const texts = ['SAVE\r\nPING\r\n', 'DEBUG SLEEP 0.1\r\nPING\r\n', 'FLUSHALL\r\n', 'PING\r\n'];
  for (const { port } of await bothServers(t)) {
    const replies: string[] = [];
    for (const text of texts) {
      const socket = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true });
      let got = '';
      let isOver = false;
      socket.setEncoding('latin1').on('data', (part: string) => {
        got += part;
      });
      socket.on('end', () => {
        isOver = true;
      });
      socket.end(text);
      await waitFor(() => isOver, LIMIT_MS);
      replies.push(got);
    }
    assert.deepEqual(replies, ['+OK\r\n+PONG\r\n', '+OK\r\n+PONG\r\n', '+OK\r\n', '+PONG\r\n']);
  }
});
