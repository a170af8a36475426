/**
 * Keeps a Sentinel's state on disk: epoch, vote, configuration and whom it knows, in sentinel.conf.
 *
 * Invariant: from the moment something worth keeping has changed until it is safe on disk, not a
 * byte leaves this process, to clients or instances. So nobody hears of a vote, an epoch or
 * a new master that a crash could undo. Redis has the same by being stopped in fsync meanwhile; here
 * the CPU is taken by `busyOn`, and connections are corked until the disk has answered.
 *
 * The file is replaced as a whole (fileReplacement.ts), then fsynced once more under its own name.
 * A failure is logged, told to whoever asked to save, and otherwise changes nothing: state in memory
 * counts, as in Redis.
 */

import type { FileOp, FileResult, Token } from '../../machine/machine.ts';
import { registerState } from '../../machine/state.ts';
import type { Client } from '../../process/client.ts';
import { FileReplacement } from '../../process/fileReplacement.ts';
import type { StateFileContext } from './context.ts';
import { mergeLines, stateLines } from './stateLines.ts';

const SAVE_FAILED = 'ERR Failed to save config file. Check server logs.';

export class StateFile {
  path = '';
  private readonly sentinel: StateFileContext;
  /** The file as it was written or read last. */
  private text = '';
  private requested = false;
  /** Clients that get their reply when the next save has ended. */
  private waiting: Client[] = [];
  private token: Token | undefined = undefined;
  private replacement: FileReplacement | undefined = undefined;
  /** Clients that get their reply when the save under way has ended. */
  private answering: Client[] = [];

  constructor(sentinel: StateFileContext) {
    this.sentinel = sentinel;
  }

  /** Names the file, and says what is in it now. */
  open(path: string, text: string): void {
    this.path = path;
    this.text = text;
  }

  get saving(): boolean {
    return this.token !== undefined;
  }

  /** Saves at the end of this event. */
  request(): void {
    this.requested = true;
  }

  /** Saves, and replies OK or the error to the client when that is done. */
  requestBy(client: Client): void {
    this.requested = true;
    this.waiting.push(client);
    this.sentinel.blocking.block(client, { kind: 'disk' });
  }

  /** At the end of an event, before its output leaves. */
  beforeFlush(): void {
    if (this.requested && !this.saving) this.begin();
    if (this.saving) this.holdOutput();
  }

  private begin(): void {
    this.requested = false;
    this.answering = this.waiting;
    this.waiting = [];
    this.text = mergeLines(this.text, stateLines(this.sentinel));
    const bytes = Buffer.from(this.text, 'latin1');
    this.replacement = new FileReplacement(this.path, `${this.path}.tmp`, bytes);
    this.go(undefined);
  }

  /** Asks for the next operation; false when there is none. */
  private go(result: FileResult | undefined): boolean {
    const { replacement, sentinel } = this;
    const op = replacement?.next(result, (line) => sentinel.log('warning', line));
    if (op !== undefined) this.wait(op);
    return op !== undefined;
  }

  private wait(op: FileOp): void {
    const { out } = this.sentinel;
    this.token = out.file(op);
    out.busyOn(this.token);
  }

  /** A file operation has ended; false when it was not one of a save. */
  fileDone(token: Token, result: FileResult): boolean {
    if (token !== this.token) return false;
    if (this.replacement === undefined) {
      this.ended(result.ok ? undefined : result.error);
    } else if (!this.go(result)) {
      const { error } = this.replacement;
      this.replacement = undefined;
      if (error === undefined) this.wait({ kind: 'fsync', path: this.path });
      else this.ended(error);
    }
    return true;
  }

  private ended(error: string | undefined): void {
    if (error === undefined) {
      this.sentinel.log('notice', 'Sentinel new configuration saved on disk');
    } else {
      this.sentinel.log(
        'warning',
        `WARNING: Sentinel was not able to save the new configuration on disk!!!: ${error}`,
      );
    }
    this.end(error === undefined ? undefined : SAVE_FAILED);
  }

  private end(error: string | undefined): void {
    this.token = undefined;
    const { sentinel } = this;
    for (const client of this.answering) {
      if (sentinel.clients.get(client.conn) !== client) continue;
      sentinel.blocking.answerLate(client, (reply) => {
        if (error === undefined) reply.ok();
        else reply.error(error);
      });
    }
    this.answering = [];
    if (!this.requested) this.releaseOutput();
  }

  /** Nothing written until now leaves before `releaseOutput`. */
  holdOutput(): void {
    const { clients, outgoing } = this.sentinel;
    for (const client of clients.values()) client.corked = true;
    for (const connection of outgoing.values()) connection.corked = true;
  }

  private releaseOutput(): void {
    const { sentinel } = this;
    for (const client of sentinel.clients.values()) {
      client.corked = false;
      sentinel.touch(client);
    }
    for (const connection of sentinel.outgoing.values()) {
      connection.corked = !connection.established;
      sentinel.touch(connection);
    }
  }
}
registerState('StateFile', StateFile);
