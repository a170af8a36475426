/**
 * The log of a process in `server` mode.
 *
 * Invariant: while a port is being opened nothing is written; what was said meanwhile comes out when
 * it listens, so that "Ready to accept connections" is never a lie, and never if it could not.
 */

import type { LogLevel, Micros } from '../engine/machine/machine.ts';
import { formatLogLine, isShown, writeOut } from './logLine.ts';

export class RealLog {
  private readonly fd: number;
  private readonly threshold: LogLevel;
  private openings = 0;
  private held: string[] = [];

  constructor(fd: number, threshold: LogLevel) {
    this.fd = fd;
    this.threshold = threshold;
  }

  write(at: Micros, level: LogLevel, role: string, line: string): void {
    if (!isShown(level, this.threshold)) return;
    const text = formatLogLine(process.pid, role, at, level, line);
    if (this.openings > 0) this.held.push(text);
    else writeOut(this.fd, text);
  }

  portOpening(): void {
    this.openings += 1;
  }

  /** The banner's two lines; whoever waits for the port looks for ` PID: `. */
  portOpen(port: number): void {
    this.openings -= 1;
    if (this.openings > 0) return;
    writeOut(this.fd, `     Port: ${port}\n     PID: ${process.pid}\n${this.held.join('')}`);
    this.held = [];
  }

  /** The last line of a process that cannot start: at once, with what is held. */
  fatal(at: Micros, line: string): void {
    this.openings = 0;
    writeOut(this.fd, this.held.join(''));
    this.held = [];
    this.write(at, 'warning', 'M', line);
  }

  portRefused(at: Micros, port: number, reason: string): void {
    this.openings = 0;
    this.held = [];
    const warning = `Warning: Could not create server TCP listening socket 127.0.0.1:${port}: bind: ${reason}`;
    this.write(at, 'warning', 'M', warning);
    this.write(at, 'warning', 'M', `Failed listening on port ${port} (TCP), aborting.`);
  }
}
