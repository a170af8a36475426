/** The child of BGSAVE: saves a snapshot once and exits with 0, or with 1 if the save failed. */

import type { KeyspaceSnapshot } from '../../data/table/keyspace.ts';
import type { Child, ChildEffects, FileResult, Micros, Token } from '../../machine/machine.ts';
import { registerState } from '../../machine/state.ts';
import { RdbSave, type RdbSaveHost, type RdbSaveTarget } from './save.ts';
import type { RdbAux, RdbWriterOptions } from './writer.ts';

/** Role letter of a child's log lines. */
const ROLE = 'C';

export class RdbSaveChild implements Child {
  readonly title = 'redis-rdb-bgsave';
  private readonly save: RdbSave;

  constructor(
    target: RdbSaveTarget,
    snapshot: KeyspaceSnapshot,
    aux: RdbAux,
    options: RdbWriterOptions,
  ) {
    this.save = new RdbSave(target, snapshot, aux, options);
  }

  slice(_now: Micros, bytesMax: number, out: ChildEffects): boolean {
    return this.save.slice(bytesMax, hostOf(out));
  }

  fileDone(_now: Micros, token: Token, result: FileResult, out: ChildEffects): void {
    this.save.fileDone(token, result, hostOf(out));
    const { outcome } = this.save;
    if (outcome === undefined) return;
    if (outcome === 'saved') {
      // Snapshots share pages with the live data, so there is no copy-on-write memory to count.
      out.log('notice', ROLE, 'Fork CoW for RDB: current 0 MB, peak 0 MB, average 0 MB');
    }
    out.exit(outcome === 'saved' ? 0 : 1);
  }
}
registerState('RdbSaveChild', RdbSaveChild);

function hostOf(out: ChildEffects): RdbSaveHost {
  return { file: (op) => out.file(op), log: (level, line) => out.log(level, ROLE, line) };
}
