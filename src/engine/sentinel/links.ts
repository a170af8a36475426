/**
 * Connections to instances: opened and reopened at most once a ping period, commands sent on them,
 * replies given to those who read them.
 *
 * Invariant: `sentinel.connections` holds exactly the connections that some link's `commands` or
 * `pubSub` names. A link counts as connected once both have been asked for: commands queue up
 * behind a connection that hangs, as they do in Redis, and go out when it opens.
 */

import { ProtocolError } from '../machine/errors.ts';
import type { Link } from '../process/connection.ts';
import type { Reply } from '../resp/replyReader.ts';
import { emitEvent } from './events.ts';
import { type ReplyUse, LinkConnection } from './linkConnection.ts';
import { receiveHello } from './hello.ts';
import { receiveInfo } from './info.ts';
import { commandName, type Instance, type InstanceLink } from './instance.ts';
import { receiveMasterDownReply } from './masterDown.ts';
import { HELLO_CHANNEL } from './periods.ts';
import { receivePing, sendPing } from './ping.ts';
import type { Sentinel } from './sentinel.ts';

/** Opens what is missing of the instance's connections. */
export function reconnect(sentinel: Sentinel, instance: Instance): void {
  const { link } = instance;
  if (!link.disconnected || instance.address.port === 0) return;
  const now = sentinel.nowMs;
  if (now - link.lastReconnectTime < sentinel.periods.pingPeriod) return;
  link.lastReconnectTime = now;
  if (instance.address.ip === '') {
    // A name that did not resolve when the instance was made may do so now.
    instance.address = sentinel.resolveAgain(instance.address);
    if (instance.address.ip === '') {
      emitEvent(
        sentinel,
        'debug',
        '-cmd-link-reconnection',
        instance,
        '#Failed to establish connection',
      );
      return;
    }
  }
  if (link.commands === undefined) {
    link.commands = open(sentinel, instance, 'cmd');
    link.pendingCommands = 0;
    link.commandsSince = now;
    greet(sentinel, instance, link.commands);
    sendPing(sentinel, instance);
  }
  if (instance.kind !== 'sentinel' && link.pubSub === undefined) {
    link.pubSub = open(sentinel, instance, 'pubsub');
    link.pubSubSince = now;
    greet(sentinel, instance, link.pubSub);
    // Neither counted as pending nor expected: its reply is one of the channel's messages.
    write(sentinel, link.pubSub, [commandName(instance, 'SUBSCRIBE'), HELLO_CHANNEL]);
  }
  link.disconnected = false;
}

function open(sentinel: Sentinel, instance: Instance, purpose: 'cmd' | 'pubsub'): LinkConnection {
  const { ip, port } = instance.address;
  const connection = sentinel.connect(ip, port, `sentinel ${purpose} ${instance.name}`);
  connection.corked = true; // Until it is established.
  const opened = new LinkConnection(instance.link, purpose, connection);
  sentinel.connections.set(connection.conn, opened);
  return opened;
}

/** AUTH and CLIENT SETNAME, the first commands of each connection. */
function greet(sentinel: Sentinel, instance: Instance, connection: LinkConnection): void {
  const { password, user } = sentinel.credentialsFor(instance);
  if (password !== undefined) {
    const words = user === undefined ? [password] : [user, password];
    sendOn(sentinel, connection, instance, 'discard', ['AUTH', ...words]);
  }
  const name = `sentinel-${sentinel.myId.slice(0, 8)}-${connection.purpose}`;
  sendOn(sentinel, connection, instance, 'discard', ['CLIENT', 'SETNAME', name]);
}

/** Sends a command to the instance; false when there is no connection to send it on. */
export function sendCommand(
  sentinel: Sentinel,
  instance: Instance,
  use: ReplyUse,
  ...words: readonly string[]
): boolean {
  const connection = instance.link.commands;
  if (connection === undefined) return false;
  sendOn(sentinel, connection, instance, use, words);
  return true;
}

function sendOn(
  sentinel: Sentinel,
  connection: LinkConnection,
  instance: Instance,
  use: ReplyUse,
  words: readonly string[],
): void {
  const [command, ...values] = words;
  write(sentinel, connection, [commandName(instance, command!), ...values]);
  connection.expected.push({ use, instance });
  connection.link.pendingCommands += 1;
}

function write(sentinel: Sentinel, connection: LinkConnection, words: readonly string[]): void {
  const { reply } = connection.connection;
  reply.array(words.length);
  for (const word of words) reply.bulk(word);
  sentinel.touch(connection.connection);
}

/** A connection opened or failed to. */
export function linkConnected(
  sentinel: Sentinel,
  connection: Link,
  error: string | undefined,
): void {
  if (error !== undefined) {
    linkLost(sentinel, connection);
    return;
  }
  connection.corked = sentinel.stateFile.saving;
  sentinel.touch(connection);
}

/** A connection broke or was closed by the peer. */
export function linkLost(sentinel: Sentinel, connection: Link): void {
  const known = sentinel.connections.get(connection.conn);
  if (known === undefined) return;
  sentinel.connections.delete(connection.conn);
  const { link } = known;
  if (link.pubSub === known) link.pubSub = undefined;
  else link.commands = undefined;
  link.disconnected = true;
}

/** Closes the link's connections from this side. */
export function closeLink(sentinel: Sentinel, link: InstanceLink): void {
  closeCommands(sentinel, link);
  closePubSub(sentinel, link);
}

export function closeCommands(sentinel: Sentinel, link: InstanceLink): void {
  if (link.commands === undefined) return;
  close(sentinel, link.commands);
  link.commands = undefined;
  link.pendingCommands = 0;
  link.disconnected = true;
}

export function closePubSub(sentinel: Sentinel, link: InstanceLink): void {
  if (link.pubSub === undefined) return;
  close(sentinel, link.pubSub);
  link.pubSub = undefined;
  link.disconnected = true;
}

function close(sentinel: Sentinel, connection: LinkConnection): void {
  sentinel.connections.delete(connection.connection.conn);
  sentinel.disconnect(connection.connection);
}

/** The instance no longer uses its link; the last one to leave closes it. */
export function releaseLink(sentinel: Sentinel, instance: Instance): void {
  const { link } = instance;
  link.refcount -= 1;
  if (link.refcount === 0) closeLink(sentinel, link);
  else link.commands?.disown(instance);
}

/** Bytes from an instance; `chunk` is borrowed. */
export function linkData(sentinel: Sentinel, connection: Link, chunk: Buffer): void {
  const known = sentinel.connections.get(connection.conn);
  if (known === undefined) return;
  known.reader.feed(chunk);
  try {
    for (;;) {
      const reply = known.reader.next();
      if (reply === undefined) return;
      receive(sentinel, known, reply);
      // Reading the reply may have closed the very connection it came on.
      if (sentinel.connections.get(connection.conn) !== known) return;
    }
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    sentinel.disconnect(connection);
    linkLost(sentinel, connection);
  }
}

function receive(sentinel: Sentinel, connection: LinkConnection, reply: Reply): void {
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
