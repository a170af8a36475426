/** At which messages a step stops, and which are hidden: by their meaning, not by their words. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Sandbox } from '../../../src/sandbox/sandbox.ts';
import type { EventDetail, FeedEntry } from '../../../src/view/messages.ts';
import type { EventView } from '../../../src/world/views.ts';
import { bootedSandbox } from '../../support/sandboxes.ts';

const PORT = 6400;
const HELLO =
  '127.0.0.1,26400,c8c0e4e1ac1c5d9e6a0a6b1f2c3d4e5f60718293,0,mymaster,127.0.0.1,6400,0';

/** An application on connection 1, and a paused world. */
function withApp(): Sandbox {
  const sandbox = bootedSandbox();
  sandbox.inject({ kind: 'accept', conn: 1, node: 'm', port: PORT, peer: '127.0.0.1:50001' });
  sandbox.advance(sandbox.world.now + 10_000);
  sandbox.perform({ op: 'pause' }, () => {});
  sandbox.takeFeed();
  return sandbox;
}

function send(sandbox: Sandbox, text: string): void {
  sandbox.inject({ kind: 'data', conn: 1, bytes: Buffer.from(text) });
}

/** The messages of the application at which the next steps stop, as `m: SET k v`. */
function stops(sandbox: Sandbox, count: number): string[] {
  const { world } = sandbox;
  const seen: string[] = [];
  for (let step = 0; step < 40 && seen.length < count; step += 1) {
    sandbox.perform({ op: 'stepVisible' }, () => {});
    const event: EventView = world.event(world.eventCount)!;
    if (event.node === 'outside' || event.peer === 'outside') {
      seen.push(`${event.node}: ${event.text}`);
    }
  }
  return seen;
}

const events = (entries: readonly FeedEntry[]): (FeedEntry & { readonly event: EventDetail })[] =>
  entries.filter((entry): entry is FeedEntry & { readonly event: EventDetail } => {
    return entry.event !== undefined;
  });

test('a GET that is answered PONG, ping or # Server is stepped on like any other', () => {
  for (const value of ['PONG', 'ping', '+PONG', '"# Server']) {
    const sandbox = withApp();
    const quoted = JSON.stringify(value);
    send(sandbox, `*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$${value.length}\r\n${value}\r\n`);
    send(sandbox, 'GET k\r\n');
    const shown = value.includes(' ') ? quoted : value;
    assert.deepEqual(stops(sandbox, 4), [
      `m: SET k ${shown}`,
      'm: GET k',
      'outside: OK',
      `outside: ${shown}`,
    ]);
  }
});

test('a number that answers an INCR is stepped on, one that answers a hello is not', () => {
  const sandbox = withApp();
  send(sandbox, `PUBLISH __sentinel__:hello ${HELLO}\r\n`);
  send(sandbox, 'INCR n\r\n');
  assert.deepEqual(stops(sandbox, 2), ['m: INCR n', 'outside: 1']);
});

test('a hello in two pieces is a hello, and a command in two pieces is seen once', () => {
  const sandbox = withApp();
  const hello = `*3\r\n$7\r\nPUBLISH\r\n$18\r\n__sentinel__:hello\r\n$${HELLO.length}\r\n${HELLO}\r\n`;
  const set = '*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$1\r\nv\r\n';
  for (const text of [hello, set]) {
    send(sandbox, text.slice(0, 10));
    send(sandbox, text.slice(10));
  }
  assert.deepEqual(stops(sandbox, 2), ['m: SET k v', 'outside: OK']);
  const received = events(sandbox.takeFeed()).filter(
    ({ node, event }) => node === 'm' && event.peer === 'outside',
  );
  assert.deepEqual(
    received.map(({ event }) => event.quiet),
    ['internal', 'hello', 'internal', null],
  );
});

test('what comes next is told whole, even if it began in an earlier piece', () => {
  const sandbox = withApp();
  send(sandbox, '*3\r\n$3\r\nSET\r\n$1\r\nk');
  sandbox.perform({ op: 'step', count: 1 }, () => {});
  send(sandbox, '\r\n$1\r\nv\r\n');
  const next = sandbox.snapshot().upcoming.find(({ peer }) => peer === 'outside')!;
  assert.deepEqual([next.sentence, next.quiet], ['m receives from outside: SET k v', false]);
});
