/**
 * The log of a process in `server` mode.
 *
 * Invariant: lines are held back while a port is being opened, and are written once it listens, so that
 * "Ready to accept connections" is always true. They are dropped if it cannot listen.
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

  /** The two lines of the banner; programs that wait for the port look for ` PID: `. */
  portOpen(port: number): void {
    this.openings -= 1;
    if (this.openings > 0) return;
    writeOut(this.fd, `     Port: ${port}\n     PID: ${process.pid}\n${this.held.join('')}`);
    this.held = [];
  }

  /** The last line of a process that cannot start: written at once, after the held lines. */
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
