/**
 * Instance links: opens their connections, at most once a ping period, and sends commands on them.
 * The replies are read in replies.ts.
 *
 * Invariant: `connections` holds exactly those that are some link's `commands` or `pubSub`. A link
 * counts as connected once both have been requested: as in Redis, commands wait in the output buffer
 * of a connection that hangs, and leave when it opens.
 */

import type { OutgoingConnection } from '../../process/connection.ts';
import { resolveAgain } from '../model/address.ts';
import { emitEvent } from '../model/events.ts';
import { commandName, type Instance, type InstanceLink } from '../model/instance.ts';
import { InstanceConnection, type ReplyUse } from '../model/instanceConnection.ts';
import { HELLO_CHANNEL } from '../model/periods.ts';
import type { LinkContext } from './context.ts';

/** Opens those of the instance's connections that are missing. */
export function reconnect(sentinel: LinkContext, instance: Instance): void {
  const { link } = instance;
  if (!link.disconnected || instance.address.port === 0) return;
  const now = sentinel.nowMs;
  if (now - link.lastReconnectTime < sentinel.periods.pingPeriod) return;
  link.lastReconnectTime = now;
  if (instance.address.ip === '') {
    // A name that did not resolve when the instance was made may resolve now.
    instance.address = resolveAgain(sentinel, instance.address);
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
    link.pendingCommands = link.pubSub?.expected.length ?? 0;
    link.commandsSince = now;
    greet(sentinel, instance, link.commands);
    sendPing(sentinel, instance);
  }
  if (instance.kind !== 'sentinel' && link.pubSub === undefined) {
    link.pubSub = open(sentinel, instance, 'pubsub');
    link.pubSubSince = now;
    greet(sentinel, instance, link.pubSub);
    // Not expected, and not counted as pending: the reply comes as a message of the channel.
    write(sentinel, link.pubSub, [commandName(instance, 'SUBSCRIBE'), HELLO_CHANNEL]);
  }
  link.disconnected = false;
}

function open(
  sentinel: LinkContext,
  instance: Instance,
  purpose: 'cmd' | 'pubsub',
): InstanceConnection {
  const { ip, port } = instance.address;
  const connection = sentinel.connect(ip, port, `sentinel ${purpose} ${instance.name}`);
  connection.corked = true; // Until it is established.
  const opened = new InstanceConnection(instance.link, purpose, connection);
  sentinel.connections.set(connection.conn, opened);
  return opened;
}

/** Sends the first commands of a connection: AUTH and CLIENT SETNAME. */
function greet(sentinel: LinkContext, instance: Instance, connection: InstanceConnection): void {
  const { password, user } = credentialsFor(sentinel, instance);
  if (password !== undefined) {
    const words = user === undefined ? [password] : [user, password];
    sendOn(sentinel, connection, instance, 'discard', ['AUTH', ...words]);
  }
  const name = `sentinel-${sentinel.myId.slice(0, 8)}-${connection.purpose}`;
  sendOn(sentinel, connection, instance, 'discard', ['CLIENT', 'SETNAME', name]);
}

/** The credentials for connections to the instance. */
function credentialsFor(
  sentinel: LinkContext,
  instance: Instance,
): { password: string | undefined; user: string | undefined } {
  if (instance.kind !== 'sentinel') {
    const master = instance.master ?? instance;
    return { password: master.authPass, user: master.authUser };
  }
  const { sentinelPass, sentinelUser, requirepass } = sentinel.settings;
  if (sentinelPass !== '') return { password: sentinelPass, user: sentinelUser || undefined };
  return { password: requirepass || undefined, user: undefined };
}

/** Sends a command to the instance; false when there is no connection to send it on. */
export function sendCommand(
  sentinel: LinkContext,
  instance: Instance,
  use: ReplyUse,
  ...words: readonly string[]
): boolean {
  const connection = instance.link.commands;
  if (connection === undefined) return false;
  sendOn(sentinel, connection, instance, use, words);
  return true;
}

export function sendPing(sentinel: LinkContext, instance: Instance): void {
  if (!sendCommand(sentinel, instance, 'ping', 'PING')) return;
  const { link } = instance;
  link.lastPingTime = sentinel.nowMs;
  // The oldest unanswered PING counts, however many follow it.
  if (link.actPingTime === 0) link.actPingTime = link.lastPingTime;
}

function sendOn(
  sentinel: LinkContext,
  connection: InstanceConnection,
  instance: Instance,
  use: ReplyUse,
  words: readonly string[],
): void {
  const [command, ...values] = words;
  write(sentinel, connection, [commandName(instance, command!), ...values]);
  connection.expected.push({ use, instance });
  connection.link.pendingCommands += 1;
}

function write(
  sentinel: LinkContext,
  connection: InstanceConnection,
  words: readonly string[],
): void {
  const { reply } = connection.connection;
  reply.array(words.length);
  for (const word of words) reply.bulk(word);
  sentinel.touch(connection.connection);
}

/** A connection has opened: the commands that waited for it leave. */
export function connectionOpened(sentinel: LinkContext, connection: OutgoingConnection): void {
  connection.corked = false;
  sentinel.touch(connection);
}

/** A connection could not be opened, was reset, or was closed by the peer. */
export function connectionLost(sentinel: LinkContext, connection: OutgoingConnection): void {
  const known = sentinel.connections.get(connection.conn);
  if (known === undefined) return;
  sentinel.connections.delete(connection.conn);
  const { link } = known;
  if (link.pubSub === known) link.pubSub = undefined;
  else link.commands = undefined;
  link.disconnected = true;
  // As in Redis, only commands with a discarded reply are subtracted; the others stay counted until
  // the next connection. A refused connection leaves 3: PING, INFO and PUBLISH, not CLIENT SETNAME.
  link.pendingCommands -= known.expected.filter(({ use }) => use === 'discard').length;
}

/** Closes the link's connections from this side. */
export function closeLink(sentinel: LinkContext, link: InstanceLink): void {
  closeCommands(sentinel, link);
  closePubSub(sentinel, link);
}

export function closeCommands(sentinel: LinkContext, link: InstanceLink): void {
  if (link.commands === undefined) return;
  close(sentinel, link.commands);
  link.commands = undefined;
  link.pendingCommands = link.pubSub?.expected.length ?? 0;
  link.disconnected = true;
}

export function closePubSub(sentinel: LinkContext, link: InstanceLink): void {
  if (link.pubSub === undefined) return;
  close(sentinel, link.pubSub);
  link.pendingCommands -= link.pubSub.expected.length;
  link.pubSub = undefined;
  link.disconnected = true;
}

function close(sentinel: LinkContext, connection: InstanceConnection): void {
  sentinel.connections.delete(connection.connection.conn);
  sentinel.disconnect(connection.connection);
}

/** The instance no longer uses its link. The link is closed when no instance uses it. */
export function releaseLink(sentinel: LinkContext, instance: Instance): void {
  const { link } = instance;
  link.refcount -= 1;
  if (link.refcount === 0) closeLink(sentinel, link);
  else link.commands?.disown(instance);
}
