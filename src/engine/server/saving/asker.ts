/** A client that is answered when its command's work in the foreground has ended. */

import { registerState } from '../../machine/state.ts';
import type { Client } from '../../process/client.ts';
import type { Server } from '../server.ts';
import type { SaveListener } from './foregroundSave.ts';

export class Asker implements SaveListener {
  private readonly server: Server;
  private readonly client: Client;
  private readonly command: readonly string[];

  /** Blocks the client until `answer`. `command` is the command's name, with that of its subcommand. */
  constructor(server: Server, client: Client, ...command: readonly string[]) {
    this.server = server;
    this.client = client;
    this.command = command;
    server.blocking.block(client, { kind: 'disk' });
  }

  saved(ok: boolean): void {
    this.answer(ok ? undefined : 'ERR');
  }

  /** Replies with `error`, or with OK when there is none. */
  answer(error: string | undefined): void {
    const { server, client } = this;
    if (error !== undefined) {
      server.commandStats.erred(server.commands.resolveArguments(this.command)!);
    }
    server.blocking.answerLate(client, (reply) => {
      if (error === undefined) reply.ok();
      else reply.error(error);
    });
  }
}
registerState('Asker', Asker);
