/** Keyspace events: which ones the same random writes publish, ours and a real server's. */

import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { test } from 'node:test';
import { ServerHarness } from '../support/serverHarness.ts';
import { Incoming } from './incoming.ts';
import { contextOf, MARKER, markedCommands, piecesOf } from './marked.ts';
import { type Arg, encodeCommand, RealServer, whyNoRealServer } from './realServer.ts';
import { childrenOf, splitReplies, textOf } from './replies.ts';

/** Keyevents of all classes but keymiss. */
const SETTING = ['CONFIG', 'SET', 'notify-keyspace-events', 'EAn'];
/** Published last, by hand: nothing comes after it. */
const END = ['PUBLISH', '__keyevent@end', 'end'];
const SUBSCRIBE = ['PSUBSCRIBE', '__keyevent@*'];

test('keyspace events, as a real server', { skip: whyNoRealServer() ?? false }, async () => {
  const { seed, commands } = markedCommands(800);
  const isMarker = (event: string) => event === `__keyevent@0__:set ${MARKER}`;
  const own = ownEvents(commands);
  const theirs = await realEvents(commands);
  const ours = piecesOf(own, isMarker);
  const pieces = piecesOf(theirs, isMarker);
  for (let i = 0; i < pieces.length; i += 1) {
    assert.deepEqual(ours[i], pieces[i], contextOf(seed, commands, i));
  }
  assert.equal(ours.length, pieces.length);
});

async function realEvents(commands: readonly Arg[][]): Promise<string[]> {
  const real = await RealServer.start();
  try {
    const socket = connect(real.port, '127.0.0.1');
    const incoming = new Incoming(socket);
    socket.write(encodeCommand(SUBSCRIBE));
    await incoming.until((bytes) => bytes.includes(':1\r\n'));
    await real.sendAll([SETTING, ...commands, END]);
    await incoming.until((bytes) => bytes.includes('$3\r\nend\r\n'));
    socket.destroy();
    return eventsOf(incoming.bytes);
  } finally {
    await real.stop();
  }
}

function ownEvents(commands: readonly Arg[][]): string[] {
  const ours = new ServerHarness([], Date.now() * 1000);
  ours.send(['DEBUG', 'SET-ACTIVE-EXPIRE', '0']);
  const subscriber = ours.connect();
  const received = [ours.send(SUBSCRIBE, subscriber)];
  for (const command of [SETTING, ...commands, END]) {
    ours.now = Date.now() * 1000;
    ours.send(command);
    received.push(ours.received(subscriber));
  }
  return eventsOf(Buffer.concat(received));
}

/** The messages as `channel payload`, without the first reply, which confirms the subscription. */
function eventsOf(bytes: Buffer): string[] {
  const messages = splitReplies(bytes).slice(1, -1);
  return messages.map((message) => childrenOf(message).slice(2).map(textOf).join(' '));
}
