/** A client whose command is answered later, when its work in the foreground is over. */

import { registerState } from '../../machine/state.ts';
import type { Client } from '../../process/client.ts';
import type { Server } from '../server.ts';
import type { SaveListener } from './foregroundSave.ts';

export class Asker implements SaveListener {
  private readonly server: Server;
  private readonly client: Client;
  private readonly command: readonly string[];

  /** The client runs nothing until the answer; `command` is its name, and its subcommand's. */
  constructor(server: Server, client: Client, ...command: readonly string[]) {
    this.server = server;
    this.client = client;
    this.command = command;
    server.blocking.block(client, { kind: 'disk' });
  }

  saved(ok: boolean): void {
    this.answer(ok ? undefined : 'ERR');
  }

  /** `error`, or OK. */
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
registerState(Asker);
