/**
 * DEBUG RELOAD: saves, empties, and loads what was saved; or takes the dump that is there.
 * Nothing else runs from beginning to end.
 */

import type { FileResult, Token } from '../machine/machine.ts';
import { registerState } from '../machine/state.ts';
import type { Client } from '../process/client.ts';
import type { Server } from './server.ts';

export interface ReloadOptions {
  readonly save: boolean;
  readonly flush: boolean;
  /** A key that is there already is replaced. */
  readonly merge: boolean;
}

interface Reload {
  readonly options: ReloadOptions;
  readonly client: Client;
  /** The reading of the dump, once it has begun. */
  token: Token | undefined;
}

export class Reloading {
  private readonly server: Server;
  private current: Reload | undefined = undefined;

  constructor(server: Server) {
    this.server = server;
  }

  begin(options: ReloadOptions, client: Client): void {
    this.current = { options, client, token: undefined };
    this.server.block(client);
    if (options.save) this.server.saving.foregroundSave('reload');
    else this.read();
  }

  saved(ok: boolean): void {
    if (ok) this.read();
    else this.answer('ERR');
  }

  private read(): void {
    const { out, settings } = this.server;
    const token = out.file({ kind: 'read', path: settings.dbfilename });
    this.current!.token = token;
    out.busyOn(token);
  }

  /** True when the completion was this part's. */
  fileDone(token: Token, result: FileResult): boolean {
    if (this.current === undefined || this.current.token !== token) return false;
    const { flush, merge } = this.current.options;
    const { server } = this;
    if (flush) server.emptyDatabases();
    let error = result.ok ? undefined : result.error;
    if (result.ok) error = server.loading.loadAtOnce(Buffer.from(result.bytes!), merge);
    if (error === undefined) server.log('warning', 'DB reloaded by DEBUG RELOAD');
    else server.log('warning', error);
    this.answer(
      error === undefined ? undefined : 'ERR Error trying to load the RDB dump, check server logs.',
    );
    return true;
  }

  private answer(error: string | undefined): void {
    const { client } = this.current!;
    this.current = undefined;
    if (error === undefined) client.reply.ok();
    else client.reply.error(error);
    this.server.unblock(client);
  }
}
registerState(Reloading);
