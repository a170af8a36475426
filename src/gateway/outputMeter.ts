/**
 * Measures how many written bytes of a socket the kernel has taken, so that they are reported in large
 * amounts: small replies cause no report.
 */

import type { Socket } from 'node:net';
import { SEND_WINDOW_BYTES } from '../engine/machine/machine.ts';

const LUMP_BYTES_MIN = SEND_WINDOW_BYTES / 4;

export class OutputMeter {
  private readonly socket: Socket;
  private sent = 0;
  private reported = 0;

  constructor(socket: Socket) {
    this.socket = socket;
  }

  write(bytes: Buffer): void {
    this.sent += bytes.length;
    this.socket.write(bytes);
  }

  get isDue(): boolean {
    return this.unreported >= LUMP_BYTES_MIN;
  }

  /** Bytes taken since the last call. */
  take(): number {
    const bytes = this.unreported;
    this.reported += bytes;
    return bytes;
  }

  private get unreported(): number {
    return this.sent - this.reported - this.socket.writableLength;
  }
}
