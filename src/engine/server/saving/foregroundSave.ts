/** One save by the server process itself: SAVE, SHUTDOWN, FLUSHALL and DEBUG RELOAD. */

import type { FileOp, FileResult } from '../../machine/machine.ts';
import { registerState } from '../../machine/state.ts';
import type { RdbSave } from '../../persistence/rdb/save.ts';
import type { Server } from '../server.ts';
import type { Work } from './foreground.ts';

const SLICE_BYTES = 1024 * 1024;

/** Is told when the save has ended: the client that asked, or the part of the server that continues. */
export interface SaveListener {
  saved(ok: boolean): void;
}

/** What a save in the foreground uses of its server. */
type SaveHost = Pick<Server, 'saving' | 'log'>;

export class ForegroundSave implements Work {
  private readonly server: SaveHost;
  private readonly save: RdbSave;
  /** Changes made before it began. */
  private readonly dirty: number;
  /** Undefined after FLUSHALL. */
  private readonly listener: SaveListener | undefined;

  constructor(server: SaveHost, save: RdbSave, dirty: number, listener: SaveListener | undefined) {
    this.server = server;
    this.save = save;
    this.dirty = dirty;
    this.listener = listener;
  }

  next(result: FileResult | undefined): FileOp | undefined {
    const { save, server } = this;
    let asked: FileOp | undefined;
    const host = {
      file: (op: FileOp) => {
        asked = op;
        return 0; // One operation at a time: its token says nothing.
      },
      log: server.log.bind(server),
    };
    if (result !== undefined) save.fileDone(0, result, host);
    if (asked === undefined && save.outcome === undefined) save.slice(SLICE_BYTES, host);
    return asked;
  }

  ended(): void {
    const ok = this.save.outcome === 'saved';
    // As in 7.0, only a child's failure is remembered. The client that asked for this save is told.
    if (ok) this.server.saving.succeeded(this.dirty);
    this.listener?.saved(ok);
  }
}
registerState('ForegroundSave', ForegroundSave);
