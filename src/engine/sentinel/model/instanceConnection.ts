/**
 * One connection to an instance: what was asked on it, in order, and the replies as they come.
 *
 * Invariant: `expected` holds one entry for each command sent and not yet answered; replies come in
 * the order of the commands. State names what to do with a reply, it never holds a function.
 */

import { registerState } from '../../machine/state.ts';
import type { OutgoingConnection } from '../../process/connection.ts';
import { ReplyReader } from '../../resp/replyReader.ts';
import { REPLY_BYTES_MAX, REPLY_ELEMENTS_MAX } from './bounds.ts';
import type { Instance, InstanceLink } from './instance.ts';

/** Who reads a reply: `discard` counts it and looks no further. */
export type ReplyUse = 'discard' | 'ping' | 'info' | 'publish' | 'masterDown';

export interface Expected {
  use: ReplyUse;
  instance: Instance;
}

export class InstanceConnection {
  readonly link: InstanceLink;
  readonly purpose: 'cmd' | 'pubsub';
  readonly connection: OutgoingConnection;
  readonly reader = new ReplyReader(REPLY_BYTES_MAX, REPLY_ELEMENTS_MAX);
  readonly expected: Expected[] = [];

  constructor(link: InstanceLink, purpose: 'cmd' | 'pubsub', connection: OutgoingConnection) {
    this.link = link;
    this.purpose = purpose;
    this.connection = connection;
  }

  /** The instance is gone: what it still waits for concerns nobody. */
  disown(instance: Instance): void {
    for (const expected of this.expected) {
      if (expected.instance === instance) expected.use = 'discard';
    }
  }
}
registerState(InstanceConnection);
