/**
 * One attempt of a replica to synchronize with its master: a connection, the handshake, the answer
 * to PSYNC, and the RDB if the answer is a full resynchronization.
 *
 * It decides nothing about roles or data. Each input returns an outcome. Unless that is undefined, the
 * attempt has ended, or the dump is ready to be loaded.
 *
 * Invariant: `connection` is set while the connection exists; `transfer` from the answer to PSYNC on.
 */

import type { FileResult, Micros, Token } from '../machine/machine.ts';
import { registerState } from '../machine/state.ts';
import type { OutgoingConnection } from '../process/connection.ts';
import { Handshake } from './handshake.ts';
import { NO_REPLID } from './history.ts';
import type { ReplicationHost } from './host.ts';
import { LineReader } from './lineReader.ts';
import type { PsyncRequest } from './psyncDecision.ts';
import { readPsyncReply } from './psyncReply.ts';
import { secondsBetween } from './seconds.ts';
import { Transfer } from './transfer.ts';

export interface MasterAddress {
  readonly host: string;
  readonly port: number;
}

/** Reasons are logged already. */
export type SyncOutcome =
  /** It continues. */
  | undefined
  /** Failed; the next cron tries again. */
  | { readonly kind: 'refused' }
  /** Failed; another attempt follows at once. */
  | { readonly kind: 'failed' }
  /** The master continues, under another ID if one is given. */
  | { readonly kind: 'continued'; readonly replid: string | undefined }
  | { readonly kind: 'received'; readonly dump: Buffer };

const REFUSED = { kind: 'refused' } as const;
const FAILED = { kind: 'failed' } as const;
const NEWLINE = Buffer.from('\n');

export class SyncAttempt {
  /** Undefined once the other end has closed it. */
  connection: OutgoingConnection | undefined;
  transfer: Transfer | undefined = undefined;
  readonly handshake: Handshake;
  /** Of +FULLRESYNC. An offset of -1: the master is too old to have one. */
  announced = { replid: NO_REPLID, offset: -1 };
  /** When the master was last heard from. */
  lastIoAt: Micros;
  private readonly lines = new LineReader();
  private readonly host: ReplicationHost;
  /** What to ask for; undefined: everything. */
  private readonly request: PsyncRequest | undefined;

  constructor(host: ReplicationHost, master: MasterAddress, request: PsyncRequest | undefined) {
    this.host = host;
    this.request = request;
    this.lastIoAt = host.now;
    this.connection = host.connect(master.host, master.port, 'master');
    this.handshake = new Handshake(host, this.connection);
    host.log('notice', 'MASTER <-> REPLICA sync started');
  }

  connected(error: string | undefined): SyncOutcome {
    if (error !== undefined) {
      this.connection = undefined;
      this.host.log('warning', `Error condition on socket for SYNC: ${error}`);
      return REFUSED;
    }
    this.lastIoAt = this.host.now;
    this.handshake.connected();
    return undefined;
  }

  /** `chunk` is borrowed. */
  received(chunk: Buffer): SyncOutcome {
    this.lastIoAt = this.host.now;
    if (this.transfer?.whole) {
      this.transfer.following.push(Buffer.from(chunk));
      return undefined;
    }
    this.lines.feed(chunk);
    let outcome: SyncOutcome;
    if (this.transfer === undefined) outcome = this.readHandshake();
    if (this.transfer !== undefined) outcome = this.readTransfer(this.transfer);
    // After +CONTINUE the rest is the stream's: `takeUnread` returns it, within this event.
    if (outcome === undefined) this.lines.settle();
    return outcome;
  }

  /** The stream's bytes received behind +CONTINUE or the payload; those of this event are borrowed. */
  takeUnread(): readonly Buffer[] {
    return this.transfer?.following ?? [this.lines.take()];
  }

  /** The other end closed the connection, or it broke. */
  closed(): SyncOutcome {
    this.connection = undefined;
    const { host, transfer, handshake } = this;
    if (transfer === undefined) {
      host.log('warning', 'Failed to read response from the server: Success');
      host.log(
        'warning',
        handshake.state === 'receivePsyncReply'
          ? 'Master did not reply to PSYNC, will try later'
          : 'Master did not respond to command during SYNC handshake',
      );
      return REFUSED;
    }
    // While it stores and loads a dump, the process does not read: it notices the end afterwards.
    if (transfer.whole) return undefined;
    return this.fail(
      transfer.announced
        ? 'I/O error trying to sync with MASTER: connection lost'
        : 'I/O error reading bulk count from MASTER: Success',
    );
  }

  fileDone(token: Token, result: FileResult): SyncOutcome {
    const done = this.transfer!.fileDone(token, result);
    if (done === undefined) return undefined;
    return 'error' in done ? this.fail(done.error) : { kind: 'received', dump: done.dump };
  }

  loadFailed(error: string): SyncOutcome {
    this.transfer!.loading = false;
    this.host.log('warning', error);
    return this.fail(
      'Failed trying to load the MASTER synchronization DB from disk: Invalid argument',
    );
  }

  /** Once a second. */
  cron(): SyncOutcome {
    const { host, connection, transfer } = this;
    if (transfer?.whole) {
      // The master must not assume that this replica is dead while it stores and loads.
      if (connection !== undefined) {
        connection.feed(NEWLINE);
        host.touch(connection);
      }
      return undefined;
    }
    if (secondsBetween(this.lastIoAt, host.now) <= host.settings.replTimeout) return undefined;
    return this.fail(
      transfer === undefined
        ? 'Timeout connecting to the MASTER...'
        : "Timeout receiving bulk data from MASTER... If the problem persists try to set the 'repl-timeout' parameter in redis.conf to a larger value.",
    );
  }

  /** Gives up: drops the connection and what was received. */
  abandon(): void {
    if (this.transfer !== undefined) {
      if (this.transfer.loading) this.host.cancelLoading();
      this.transfer.abort();
    }
    if (this.connection !== undefined) this.host.disconnect(this.connection);
    this.connection = undefined;
  }

  private fail(line: string): SyncOutcome {
    this.host.log('warning', line);
    return FAILED;
  }

  private readHandshake(): SyncOutcome {
    for (;;) {
      const line = this.lines.line();
      if (line === undefined) return undefined;
      if (this.handshake.state !== 'receivePsyncReply') {
        if (!this.handshake.line(line, this.request)) return REFUSED;
        continue;
      }
      const outcome = this.psyncReplied(line);
      if (outcome !== undefined || this.transfer !== undefined) return outcome;
    }
  }

  private psyncReplied(line: string): SyncOutcome {
    const { host } = this;
    const reply = readPsyncReply(line);
    switch (reply.kind) {
      case 'wait':
        return undefined;
      case 'full':
        this.announced = { replid: reply.replid, offset: reply.offset };
        host.log('notice', `Full resync from master: ${reply.replid}:${reply.offset}`);
        break;
      case 'full-uncountable':
        host.log(
          'warning',
          `Master replied with an offset that no stream can have reached: ${line}`,
        );
        return REFUSED;
      case 'full-malformed':
        host.log('warning', 'Master replied with wrong +FULLRESYNC syntax.');
        break;
      case 'continue':
        if (this.request === undefined) {
          // The real one crashes here. There is nothing to continue: our data is of no history.
          host.log('warning', `Master continues though it was asked for everything: ${line}`);
          return REFUSED;
        }
        host.log('notice', 'Successful partial resynchronization with master.');
        return { kind: 'continued', replid: reply.replid };
      case 'later':
        host.log(
          'notice',
          `Master is currently unable to PSYNC but should be in the future: ${line}`,
        );
        return REFUSED;
      case 'unsupported':
        if (reply.error) {
          host.log('notice', `Master does not support PSYNC or is in error state (reply: ${line})`);
        } else {
          host.log('warning', `Unexpected reply to PSYNC from master: ${line}`);
        }
        this.handshake.requestOldSync();
    }
    this.transfer = new Transfer(host);
    return undefined;
  }

  private readTransfer(transfer: Transfer): SyncOutcome {
    while (!transfer.announced) {
      const line = this.lines.line();
      if (line === undefined) return undefined;
      const failure = transfer.announce(line);
      if (failure !== undefined) return this.fail(failure);
    }
    if (this.lines.length > 0) transfer.receive(this.lines.take(transfer.wanted));
    if (!transfer.whole) return undefined;
    if (this.lines.length > 0) transfer.following.push(Buffer.from(this.lines.take()));
    this.killOwnSave();
    transfer.store();
    return undefined;
  }

  /** A BGSAVE of the old data must not replace the file that is about to be renamed. */
  private killOwnSave(): void {
    const { saving } = this.host;
    if (saving.child === undefined) return;
    this.host.log(
      'notice',
      `Replica is about to load the RDB file received from the master, but there is a pending RDB child running. Killing process ${saving.child.pid} and removing its temp file to avoid any race`,
    );
    saving.killChild();
  }
}
registerState('SyncAttempt', SyncAttempt);
