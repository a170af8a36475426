/**
 * One connection to an instance, and the commands on it that await a reply.
 *
 * Invariant: `expected` holds one entry for each command sent and not yet answered, in the order of
 * sending, which is the order of the replies. An entry names what to do; state never holds a function.
 */

import { registerState } from '../../machine/state.ts';
import type { OutgoingConnection } from '../../process/connection.ts';
import { ReplyReader } from '../../resp/replyReader.ts';
import { REPLY_BYTES_MAX, REPLY_ELEMENTS_MAX } from './bounds.ts';
import type { Instance, InstanceLink } from './instance.ts';

/** What a reply is for. A reply to `discard` is only counted. */
export type ReplyUse = 'discard' | 'ping' | 'info' | 'publish' | 'masterDown';

interface Expected {
  use: ReplyUse;
  instance: Instance;
}

export class InstanceConnection {
  readonly link: InstanceLink;
  readonly purpose: 'cmd' | 'pubsub';
  readonly connection: OutgoingConnection;
  readonly reader = new ReplyReader({ bytesMax: REPLY_BYTES_MAX, elementsMax: REPLY_ELEMENTS_MAX });
  readonly expected: Expected[] = [];

  constructor(link: InstanceLink, purpose: 'cmd' | 'pubsub', connection: OutgoingConnection) {
    this.link = link;
    this.purpose = purpose;
    this.connection = connection;
  }

  /** The instance is gone: replies to its commands are discarded. */
  disown(instance: Instance): void {
    for (const expected of this.expected) {
      if (expected.instance === instance) expected.use = 'discard';
    }
  }
}
registerState('InstanceConnection', InstanceConnection);
