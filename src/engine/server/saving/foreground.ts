/**
 * Disk work that a command blocks the server for: SAVE, DEBUG RELOAD, CONFIG REWRITE, FLUSHALL with
 * save points. A real process is stopped in system calls meanwhile. Here each file operation takes the
 * CPU until it has completed (`busyOn`), so no other command runs from the first operation to the last.
 *
 * Invariant: works run one after another, in the order in which they were begun, and at most one file
 * operation is in progress. While there is one, the EXEC that began it is suspended (transactions.ts).
 */

import type { FileOp, FileResult, Token } from '../../machine/machine.ts';
import { registerState } from '../../machine/state.ts';
import type { Part } from '../part.ts';
import type { Server } from '../server.ts';

export interface Work {
  /** Returns the next operation, given the result of the previous one; undefined when the work is done. */
  next(result: FileResult | undefined): FileOp | undefined;
  /** The work is done: answers the client. Works begun here are queued behind those that wait. */
  ended(): void;
}

/** What working on the disk uses of its server. */
type ForegroundHost = Pick<Server, 'out' | 'continueTransaction'>;

export class Foreground implements Part {
  private readonly server: ForegroundHost;
  private readonly works: Work[] = [];
  private token: Token | undefined = undefined;

  constructor(server: ForegroundHost) {
    this.server = server;
  }

  get busy(): boolean {
    return this.works.length > 0;
  }

  begin(work: Work): void {
    this.works.push(work);
    if (this.works.length === 1) this.step(undefined);
  }

  fileDone(token: Token, result: FileResult): boolean {
    if (token !== this.token) return false;
    this.step(result);
    return true;
  }

  private step(result: FileResult | undefined): void {
    const { works, server } = this;
    let op = works[0]!.next(result);
    while (op === undefined) {
      works[0]!.ended();
      works.shift();
      if (works.length === 0) break;
      op = works[0]!.next(undefined);
    }
    this.token = op === undefined ? undefined : server.out.file(op);
    if (this.token === undefined) server.continueTransaction();
    else server.out.busyOn(this.token);
  }
}
registerState('Foreground', Foreground);
