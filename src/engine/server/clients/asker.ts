/** A client whose command is answered later, when its work in the foreground is over. */

import { registerState } from '../../machine/state.ts';
import type { Client } from '../../process/client.ts';
import { dropUnwanted } from '../../process/replyMode.ts';
import type { SaveListener } from '../saving/foregroundSave.ts';
import type { Server } from '../server.ts';

export class Asker implements SaveListener {
  private readonly server: Server;
  private readonly client: Client;
  private readonly command: readonly string[];

  /** The client runs nothing until the answer; `command` is its name, and its subcommand's. */
  constructor(server: Server, client: Client, ...command: readonly string[]) {
    this.server = server;
    this.client = client;
    this.command = command;
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
    // A master gets no replies, nor does a client that has killed itself before in its transaction.
    if (client.kind === 'master' || client.closeAfterReply) client.reply.truncate(start);
    else dropUnwanted(client, start);
  }
}
registerState(Asker);
