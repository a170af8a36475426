/**
 * What the process does on disk by itself, in a command's place: SAVE, DEBUG RELOAD, CONFIG REWRITE,
 * FLUSHALL with save points. A real process stands in the system call meanwhile; here each operation
 * takes the CPU until it has completed (Design 4), so nobody else runs from the first step to the
 * last, and the next step is asked for only when the one before has succeeded.
 *
 * Invariant: works go one after another, in the order they were begun, and at most one operation is
 * under way. While there is one, the EXEC that began it stands still (transactions.ts).
 */

import type { FileOp, FileResult, Token } from '../../machine/machine.ts';
import { registerState } from '../../machine/state.ts';
import type { Part } from '../part.ts';
import type { Server } from '../server.ts';

export interface Work {
  /** The next operation, given the result of the one before; undefined when it is over. */
  next(result: FileResult | undefined): FileOp | undefined;
  /** It is over: tells whoever asked. What it begins goes behind the works that wait. */
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
registerState(Foreground);
