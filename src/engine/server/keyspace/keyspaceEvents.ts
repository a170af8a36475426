/** Publishes changes of keys to the channels that notify-keyspace-events asks for. Source: Redis 7.0. */

import type { Database } from '../../data/table/database.ts';
import type { NotifyClass } from '../../execution/dataCall.ts';
import { registerState } from '../../machine/state.ts';
import type { Client } from '../../process/client.ts';
import type { Server } from '../server.ts';
import type { KeyListener } from './keyChanges.ts';

/** What publishing uses of its server. */
type EventsHost = Pick<Server, 'settings' | 'pubSub' | 'touch'>;

export class KeyspaceEvents implements KeyListener {
  private readonly server: EventsHost;

  constructor(server: EventsHost) {
    this.server = server;
  }

  get listensToKeys(): boolean {
    return this.server.settings.notifyKeyspaceEvents !== '';
  }

  /** `K` asks for a message by the key, `E` for one by the event. */
  keyEvent(type: NotifyClass, event: string, key: string, { index }: Database): void {
    const { settings, pubSub } = this.server;
    const letters = settings.notifyKeyspaceEvents;
    if (!letters.includes(type)) return;
    const touch = (client: Client) => this.server.touch(client);
    if (letters.includes('K')) pubSub.publish(`__keyspace@${index}__:${key}`, event, touch);
    if (letters.includes('E')) pubSub.publish(`__keyevent@${index}__:${event}`, key, touch);
  }
}
registerState('KeyspaceEvents', KeyspaceEvents);
