/**
 * A sandbox's worker thread with a bug in it, to see what becomes of one: a server that receives
 * BREAK-AN-INVARIANT from a client breaks one. The product has no such word; this module is given
 * to SandboxWorker.start in place of the product's, or bundled over the worker.js of an
 * installed extension.
 */

import { InvariantError } from '../../src/engine/machine/errors.ts';
import { Server } from '../../src/engine/server/server.ts';

const { receive } = Server.prototype;
Server.prototype.receive = function (this: Server, now, conn, chunk, out): void {
  if (chunk.includes('BREAK-AN-INVARIANT')) throw new InvariantError('as the test wanted');
  receive.call(this, now, conn, chunk, out);
};

await import('../../src/gateway/worker.ts');
