/** Turns an instance into a replica or a master. */

import { type Address, announced } from '../model/address.ts';
import type { Instance } from '../model/instance.ts';
import { sendCommand } from '../monitoring/instanceLinks.ts';
import type { ActingContext } from './context.ts';

/**
 * Makes the instance a replica of the address, or a master when there is none; false when it is not
 * connected. The replies are not looked at: INFO tells whether it worked.
 *
 * One transaction: with the role its configuration file changes, and its clients are disconnected,
 * so that they ask a Sentinel where the master is.
 */
export function sendReplicaOf(
  sentinel: ActingContext,
  instance: Instance,
  address: Address | undefined,
): boolean {
  const host = address === undefined ? 'NO' : announced(sentinel, address);
  const port = address === undefined ? 'ONE' : String(address.port);
  return (
    sendCommand(sentinel, instance, 'discard', 'MULTI') &&
    sendCommand(sentinel, instance, 'discard', 'SLAVEOF', host, port) &&
    sendCommand(sentinel, instance, 'discard', 'CONFIG', 'REWRITE') &&
    sendCommand(sentinel, instance, 'discard', 'CLIENT', 'KILL', 'TYPE', 'normal') &&
    sendCommand(sentinel, instance, 'discard', 'CLIENT', 'KILL', 'TYPE', 'pubsub') &&
    sendCommand(sentinel, instance, 'discard', 'EXEC')
  );
}
