/**
 * The replication stream of one server: the history it belongs to, its bytes, and the database its
 * last command was for. On a master `feed` writes it. On a replica it is a copy of the master's bytes,
 * appended as they are applied, so that IDs and offsets mean the same on all servers of a chain.
 *
 * Invariant: a replica's `proxied` is true and nothing but its master's bytes is ever appended.
 */

import { registerState } from '../machine/state.ts';
import type { Bytes } from '../resp/bytes.ts';
import { argumentsOf, type Propagated, Request } from '../resp/request.ts';
import { Backlog } from './backlog.ts';
import { History } from './history.ts';

/** No database selected: the next command is preceded by a SELECT. */
export const NO_DATABASE = -1;
/** Text is appended to the backlog when it has this length: shorter than any block. */
const TEXT_LENGTH_MAX = 8 * 1024;

export class Stream {
  readonly history = new History();
  readonly backlog = new Backlog();
  selectedDb = NO_DATABASE;
  /** This server is a replica: its master writes the stream. */
  proxied = false;

  /** master_repl_offset. */
  get offset(): number {
    return this.backlog.lastOffset;
  }

  /**
   * Writes one command, with a SELECT before it if its database is not the selected one. A request is
   * written as the bytes in which it was received.
   */
  feed(db: number, command: Propagated): void {
    const { backlog } = this;
    if (this.proxied || !backlog.active) return;
    if (db !== this.selectedDb) {
      this.encode(['SELECT', String(db)]);
      this.selectedDb = db;
    }
    if (command instanceof Request && command.isCanonical) {
      backlog.append(command.bytes, command.start, command.end);
    } else {
      this.encode(argumentsOf(command));
    }
  }

  /** Writes a command that concerns no database (PING, GETACK), so without a SELECT before it. */
  feedControl(args: readonly Bytes[]): void {
    if (this.proxied || !this.backlog.active) return;
    this.encode(args);
  }

  private encode(args: readonly Bytes[]): void {
    const { backlog } = this;
    let text = `*${args.length}\r\n`;
    for (let i = 0; i < args.length; i += 1) {
      const arg = args[i]!;
      text += `$${arg.length}\r\n`;
      if (typeof arg === 'string') {
        text += arg;
      } else {
        backlog.appendText(text);
        backlog.append(arg);
        text = '';
      }
      text += '\r\n';
      if (text.length > TEXT_LENGTH_MAX) {
        backlog.appendText(text);
        text = '';
      }
    }
    backlog.appendText(text);
  }
}
registerState('Stream', Stream);
