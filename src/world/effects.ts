/**
 * The Effects that a machine writes to: kept in the order of emission until its event ends, then
 * carried out by process.ts. One buffer serves the whole world. Log lines and notes change no state and
 * are written at once, so that those of a failing event can be read.
 */

import type {
  Child,
  ChildEffects,
  ConnId,
  Effects,
  FileOp,
  LogLevel,
  Micros,
  Token,
} from '../engine/machine/machine.ts';
import type { Note } from '../engine/machine/notes.ts';
import type { ChildProcess, WorldNode } from './node.ts';
import type { WorldState } from './state.ts';

export type Effect =
  | { readonly kind: 'close'; readonly conn: ConnId }
  | {
      readonly kind: 'connect';
      readonly conn: ConnId;
      readonly host: string;
      readonly port: number;
    }
  | { readonly kind: 'listen'; readonly port: number }
  | { readonly kind: 'file'; readonly token: Token; readonly op: FileOp }
  | { readonly kind: 'fork'; readonly pid: number; readonly child: Child }
  | { readonly kind: 'killChild'; readonly pid: number }
  | { readonly kind: 'busy'; readonly until: Micros }
  | { readonly kind: 'busyOn'; readonly token: Token }
  | { readonly kind: 'exit'; readonly code: number };

export class EffectsBuffer implements Effects, ChildEffects {
  /** Bytes to send (the hot case, with its connection in `conns`) or a rarer effect. */
  readonly items: (Buffer | Effect)[] = [];
  readonly conns: ConnId[] = [];
  cpuTaken = false;
  /** The process stays busy after the event: its output leaves when it is done. */
  holdsOutput = false;
  private readonly state: WorldState;
  private node!: WorldNode;
  private pid = 0;

  constructor(state: WorldState) {
    this.state = state;
  }

  /** To be called before an event, with the writer: the process itself or one of its children. */
  begin(node: WorldNode, child: ChildProcess | undefined): void {
    this.node = node;
    this.pid = child === undefined ? node.pid : child.pid;
    this.items.length = 0;
    this.conns.length = 0;
    this.cpuTaken = false;
    this.holdsOutput = false;
  }

  send(conn: ConnId, bytes: Buffer): void {
    if (bytes.length === 0) return;
    this.items.push(bytes);
    this.conns.push(conn);
  }

  private add(effect: Effect): void {
    this.items.push(effect);
    this.conns.push(0);
  }

  close(conn: ConnId): void {
    this.add({ kind: 'close', conn });
  }

  connect(host: string, port: number): ConnId {
    const conn = this.state.newConn();
    this.add({ kind: 'connect', conn, host, port });
    return conn;
  }

  listen(port: number): void {
    this.add({ kind: 'listen', port });
  }

  file(op: FileOp): Token {
    const token = this.node.nextToken;
    this.node.nextToken += 1;
    this.add({ kind: 'file', token, op });
    return token;
  }

  fork(make: (pid: number) => Child): Token {
    const pid = this.state.newPid();
    this.add({ kind: 'fork', pid, child: make(pid) });
    return pid;
  }

  killChild(child: Token): void {
    this.add({ kind: 'killChild', pid: child });
  }

  busy(until: Micros): void {
    this.cpuTaken = true;
    this.holdsOutput = true;
    this.add({ kind: 'busy', until });
  }

  busyOn(token: Token): void {
    this.cpuTaken = true;
    this.holdsOutput = true;
    this.add({ kind: 'busyOn', token });
  }

  log(level: LogLevel, role: string, line: string): void {
    const { node, state } = this;
    node.writeLog(state.trace.count, node.clock(state.now), this.pid, level, role, line);
  }

  note(note: Note): void {
    this.state.trace.addNote(this.state.now, this.node.name, note);
  }

  exit(code: number): void {
    this.cpuTaken = true;
    this.holdsOutput = false;
    this.add({ kind: 'exit', code });
  }
}
