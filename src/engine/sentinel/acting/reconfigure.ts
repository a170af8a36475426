/** Turns an instance into a replica or a master. */

import { type Address, announced } from '../model/address.ts';
import type { Instance } from '../model/instance.ts';
import { sendCommand } from '../monitoring/instanceLinks.ts';
import type { ActingContext } from './context.ts';

/**
 * Tells the instance to replicate from the address, or to be a master when there is none. Returns
 * false when there is no connection. The replies are ignored: INFO will show whether it worked.
 *
 * It is one transaction, as in sentinelSendSlaveOf: together with the role it changes the instance's
 * configuration file and disconnects its clients, so that they ask a Sentinel for the master.
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
