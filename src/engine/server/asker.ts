/** A client whose command is answered later, when its work in the foreground is over. */

import { registerState } from '../machine/state.ts';
import type { Client } from '../process/client.ts';
import type { SaveListener } from './foregroundSave.ts';
import type { Server } from './server.ts';

export class Asker implements SaveListener {
  private readonly server: Server;
  private readonly client: Client;
  private readonly command: readonly string[];
  /** CLIENT REPLY says so, or the client has killed itself before in its transaction. */
  private readonly unwanted: boolean;

  /** The client runs nothing until the answer; `command` is its name, and its subcommand's. */
  constructor(server: Server, client: Client, ...command: readonly string[]) {
    this.server = server;
    this.client = client;
    this.command = command;
    this.unwanted =
      client.replyMode === 'off' || client.replyMode === 'skip' || client.closeAfterReply;
    server.block(client);
  }

  saved(ok: boolean): void {
    this.answer(ok ? undefined : 'ERR');
  }

  /** `error`, or OK. */
  answer(error: string | undefined): void {
    const { server, client } = this;
    server.unblock(client);
    const start = client.reply.length;
    if (error === undefined) {
      client.reply.ok();
    } else {
      client.reply.error(error);
      server.commandFailed(client, server.commands.resolve(this.command)!, error);
    }
    // A master gets no replies.
    if (this.unwanted || client.kind === 'master') client.reply.truncate(start);
  }
}
registerState(Asker);
