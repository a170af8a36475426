/**
 * One node: a process, its machine, and what its host keeps for it.
 *
 * Invariant: events carry the `life` they belong to; what is left of an earlier life when a node is
 * started again reaches nobody.
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

/** Lines a node's log keeps. */
const LOG_LINES_MAX = 1_000;
/** File tokens start above every pid, so that no machine can mistake one for the other. */
const FIRST_FILE_TOKEN = 10_000_000;

export const LOOPBACK = '127.0.0.1';

/** What a node was added with, without its initial files. */
type NodeSetup = Omit<AddNode, 'files'>;

/** A line of a log; immutable, so copies of the world share it. */
class LogRecord implements LogLine {
  readonly id: number;
  readonly at: Micros;
  readonly pid: number;
  readonly level: LogLevel;
  readonly role: string;
  readonly line: string;

  constructor(id: number, at: Micros, pid: number, level: LogLevel, role: string, line: string) {
    this.id = id;
    this.at = at;
    this.pid = pid;
    this.level = level;
    this.role = role;
    this.line = line;
  }
}
registerShared(LogRecord);

/** Bytes to send, or (without bytes) a connection to close. */
interface HeldOutput {
  readonly conn: ConnId;
  readonly bytes: Buffer | undefined;
}

export class ChildProcess {
  /** Also its token. */
  readonly pid: number;
  readonly child: Child;
  /** A slice is in the event queue. */
  sliceQueued = false;

  constructor(pid: number, child: Child) {
    this.pid = pid;
    this.child = child;
  }
}
registerState(ChildProcess);

export class WorldNode {
  readonly name: string;
  /** Index in the world's list of places. */
  readonly place: number;
  readonly setup: NodeSetup;
  /** The first node of this name, the second …: a removed one's name may be given again. */
  readonly creation: number;
  readonly disk: VirtualDisk;
  machine: Machine;
  state: NodeState = 'running';
  /** False from a power loss to the next start: nothing answers, not even a kernel. */
  powered = true;
  /** Processes it has had. */
  life = 0;
  pid = 0;
  startedAt: Micros = 0;
  exitCode: number | undefined = undefined;
  restartOnExit = false;
  clockOffset: Micros = 0;

  readonly ports: Set<number> = new Set();
  /** Of a node without power: the ports at which connects are swallowed. */
  readonly listening: Set<number> = new Set();
  readonly ends: Map<ConnId, End> = new Map();
  readonly children: Map<Token, ChildProcess> = new Map();
  nextToken: Token = FIRST_FILE_TOKEN;

  /** World time until which the CPU is taken. */
  busyUntil: Micros = 0;
  busyOn: Token | undefined = undefined;
  /** Sent in an event that took the CPU: it leaves when the process is done, as a process writes its replies when its loop comes round. */
  held: HeldOutput[] = [];
  /** What has arrived and waits for the process. */
  readonly inbox: Fifo<Event> = new Fifo();
  /** World time of the earliest wake in the event queue; NEVER: none. */
  wakeAt: Micros = NEVER;
  runQueued = false;
  /** The machine's nextDeadline() after its last event, in its own clock. */
  deadline: Micros = NEVER;
  /** World time of the one valid tick in the event queue; NEVER: none. */
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

  /** Whether the process would take an input at this instant. */
  isReady(now: Micros): boolean {
    return this.state === 'running' && this.busyUntil <= now && this.busyOn === undefined;
  }

  /** The node's clock. */
  clock(now: Micros): Micros {
    return now + this.clockOffset;
  }

  writeLog(at: Micros, pid: number, level: LogLevel, role: string, line: string): void {
    this.logCount += 1;
    this.log.push(new LogRecord(this.logCount, at, pid, level, role, line));
    if (this.log.length > LOG_LINES_MAX) this.log.shift();
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
registerState(WorldNode);
