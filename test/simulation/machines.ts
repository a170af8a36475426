/**
 * The machines of simulated worlds: those of a sandbox, and scripted clients. Importing this module
 * registers them; servers with words of their own for the state digest, which cannot look into
 * a keyspace (copies share its pages).
 */

import '../../src/sandbox/machines.ts';
import type { Machine } from '../../src/engine/machine/machine.ts';
import { Server } from '../../src/engine/server/server.ts';
import { registerMachine } from '../../src/world/registry.ts';
import { Listener, Publisher, Reader, Writer } from './clients/kinds.ts';

/** Sizes and modelled bytes of all databases; cheap, as it is asked for every 1,000 events. */
export function keyspaceWords(machine: Machine): string {
  const keyspace = (machine as Server).keyspace;
  if (keyspace === undefined) return '';
  const used = keyspace.databases.filter((database) => database.size > 0);
  return used
    .map(
      (database) =>
        `${database.index} ${database.size} ${database.expiresCount} ${database.usedBytes}`,
    )
    .join(',');
}

/** Registers every kind anew: tests that plant a faulty machine take it back by this. */
export function registerMachines(): void {
  registerMachine('server', () => new Server(), keyspaceWords);
  registerMachine('writer', () => new Writer());
  registerMachine('reader', () => new Reader());
  registerMachine('listener', () => new Listener());
  registerMachine('publisher', () => new Publisher());
}
registerMachines();
