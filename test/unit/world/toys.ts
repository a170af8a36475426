/**
 * Small machines for the world's tests. A ToyServer obeys lines (`ECHO x`, `BUSY 500`); a ToyClient
 * talks to a server at random; a ToyTicker only ticks.
 */

import { InvariantError } from '../../../src/engine/machine/errors.ts';
import {
  type Child,
  type ChildEffects,
  type ChildResult,
  type ConnId,
  type Effects,
  type Facts,
  type FileResult,
  type Files,
  type Instruction,
  type Machine,
  type Micros,
  NEVER,
  type Peer,
  SEND_WINDOW_BYTES,
  type Token,
} from '../../../src/engine/machine/machine.ts';
import type { Note } from '../../../src/engine/machine/notes.ts';
import { Random } from '../../../src/engine/machine/random.ts';
import { registerState } from '../../../src/engine/machine/state.ts';
import { registerMachine } from '../../../src/world/registry.ts';

/** A machine that does nothing, for others to extend. */
export class Toy implements Machine {
  facts: Facts | undefined;

  start(_now: Micros, facts: Facts, _files: Files, _out: Effects): void {
    this.facts = facts;
  }
  accepted(_now: Micros, _conn: ConnId, _peer: Peer, _out: Effects): void {}
  connected(
    _now: Micros,
    _conn: ConnId,
    _peer: Peer | undefined,
    _error: string | undefined,
    _out: Effects,
  ): void {}
  receive(_now: Micros, _conn: ConnId, _chunk: Buffer, _out: Effects): void {}
  drained(_now: Micros, _conn: ConnId, _bytes: number, _out: Effects): void {}
  closed(_now: Micros, _conn: ConnId, _reason: 'eof' | 'reset' | 'timeout', _out: Effects): void {}
  fileDone(_now: Micros, _token: Token, _result: FileResult, _out: Effects): void {}
  childDone(_now: Micros, _child: Token, _result: ChildResult, _out: Effects): void {}
  signal(_now: Micros, _name: string, out: Effects): void {
    out.exit(0);
  }
  tick(_now: Micros, _out: Effects): void {}
  run(_now: Micros, _budget: number, _out: Effects): boolean {
    return false;
  }
  nextDeadline(): Micros {
    return NEVER;
  }

  option(name: string): string {
    return this.facts!.directives.find((words) => words[0] === name)?.[1] ?? '';
  }
}

/** A connection's lines and what it still has to send. */
class ToyConn {
  readonly id: ConnId;
  input = '';
  room = SEND_WINDOW_BYTES;
  backlog = 0;

  constructor(id: ConnId) {
    this.id = id;
  }
}
registerState('ToyConn', ToyConn);

class ToyChild implements Child {
  readonly title = 'toy-child';
  left: number;
  waitsFor: Token = 0;

  constructor(slices: number) {
    this.left = slices;
  }

  slice(_now: Micros, bytesMax: number, out: ChildEffects): boolean {
    if (this.left > 0) {
      this.left -= 1;
      out.file({ kind: 'append', path: 'child.out', bytes: Buffer.alloc(bytesMax, 120) });
      return true;
    }
    if (this.waitsFor === 0) {
      this.waitsFor = out.file({ kind: 'fsync', path: 'child.out' });
      out.log('notice', 'C', 'child written');
    }
    return false;
  }

  fileDone(_now: Micros, token: Token, _result: FileResult, out: ChildEffects): void {
    if (token === this.waitsFor) out.exit(0);
  }
}
registerState('ToyChild', ToyChild);

/** Obeys lines, one command a line, `budget` of them an event. What it saw is in `seen`. */
export class ToyServer extends Toy {
  readonly conns = new Map<ConnId, ToyConn>();
  readonly queue: { conn: ConnId; line: string }[] = [];
  readonly seen: string[] = [];
  readonly files = new Map<string, string>();

  override start(now: Micros, facts: Facts, files: Files, out: Effects): void {
    super.start(now, facts, files, out);
    for (const [path, bytes] of files) this.files.set(path, bytes.latin1Slice());
    if (this.option('port') !== '') out.listen(Number(this.option('port')));
    out.log('notice', 'M', `started life with seed ${facts.seed[0]}`);
  }
  override accepted(now: Micros, conn: ConnId, peer: Peer): void {
    this.conns.set(conn, new ToyConn(conn));
    this.see(now, `accepted ${peer.laddr}`);
  }
  override connected(
    now: Micros,
    conn: ConnId,
    peer: Peer | undefined,
    error: string | undefined,
  ): void {
    this.see(now, `connected ${conn} ${error ?? peer!.addr}`);
    if (error === undefined) this.conns.set(conn, new ToyConn(conn));
  }
  override receive(_now: Micros, id: ConnId, chunk: Buffer): void {
    const conn = this.conns.get(id)!;
    const lines = (conn.input + chunk.latin1Slice()).split('\n');
    conn.input = lines.pop()!;
    for (const line of lines) this.queue.push({ conn: id, line });
  }
  override drained(_now: Micros, id: ConnId, bytes: number, out: Effects): void {
    const conn = this.conns.get(id)!;
    conn.room += bytes;
    this.flush(conn, out);
  }
  override closed(now: Micros, conn: ConnId, reason: string): void {
    this.conns.delete(conn);
    this.see(now, `closed ${reason}`);
  }
  override fileDone(now: Micros, _token: Token, result: FileResult): void {
    const outcome = result.ok ? (result.bytes?.latin1Slice() ?? 'ok') : result.error;
    this.see(now, `file ${outcome}`);
  }
  override childDone(now: Micros, _child: Token, result: ChildResult): void {
    this.see(now, `child ${result.signal ?? result.code}`);
  }
  override run(now: Micros, budget: number, out: Effects): boolean {
    let left = budget;
    for (; left > 0 && this.queue.length > 0 && !out.cpuTaken; left -= 1) {
      const { conn, line } = this.queue.shift()!;
      if (this.obey(now, conn, line, out) === 'cpu') return true;
    }
    return this.queue.length > 0;
  }

  private obey(now: Micros, id: ConnId, line: string, out: Effects): 'cpu' | undefined {
    const [verb, a, b] = line.split(' ');
    const conn = this.conns.get(id);
    switch (verb) {
      case 'ECHO':
        out.send(id, Buffer.from(`${a}\n`));
        if (conn !== undefined) conn.room -= a!.length + 1;
        break;
      case 'FLOOD':
        conn!.backlog += Number(a);
        this.flush(conn!, out);
        break;
      case 'BUSY':
        out.busy(now + Number(a));
        return 'cpu';
      case 'APPEND':
        out.file({ kind: 'append', path: a!, bytes: Buffer.from(b!) });
        break;
      case 'FSYNC':
        out.file({ kind: 'fsync', path: a! });
        break;
      case 'SAFE': // Answers after the fsync has completed.
        out.file({ kind: 'append', path: a!, bytes: Buffer.from(b!) });
        out.busyOn(out.file({ kind: 'fsync', path: a! }));
        this.queue.unshift({ conn: id, line: 'ECHO safe' });
        return 'cpu';
      case 'READ':
        out.file({ kind: 'read', path: a! });
        break;
      case 'FORK':
        this.see(now, `fork ${out.fork(() => new ToyChild(Number(a)))}`);
        break;
      case 'KILL':
        out.killChild(Number(a));
        break;
      case 'CONNECT':
        out.connect(a!, Number(b));
        break;
      case 'TELL': // To every connection.
        for (const other of this.conns.keys()) out.send(other, Buffer.from(`${a}\n`));
        break;
      case 'CLOSE':
        out.close(id);
        this.conns.delete(id);
        break;
      case 'NOTE':
        out.note({ kind: 'toy', text: a! } as unknown as Note);
        break;
      case 'THROW':
        throw new InvariantError('told to throw');
      default:
        this.see(now, line);
    }
    return undefined;
  }

  private flush(conn: ToyConn, out: Effects): void {
    const count = Math.min(conn.room, conn.backlog);
    if (count === 0) return;
    conn.room -= count;
    conn.backlog -= count;
    out.send(conn.id, Buffer.alloc(count, 46));
  }

  private see(now: Micros, what: string): void {
    this.seen.push(`${now % 1_000_000_000} ${what}`);
  }
}
registerState('ToyServer', ToyServer);
registerMachine('server', () => new ToyServer());

/** Sends lines to the server at `to` at random times, reconnects, closes now and then. */
class ToyClient extends Toy {
  random: Random | undefined;
  conn: ConnId = 0;
  isOpen = false;
  sent = 0;
  received = 0;
  deadline: Micros = NEVER;

  override start(now: Micros, facts: Facts, files: Files, out: Effects): void {
    super.start(now, facts, files, out);
    this.random = new Random(facts.seed);
    this.deadline = now + 1_000;
  }
  override connected(
    now: Micros,
    _conn: ConnId,
    _peer: Peer | undefined,
    error: string | undefined,
  ): void {
    this.isOpen = error === undefined;
    if (error !== undefined) this.conn = 0;
    this.deadline = now + 100;
  }
  override receive(_now: Micros, _conn: ConnId, chunk: Buffer): void {
    this.received += chunk.length;
  }
  override closed(now: Micros): void {
    this.conn = 0;
    this.isOpen = false;
    this.deadline = now + 500;
  }
  override tick(now: Micros, out: Effects): void {
    const random = this.random!;
    this.deadline = now + 100 + random.below(2_000);
    if (this.conn === 0) {
      this.conn = out.connect('127.0.0.1', Number(this.option('to')));
    } else if (this.isOpen && random.chance(0.02)) {
      out.close(this.conn);
      this.conn = 0;
      this.isOpen = false;
    } else if (this.isOpen && this.sent < this.received + 10_000) {
      const line = Buffer.from(
        random.chance(0.1)
          ? `APPEND log ${random.hex(8)}\n`
          : `ECHO ${random.hex(1 + random.below(40))}\n`,
      );
      this.sent += line.length;
      out.send(this.conn, line);
    }
  }
  /** `say`: sends a line of its own, or nothing without a connection. */
  instructed(_now: Micros, instruction: Instruction, out: Effects): void {
    const { word } = instruction as { word?: string };
    if (!this.isOpen) return;
    const line = Buffer.from(`ECHO ${word}\n`);
    this.sent += line.length;
    out.send(this.conn, line);
  }
  override nextDeadline(): Micros {
    return this.deadline;
  }
}
registerState('ToyClient', ToyClient);
registerMachine('client', () => new ToyClient());

/** Ticks every `every` microseconds of its own clock. */
export class ToyTicker extends Toy {
  readonly ticks: Micros[] = [];
  deadline: Micros = NEVER;

  override start(now: Micros, facts: Facts, files: Files, out: Effects): void {
    super.start(now, facts, files, out);
    this.deadline = now + Number(this.option('every'));
  }
  override tick(now: Micros): void {
    this.ticks.push(now);
    this.deadline = now + Number(this.option('every'));
  }
  /** `tick`: the next tick comes `micros` from now. */
  instructed(now: Micros, instruction: Instruction): void {
    const { micros } = instruction as { readonly kind: 'tick'; readonly micros: number };
    this.deadline = now + micros;
  }
  override nextDeadline(): Micros {
    return this.deadline;
  }
}
registerState('ToyTicker', ToyTicker);
registerMachine('ticker', () => new ToyTicker());
