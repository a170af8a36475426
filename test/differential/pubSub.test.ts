/** Subscriptions: who gets what, in which protocol, and what CLIENT REPLY leaves of it. */

import { sessionTest } from './sessions.ts';

for (const protocol of ['2', '3']) {
  sessionTest(`CLIENT REPLY OFF and messages, RESP${protocol}`, [
    `a~ HELLO ${protocol}`,
    'a! CLIENT REPLY OFF',
    'a SUBSCRIBE channel',
    'a PSUBSCRIBE ch*',
    'b PUBLISH channel hello',
    'a ...',
    'a UNSUBSCRIBE channel',
    'a PUNSUBSCRIBE ch*',
    'a! GET x',
    'a CLIENT REPLY ON',
    'a! CLIENT REPLY SKIP',
    'a! PING',
    'a GET x',
  ]);

  sessionTest(`subscriptions, RESP${protocol}`, [
    `a~ HELLO ${protocol}`,
    'a PUNSUBSCRIBE none',
    'a UNSUBSCRIBE',
    'a PUNSUBSCRIBE',
    'a SUBSCRIBE one',
    'a SUBSCRIBE one',
    'a PING',
    'a PING text',
    'a GET x',
    'a MULTI',
    'b PUBSUB CHANNELS',
    'b PUBSUB NUMSUB one two',
    'b PUBSUB NUMPAT',
    'b PUBLISH one 1',
    'a ...',
    'a UNSUBSCRIBE',
    'a PING',
    'b PUBLISH one 1',
  ]);
}
