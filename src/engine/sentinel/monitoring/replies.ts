/**
 * Reads what instances send: matches each reply with its command, and hands messages of the hello
 * channel to hello.ts.
 */

import { ProtocolError } from '../../machine/errors.ts';
import type { OutgoingConnection } from '../../process/connection.ts';
import type { Reply } from '../../resp/replyReader.ts';
import { replyText } from '../../resp/replyReader.ts';
import type { Instance } from '../model/instance.ts';
import type { InstanceConnection } from '../model/instanceConnection.ts';
import type { MonitoringContext } from './context.ts';
import { receiveMasterDownReply } from './downState.ts';
import { receiveHello } from './hello.ts';
import { receiveInfo } from './infoReply.ts';
import { connectionLost, sendCommand } from './instanceLinks.ts';

/** Reads bytes from an instance; `chunk` is borrowed. */
export function bytesReceived(
  sentinel: MonitoringContext,
  connection: OutgoingConnection,
  chunk: Buffer,
): void {
  const known = sentinel.connections.get(connection.conn);
  if (known === undefined) return;
  known.reader.feed(chunk);
  try {
    for (;;) {
      const reply = known.reader.next();
      if (reply === undefined) return;
      receive(sentinel, known, reply);
      // Acting on a reply may have closed the connection it came on.
      if (sentinel.connections.get(connection.conn) !== known) return;
    }
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    sentinel.log('warning', `Closing connection '${connection.owner}': ${error.message}`);
    connectionLost(sentinel, connection);
    sentinel.disconnect(connection);
  }
}

function receive(sentinel: MonitoringContext, connection: InstanceConnection, reply: Reply): void {
  const expected = connection.expected.shift();
  if (expected === undefined) {
    if (connection.purpose === 'pubsub') receiveHello(sentinel, connection.link, reply);
    return;
  }
  connection.link.pendingCommands -= 1;
  switch (expected.use) {
    case 'ping':
      receivePing(sentinel, expected.instance, reply);
      break;
    case 'info':
      receiveInfo(sentinel, expected.instance, reply);
      break;
    case 'publish':
      if (reply.type !== 'error') expected.instance.lastPublishTime = sentinel.nowMs;
      break;
    case 'masterDown':
      receiveMasterDownReply(sentinel, expected.instance, reply);
      break;
    case 'discard':
  }
}

/** Acceptable replies to PING (sentinelPingReplyCallback): the process runs, serving data or not. */
const AVAILABLE = /^(PONG|LOADING|MASTERDOWN)/;

function receivePing(sentinel: MonitoringContext, instance: Instance, reply: Reply): void {
  const { link } = instance;
  const text = reply.type === 'error' ? reply.text : (replyText(reply) ?? '');
  if (AVAILABLE.test(text)) {
    link.lastAvailableTime = sentinel.nowMs;
    link.actPingTime = 0;
    if (text.startsWith('PONG')) instance.masterReboot = false;
  } else if (text.startsWith('BUSY') && instance.sDown && !instance.scriptKillSent) {
    // It is down because a script does not end: kill the script, once.
    sendCommand(sentinel, instance, 'discard', 'SCRIPT', 'KILL');
    instance.scriptKillSent = true;
  }
  link.lastPongTime = sentinel.nowMs;
}
