/**
 * Hosts one machine in place of redis-server: real sockets, the real disk, the real clock, no world. This
 * is the hot path of `server` mode: a chunk costs one `receive`, one `run` and one `socket.write`, and no
 * other allocation.
 *
 * All readable sockets are read before any reply is written, as redis-server writes in its beforeSleep.
 * A client that is woken by its reply then finds other replies to read, so neither side sleeps between
 * two requests: one wake-up costs as much as executing ten commands.
 *
 * Invariants: an event (one input method, then `run`) never begins inside another. Inputs that arrive
 * while the process is `busy` wait and are delivered in order. Before them its held output is sent, and
 * before that the remaining commands are executed.
 */

import { randomFillSync } from 'node:crypto';
import * as net from 'node:net';
import {
  type Child,
  type ChildResult,
  type ConnId,
  type Effects,
  type FileOp,
  type FileResult,
  type LogLevel,
  type Machine,
  type Micros,
  NEVER,
  NO_COSTS,
  type Token,
} from '../engine/machine/machine.ts';
import type { Seed } from '../engine/machine/random.ts';
import { DirectoryFiles, FileReadError } from './directoryFiles.ts';
import { endInOrder } from './endInOrder.ts';
import { errnoCode, errnoText } from './errno.ts';
import { Outbox } from './output.ts';
import { RealChildren } from './realChildren.ts';
import { RealClock } from './realClock.ts';
import { peerOf, RealConnection } from './realConnection.ts';
import { RealDisk } from './realDisk.ts';
import { RealLog } from './realLog.ts';
import type { OnBytes, SocketReads } from './socketReads.ts';

/** The most commands of an event, after which sockets are read again. */
const RUN_BUDGET = 10_000;
/** The longest timer: later deadlines take several, because the clock may jump. */
const TIMER_MS_MAX = 1_000;
const LISTEN_HOST = '127.0.0.1';

interface RealHostOptions {
  readonly machine: Machine;
  readonly reads: SocketReads;
  readonly name: string;
  /** The process's directory. */
  readonly directory: string;
  /** The name of the configuration file, relative to `directory` or absolute. */
  readonly configFile: string | undefined;
  readonly directives: readonly (readonly string[])[];
  readonly logLevel: LogLevel;
  /** The file descriptor of the log. */
  readonly logFd: number;
  /** Ends the process. */
  readonly exit: (code: number) => void;
}

export class RealHost implements Effects {
  readonly disk: RealDisk;
  private readonly machine: Machine;
  private readonly options: RealHostOptions;
  private readonly clock = new RealClock();
  private readonly logFile: RealLog;
  private readonly children: RealChildren;
  private readonly connections = new Map<ConnId, RealConnection>();
  /** Written at the end of this turn of Node's event loop. */
  private readonly outbox = new Outbox<RealConnection>();
  private nextConn: ConnId = 1;
  private nextToken: Token = 1;
  private timer: NodeJS.Timeout | undefined = undefined;
  private timerAt: Micros = NEVER;
  private runQueued = false;
  private busyUntil: Micros = 0;
  private busyToken: Token | undefined = undefined;
  /** Whether the operation of `busyOn` has completed while the process still sleeps. */
  private awaited: { readonly token: Token; readonly result: FileResult } | undefined = undefined;
  cpuTaken = false;
  /** Inputs that arrived while the process was busy. */
  private deferred: (() => void)[] = [];
  /** Output since the process became busy: a sleeping process does not write to its sockets. */
  private held: { readonly conn: ConnId; readonly bytes: Buffer | undefined }[] = [];
  private exitCode: number | undefined = undefined;

  constructor(options: RealHostOptions) {
    this.options = options;
    this.machine = options.machine;
    this.disk = new RealDisk(options.directory);
    this.logFile = new RealLog(options.logFd, options.logLevel);
    this.children = new RealChildren({
      disk: this.disk,
      now: () => this.clock.now(),
      token: () => this.takeToken(),
      log: (level, role, line) => this.log(level, role, line),
      childDone: (child, result) => this.childDone(child, result),
    });
  }

  start(): void {
    const { name, configFile, directives, directory } = this.options;
    const facts = {
      name,
      pid: process.pid,
      seed: realSeed(),
      identitySeed: realSeed(),
      configFile,
      directives,
      costs: NO_COSTS,
    };
    const now = this.clock.now();
    try {
      this.machine.start(now, facts, new DirectoryFiles(directory), this);
    } catch (error) {
      if (!(error instanceof FileReadError)) throw error;
      // The configuration was read before, so this is the dump.
      const line = `Fatal error loading the DB: ${error.message}. Exiting.`;
      this.logFile.fatal(this.clock.now(), line);
      this.options.exit(1);
      return;
    }
    this.finish(now);
  }

  /** Delivers a signal such as SIGTERM; it waits while the process is busy. */
  signal(name: string): void {
    if (this.isBusy) {
      this.deferred.push(() => this.signal(name));
      return;
    }
    const now = this.clock.now();
    this.machine.signal(now, name, this);
    this.finish(now);
  }

  // Inputs.

  private get isHolding(): boolean {
    return this.busyUntil !== 0 || this.busyToken !== undefined;
  }

  private get isBusy(): boolean {
    return this.isHolding || this.exitCode !== undefined;
  }

  private accept(socket: net.Socket): void {
    if (this.isBusy) {
      this.deferred.push(() => this.accept(socket));
      socket.pause();
      return;
    }
    if (socket.destroyed) return;
    const connection = this.adopt((onBytes) => this.options.reads.accept(socket, onBytes));
    const now = this.clock.now();
    this.machine.accepted(now, connection.id, peerOf(connection.socket), this);
    this.finish(now);
    connection.socket.resume();
  }

  /** `chunk` is borrowed. */
  private receive(connection: RealConnection, chunk: Buffer): void {
    if (this.isBusy) {
      connection.socket.pause(); // The kernel buffers the rest, as for a busy process.
      const kept = Buffer.from(chunk);
      this.deferred.push(() => {
        connection.socket.resume();
        this.receive(connection, kept);
      });
      return;
    }
    const now = this.clock.now();
    this.machine.receive(now, connection.id, chunk, this);
    this.finish(now);
  }

  private ended(connection: RealConnection): void {
    if (this.isBusy) {
      this.deferred.push(() => this.ended(connection));
      return;
    }
    if (!this.connections.delete(connection.id)) return;
    const now = this.clock.now();
    this.machine.closed(now, connection.id, connection.reason, this);
    this.finish(now);
    // The peer may have closed only its side, so earlier output is still sent.
    connection.output.write();
    endInOrder(connection.socket);
  }

  private established(connection: RealConnection, error: Error | undefined): void {
    if (this.isBusy) {
      this.deferred.push(() => this.established(connection, error));
      return;
    }
    if (!this.connections.has(connection.id)) return;
    const now = this.clock.now();
    if (error === undefined) {
      this.machine.connected(now, connection.id, peerOf(connection.socket), undefined, this);
    } else {
      this.connections.delete(connection.id);
      this.machine.connected(now, connection.id, undefined, errnoText(error), this);
    }
    this.finish(now);
  }

  private fileDone(token: Token, result: FileResult): void {
    if (this.busyToken === token) {
      this.busyToken = undefined;
      this.awaited = { token, result };
      this.goOn();
      return;
    }
    if (this.isBusy) {
      this.deferred.push(() => this.fileDone(token, result));
      return;
    }
    const now = this.clock.now();
    this.machine.fileDone(now, token, result, this);
    this.finish(now);
  }

  private childDone(child: Token, result: ChildResult): void {
    if (this.isBusy) {
      this.deferred.push(() => this.childDone(child, result));
      return;
    }
    const now = this.clock.now();
    this.machine.childDone(now, child, result, this);
    this.finish(now);
  }

  private drained(connection: RealConnection): void {
    if (this.isBusy) {
      this.deferred.push(() => this.drained(connection));
      return;
    }
    if (!this.connections.has(connection.id)) return;
    const bytes = connection.output.take();
    if (bytes <= 0) return;
    const now = this.clock.now();
    this.machine.drained(now, connection.id, bytes, this);
    this.finish(now);
  }

  private timeout(): void {
    this.timer = undefined;
    this.timerAt = NEVER;
    this.clock.correct();
    const now = this.clock.now();
    if (this.busyUntil !== 0) {
      if (now < this.busyUntil) this.arm(this.busyUntil);
      else {
        this.busyUntil = 0;
        this.goOn();
      }
      return;
    }
    if (this.isBusy) return;
    if (this.machine.nextDeadline() <= now) this.machine.tick(now, this);
    this.finish(now);
  }

  /** Ends an event: executes commands, reports sent output, sets the timer. */
  private finish(now: Micros): void {
    if (this.machine.run(now, RUN_BUDGET, this)) this.queueRun();
    this.cpuTaken = false;
    if (this.exitCode !== undefined) {
      this.leave(this.exitCode);
      return;
    }
    if (this.busyUntil === 0) this.arm(this.machine.nextDeadline());
  }

  private queueRun(): void {
    if (this.runQueued) return;
    this.runQueued = true;
    setImmediate(() => {
      this.runQueued = false;
      // A busy process continues when it is done.
      if (!this.isBusy) this.finish(this.clock.now());
    });
  }

  /**
   * The CPU may be free again: first the awaited completion, then its commands, then waiting
   * inputs.
   */
  private goOn(): void {
    if (this.isBusy) return;
    const now = this.clock.now();
    const { awaited } = this;
    this.awaited = undefined;
    if (awaited !== undefined) this.machine.fileDone(now, awaited.token, awaited.result, this);
    // The work may continue to use the CPU: SAVE consists of several file operations.
    if (!this.isHolding) this.releaseHeld();
    this.finish(now);
    this.catchUp();
  }

  private releaseHeld(): void {
    const held = this.held;
    this.held = [];
    for (const { conn, bytes } of held) {
      if (bytes === undefined) this.close(conn);
      else this.send(conn, bytes);
    }
  }

  /** Delivers the waiting inputs; one of them may make the process busy again. */
  private catchUp(): void {
    while (this.deferred.length > 0 && !this.isBusy) {
      const waiting = this.deferred;
      this.deferred = [];
      // Inputs that find the process busy are queued again, in order.
      for (const input of waiting) input();
    }
    if (!this.isBusy) this.arm(this.machine.nextDeadline());
  }

  /** Only an earlier deadline moves the timer: a superfluous tick costs less than a timer per event. */
  private arm(deadline: Micros): void {
    if (deadline >= this.timerAt) return;
    const ms = Math.ceil((deadline - this.clock.now()) / 1000);
    if (this.timer !== undefined) clearTimeout(this.timer);
    this.timerAt = deadline;
    this.timer = setTimeout(() => this.timeout(), Math.min(Math.max(ms, 0), TIMER_MS_MAX));
  }

  private leave(code: number): void {
    if (this.timer !== undefined) clearTimeout(this.timer);
    this.writeOut();
    this.disk.settle(() => this.options.exit(code));
  }

  /** Assigns an id to a socket and listens to it; `failed` is called for a failed connect. */
  private adopt(
    open: (onBytes: OnBytes) => net.Socket,
    failed?: (error: Error) => void,
  ): RealConnection {
    const socket = open((chunk) => this.receive(connection, chunk));
    const connection = new RealConnection(this.nextConn, socket);
    this.nextConn += 1;
    this.connections.set(connection.id, connection);
    socket.on('drain', () => this.drained(connection));
    socket.on('end', () => this.ended(connection));
    socket.on('error', (error) => {
      connection.reason = errnoCode(error) === 'ETIMEDOUT' ? 'timeout' : 'reset';
      failed?.(error);
    });
    socket.on('close', () => this.ended(connection));
    return connection;
  }

  private takeToken(): Token {
    const token = this.nextToken;
    this.nextToken += 1;
    return token;
  }

  // Effects.

  send(conn: ConnId, bytes: Buffer): void {
    if (this.isHolding) {
      this.held.push({ conn, bytes });
      return;
    }
    const connection = this.connections.get(conn);
    if (connection === undefined) return;
    if (this.outbox.hold(connection, bytes)) setImmediate(() => this.writeOut());
  }

  private writeOut(): void {
    this.outbox.writeOut((connection) => this.drained(connection));
  }

  close(conn: ConnId): void {
    if (this.isHolding) {
      this.held.push({ conn, bytes: undefined });
      return;
    }
    const connection = this.connections.get(conn);
    if (connection === undefined) return;
    this.connections.delete(conn);
    connection.output.write();
    endInOrder(connection.socket);
  }

  connect(host: string, port: number): ConnId {
    const options = { host, port, noDelay: true, allowHalfOpen: true };
    let isOpen = false;
    const connection = this.adopt(
      (onBytes) => this.options.reads.connect(options, onBytes),
      (error) => {
        if (!isOpen) this.established(connection, error);
      },
    );
    connection.socket.on('connect', () => {
      isOpen = true;
      this.established(connection, undefined);
    });
    return connection.id;
  }

  listen(port: number): void {
    this.logFile.portOpening();
    const server = net.createServer(
      { noDelay: true, pauseOnConnect: true, allowHalfOpen: true },
      (socket) => this.accept(socket),
    );
    server.on('error', (error) => {
      this.logFile.portRefused(this.clock.now(), port, errnoText(error));
      this.options.exit(1);
    });
    server.listen({ port, host: LISTEN_HOST, backlog: 511 }, () => this.logFile.portOpen(port));
  }

  file(op: FileOp): Token {
    const token = this.takeToken();
    this.disk.perform(op, (result) => this.fileDone(token, result));
    return token;
  }

  fork(make: (pid: number) => Child): Token {
    return this.children.start(make);
  }

  killChild(child: Token): void {
    this.children.kill(child);
  }

  busy(until: Micros): void {
    this.cpuTaken = true;
    this.busyUntil = Math.max(this.busyUntil, until);
    this.timerAt = NEVER;
    this.arm(this.busyUntil);
  }

  busyOn(token: Token): void {
    this.cpuTaken = true;
    this.busyToken = token;
  }

  log(level: LogLevel, role: string, line: string): void {
    this.logFile.write(this.clock.now(), level, role, line);
  }

  /** Notes are for the observers of a world, which there are none of here. */
  note(): void {}

  exit(code: number): void {
    this.cpuTaken = true;
    this.exitCode = code;
  }
}

function realSeed(): Seed {
  return [...randomFillSync(new Uint32Array(4))] as unknown as Seed;
}
