/**
 * One node: a process, its machine, and the state that its host keeps for it.
 *
 * Invariant: an event carries the `life` that it belongs to. After a restart, the remaining events of an
 * earlier life have no effect.
 */

import type { Child, ConnId, LogLevel, Machine, Micros, Token } from '../engine/machine/machine.ts';
import { NEVER } from '../engine/machine/machine.ts';
import { registerShared, registerState } from '../engine/machine/state.ts';
import type { End } from './connection.ts';
import type { VirtualDisk } from './disk.ts';
import type { Event } from './event.ts';
import { Fifo } from './fifo.ts';
import type { AddNode } from './input.ts';
import type { LogLine, NodeState } from './views.ts';

/** The number of lines that a node's log keeps. */
const LOG_LINES_MAX = 1_000;
/** File tokens begin above every pid, so that a machine cannot confuse the two. */
const FIRST_FILE_TOKEN = 10_000_000;

export const LOOPBACK = '127.0.0.1';

/** The options with which a node was added, without its initial files. */
type NodeSetup = Omit<AddNode, 'files'>;

/** A line of a log; immutable, so that copies of the world share it. */
class LogRecord implements LogLine {
  readonly id: number;
  readonly seq: number;
  readonly at: Micros;
  readonly pid: number;
  readonly level: LogLevel;
  readonly role: string;
  readonly line: string;

  constructor(
    id: number,
    seq: number,
    at: Micros,
    pid: number,
    level: LogLevel,
    role: string,
    line: string,
  ) {
    this.id = id;
    this.seq = seq;
    this.at = at;
    this.pid = pid;
    this.level = level;
    this.role = role;
    this.line = line;
  }
}
registerShared('LogRecord', LogRecord);

/** Bytes to send, or (without bytes) a connection to close. */
interface HeldOutput {
  readonly conn: ConnId;
  readonly bytes: Buffer | undefined;
}

export class ChildProcess {
  /** The process ID, which is also the child's token. */
  readonly pid: number;
  readonly child: Child;
  /** A slice is in the event queue. */
  sliceQueued = false;

  constructor(pid: number, child: Child) {
    this.pid = pid;
    this.child = child;
  }
}
registerState('ChildProcess', ChildProcess);

export class WorldNode {
  readonly name: string;
  /** Index in the world's list of places. */
  readonly place: number;
  readonly setup: NodeSetup;
  /** The number of the node among those of its name: a removed node's name may be reused. */
  readonly creation: number;
  readonly disk: VirtualDisk;
  machine: Machine;
  state: NodeState = 'running';
  /** False from a power loss to the next start: not even the kernel answers. */
  powered = true;
  /** The number of processes it has had. */
  life = 0;
  pid = 0;
  startedAt: Micros = 0;
  exitCode: number | undefined = undefined;
  restartOnExit = false;
  clockOffset: Micros = 0;

  readonly ports: Set<number> = new Set();
  /** Of a node without power: the ports that swallow connects. */
  readonly listening: Set<number> = new Set();
  readonly ends: Map<ConnId, End> = new Map();
  readonly children: Map<Token, ChildProcess> = new Map();
  nextToken: Token = FIRST_FILE_TOKEN;

  /** World time until which the CPU is taken. */
  busyUntil: Micros = 0;
  busyOn: Token | undefined = undefined;
  /**
   * Output of an event that took the CPU. It leaves when the process is done and its loop writes
   * replies.
   */
  held: HeldOutput[] = [];
  /** Inputs that have arrived and wait for the process. */
  readonly inbox: Fifo<Event> = new Fifo();
  /** World time of the earliest wake in the event queue; NEVER if there is none. */
  wakeAt: Micros = NEVER;
  runQueued = false;
  /** The machine's nextDeadline() after its last event, in its own clock. */
  deadline: Micros = NEVER;
  /** World time of the one valid tick in the event queue; NEVER if there is none. */
  tickAt: Micros = NEVER;

  private readonly log: Fifo<LogLine> = new Fifo();
  private logCount = 0;

  constructor(
    place: number,
    setup: NodeSetup,
    creation: number,
    disk: VirtualDisk,
    machine: Machine,
  ) {
    this.name = setup.name;
    this.place = place;
    this.setup = setup;
    this.creation = creation;
    this.disk = disk;
    this.machine = machine;
    for (const port of setup.ports ?? []) this.ports.add(port);
  }

  get isAlive(): boolean {
    return this.state === 'running' || this.state === 'frozen';
  }

  /** Whether the process can receive an input at this instant. */
  isReady(now: Micros): boolean {
    return this.state === 'running' && this.busyUntil <= now && this.busyOn === undefined;
  }

  /** The node's clock. */
  clock(now: Micros): Micros {
    return now + this.clockOffset;
  }

  /** Adds a line that event `seq` has written, at `at` of the node's clock. */
  writeLog(
    seq: number,
    at: Micros,
    pid: number,
    level: LogLevel,
    role: string,
    line: string,
  ): void {
    this.logCount += 1;
    this.log.push(new LogRecord(this.logCount, seq, at, pid, level, role, line));
    if (this.log.length > LOG_LINES_MAX) this.log.shift();
  }

  /** Replaces the texts of its log. */
  rewriteLog(rewrite: (line: string) => string): void {
    for (let left = this.log.length; left > 0; left -= 1) {
      const { id, seq, at, pid, level, role, line } = this.log.shift()!;
      this.log.push(new LogRecord(id, seq, at, pid, level, role, rewrite(line)));
    }
  }

  /** Lines with an id above `after`. */
  logSince(after: number): LogLine[] {
    const firstId = this.logCount - this.log.length + 1;
    const lines: LogLine[] = [];
    for (let i = Math.max(0, after + 1 - firstId); i < this.log.length; i += 1) {
      lines.push(this.log.at(i)!);
    }
    return lines;
  }
}
registerState('WorldNode', WorldNode);
