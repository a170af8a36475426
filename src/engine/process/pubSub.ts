/**
 * Channels and patterns, and their subscribers.
 *
 * Invariant: a client is in `channels.get(c)` iff `c` is in its own `channels`, and the same for
 * patterns; empty sets are removed.
 */

import { registerState } from '../machine/state.ts';
import type { Bytes } from '../resp/bytes.ts';
import type { Client } from './client.ts';
import { addByName, type ClientsByName, removeByName } from './clientsByName.ts';
import { globMatch } from './glob.ts';
import { beginPush, endPush } from './replyMode.ts';

/** Called for each client that a message was written to. */
type Touch = (client: Client) => void;

export class PubSub {
  readonly channels: ClientsByName = new Map();
  readonly patterns: ClientsByName = new Map();

  subscribe(client: Client, channel: string): void {
    client.channels ??= new Set();
    add(this.channels, client.channels, channel, client);
  }

  subscribePattern(client: Client, pattern: string): void {
    client.patterns ??= new Set();
    add(this.patterns, client.patterns, pattern, client);
  }

  unsubscribe(client: Client, channel: string): void {
    if (client.channels?.delete(channel)) removeByName(this.channels, channel, client);
  }

  unsubscribePattern(client: Client, pattern: string): void {
    if (client.patterns?.delete(pattern)) removeByName(this.patterns, pattern, client);
  }

  unsubscribeAll(client: Client): void {
    for (const channel of client.channels ?? []) removeByName(this.channels, channel, client);
    for (const pattern of client.patterns ?? []) removeByName(this.patterns, pattern, client);
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
registerState('PubSub', PubSub);

function add(clients: ClientsByName, own: Set<string>, name: string, client: Client): void {
  if (own.has(name)) return;
  own.add(name);
  addByName(clients, name, client);
}
