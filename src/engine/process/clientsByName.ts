/**
 * Clients by a name that they have given: the subscribers of channels and patterns, the watchers of keys.
 *
 * Invariant: no set is empty, and the memory of each entry counts for its client.
 */

import type { Client } from './client.ts';

export type ClientsByName = Map<string, Set<Client>>;

/** Adds a client that is not there under this name. */
export function addByName(clientsByName: ClientsByName, name: string, client: Client): void {
  client.countName(name);
  const clients = clientsByName.get(name);
  if (clients === undefined) clientsByName.set(name, new Set([client]));
  else clients.add(client);
}

/** Removes a client that is there under this name. */
export function removeByName(clientsByName: ClientsByName, name: string, client: Client): void {
  client.uncountName(name);
  const clients = clientsByName.get(name);
  clients?.delete(client);
  if (clients?.size === 0) clientsByName.delete(name);
}
