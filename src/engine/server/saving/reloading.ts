/**
 * DEBUG RELOAD: saves the data, empties the databases and loads the file. With NOSAVE it loads the
 * existing file. No other command runs until it has ended.
 */

import type { FileOp, FileResult } from '../../machine/machine.ts';
import { registerState } from '../../machine/state.ts';
import type { Client } from '../../process/client.ts';
import type { Server } from '../server.ts';
import { Asker } from './asker.ts';
import type { Work } from './foreground.ts';
import type { SaveListener } from './foregroundSave.ts';

interface ReloadOptions {
  readonly save: boolean;
  readonly flush: boolean;
  /** Existing keys are replaced. */
  readonly merge: boolean;
}

/** One DEBUG RELOAD. A ForegroundSave saves; this class is the work of reading the file afterwards. */
export class Reload implements Work, SaveListener {
  private readonly server: Server;
  private readonly options: ReloadOptions;
  private readonly asker: Asker;
  private error: string | undefined = undefined;

  constructor(server: Server, options: ReloadOptions, client: Client) {
    this.server = server;
    this.options = options;
    this.asker = new Asker(server, client, 'debug', 'reload');
  }

  begin(): void {
    if (this.options.save) this.server.saving.inForeground(this);
    else this.server.foreground.begin(this);
  }

  saved(ok: boolean): void {
    if (ok) {
      this.server.foreground.begin(this);
      return;
    }
    this.error = 'ERR';
    this.ended();
  }

  next(result: FileResult | undefined): FileOp | undefined {
    if (result === undefined) return { kind: 'read', path: this.server.settings.dbfilename };
    this.load(result);
    return undefined;
  }

  private load(result: FileResult): void {
    const { flush, merge } = this.options;
    const { server } = this;
    if (flush) server.emptyDatabases();
    const error = result.ok
      ? server.loading.loadAtOnce(Buffer.from(result.bytes!), merge)
      : result.error;
    server.log('warning', error ?? 'DB reloaded by DEBUG RELOAD');
    if (error !== undefined) {
      this.error = 'ERR Error trying to load the RDB dump, check server logs.';
    }
  }

  ended(): void {
    this.asker.answer(this.error);
  }
}
registerState('Reload', Reload);
