/**
 * The output of sockets: held until it is written together, and measured until the kernel has taken it.
 *
 * Many replies are written together, because a client that is woken by its reply then finds others to
 * read: one wake-up costs as much as executing ten commands. What the kernel has taken is reported in
 * large amounts, so that small replies cause no report.
 */

import type { Socket } from 'node:net';
import { SEND_WINDOW_BYTES } from '../engine/machine/machine.ts';

const LUMP_BYTES_MIN = SEND_WINDOW_BYTES / 4;

export class Output {
  private readonly socket: Socket;
  private held: Buffer[] = [];
  private sent = 0;
  private reported = 0;

  constructor(socket: Socket) {
    this.socket = socket;
  }

  /** Keeps bytes for the next `write`; true when they are the first. */
  hold(bytes: Buffer): boolean {
    return this.held.push(bytes) === 1;
  }

  /** Writes what was held, as one packet if it fits one. */
  write(): void {
    const { held, socket } = this;
    if (held.length === 0) return;
    if (held.length > 1) socket.cork();
    for (const bytes of held) {
      this.sent += bytes.length;
      socket.write(bytes);
    }
    if (held.length > 1) socket.uncork();
    held.length = 0;
  }

  /** Whether enough was taken since the last `take` for a report. */
  get isDue(): boolean {
    return this.unreported >= LUMP_BYTES_MIN;
  }

  /** Bytes that the kernel has taken since the last call. */
  take(): number {
    const bytes = this.unreported;
    this.reported += bytes;
    return bytes;
  }

  private get unreported(): number {
    return this.sent - this.reported - this.socket.writableLength;
  }
}

/** Connections with output to write. */
export class Outbox<Connection extends { readonly output: Output }> {
  private waiting: Connection[] = [];

  /** Keeps bytes for the next `writeOut`; true when they are the first of all. */
  hold(connection: Connection, bytes: Buffer): boolean {
    return connection.output.hold(bytes) && this.waiting.push(connection) === 1;
  }

  /** Writes what is held; `report` is called for connections of which enough was taken. */
  writeOut(report: (connection: Connection) => void): void {
    const { waiting } = this;
    this.waiting = [];
    for (const connection of waiting) {
      connection.output.write();
      if (connection.output.isDue) report(connection);
    }
  }
}
