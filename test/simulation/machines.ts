/**
 * The machines of simulated worlds: those of a sandbox, and scripted clients. Importing this module
 * registers them.
 */

import '../../src/sandbox/machines.ts';
import { Server } from '../../src/engine/server/server.ts';
import { digestServer } from '../../src/sandbox/keyspaceDigest.ts';
import { registerMachine } from '../../src/world/registry.ts';
import { Listener, Publisher, Reader, Writer } from './clients/kinds.ts';

/** Registers every kind anew: tests that plant a faulty machine take it back by this. */
export function registerMachines(): void {
  registerMachine('server', () => new Server(), digestServer);
  registerMachine('writer', () => new Writer());
  registerMachine('reader', () => new Reader());
  registerMachine('listener', () => new Listener());
  registerMachine('publisher', () => new Publisher());
}
registerMachines();
