/**
 * Channels and patterns, and their subscribers.
 *
 * Invariant: a client is in `channels.get(c)` iff `c` is in its own `channels`, and the same for
 * patterns; empty sets are removed.
 */

import { registerState } from '../machine/state.ts';
import type { Bytes } from '../resp/bytes.ts';
import type { Client } from './client.ts';
import { globMatch } from './glob.ts';
import { beginPush, endPush } from './replyMode.ts';

/** Called for each client that a message was written to. */
type Touch = (client: Client) => void;

export class PubSub {
  readonly channels: Subscribers = new Map();
  readonly patterns: Subscribers = new Map();

  subscribe(client: Client, channel: string): void {
    client.channels ??= new Set();
    add(client, client.channels, this.channels, channel);
  }

  subscribePattern(client: Client, pattern: string): void {
    client.patterns ??= new Set();
    add(client, client.patterns, this.patterns, pattern);
  }

  unsubscribe(client: Client, channel: string): void {
    if (client.channels?.delete(channel)) remove(client, this.channels, channel);
  }

  unsubscribePattern(client: Client, pattern: string): void {
    if (client.patterns?.delete(pattern)) remove(client, this.patterns, pattern);
  }

  unsubscribeAll(client: Client): void {
    for (const channel of client.channels ?? []) remove(client, this.channels, channel);
    for (const pattern of client.patterns ?? []) remove(client, this.patterns, pattern);
    client.channels = undefined;
    client.patterns = undefined;
  }

  /** Delivers a message. Returns the number of deliveries, which PUBLISH replies with. */
  publish(channel: string, message: Bytes, touch: Touch): number {
    let receivers = 0;
    for (const client of this.channels.get(channel) ?? []) {
      beginPush(client);
      client.reply.push(3);
      client.reply.bulk('message');
      client.reply.bulk(channel);
      client.reply.bulk(message);
      endPush(client);
      touch(client);
      receivers += 1;
    }
    for (const [pattern, clients] of this.patterns) {
      if (!globMatch(pattern, channel)) continue;
      for (const client of clients) {
        beginPush(client);
        client.reply.push(4);
        client.reply.bulk('pmessage');
        client.reply.bulk(pattern);
        client.reply.bulk(channel);
        client.reply.bulk(message);
        endPush(client);
        touch(client);
        receivers += 1;
      }
    }
    return receivers;
  }
}
registerState(PubSub);

type Subscribers = Map<string, Set<Client>>;

function add(client: Client, own: Set<string>, subscribers: Subscribers, name: string): void {
  if (own.has(name)) return;
  own.add(name);
  client.countName(name);
  const clients = subscribers.get(name);
  if (clients === undefined) subscribers.set(name, new Set([client]));
  else clients.add(client);
}

/** The name has been removed from the client's own set. */
function remove(client: Client, subscribers: Subscribers, name: string): void {
  client.uncountName(name);
  const clients = subscribers.get(name);
  if (clients === undefined) return;
  clients.delete(client);
  if (clients.size === 0) subscribers.delete(name);
}
