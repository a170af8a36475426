/**
 * A server or Sentinel alone, for inputs by the million: its output is counted and dropped, its files
 * complete at once, its children fail, whatever it connects to is in the test's hands.
 */

import type {
  ConnId,
  Effects,
  FileOp,
  FileResult,
  Micros,
  Token,
} from '../../src/engine/machine/machine.ts';
import { NO_COSTS } from '../../src/engine/machine/machine.ts';
import type { Process } from '../../src/engine/process/process.ts';

const STEPS_MAX = 10_000;

export class LoneMachine {
  readonly machine: Process;
  now: Micros = 1_767_225_600_000_000;
  /** Connections it opened that have not been answered. */
  readonly opened: ConnId[] = [];
  hasExited = false;
  private readonly files: Map<string, Buffer>;
  private readonly undrained = new Map<ConnId, number>();
  /** The first bytes sent since the last look. */
  private readonly heads = new Map<ConnId, string>();
  private readonly completions: (() => void)[] = [];
  private isBusy = false;
  private nextId = 1;
  private readonly effects: Effects;

  constructor(machine: Process, config: string) {
    this.machine = machine;
    this.files = new Map([['machine.conf', Buffer.from(config, 'latin1')]]);
    this.effects = this.makeEffects();
    machine.start(
      this.now,
      {
        name: 'lone',
        pid: 1,
        seed: [1, 2, 3, 4],
        identitySeed: [5, 6, 7, 8],
        configFile: 'machine.conf',
        directives: [],
        costs: NO_COSTS,
      },
      this.files,
      this.effects,
    );
    this.settle();
  }

  connect(): ConnId {
    const conn = this.nextId++;
    const peer = { addr: `127.0.0.1:${40000 + (conn % 20000)}`, laddr: '127.0.0.1:6379' };
    this.machine.accepted(this.now, conn, peer, this.effects);
    this.settle();
    return conn;
  }

  isOpen(conn: ConnId): boolean {
    return this.machine.clients.has(conn);
  }

  disconnect(conn: ConnId): void {
    this.undrained.delete(conn);
    this.heads.delete(conn);
    if (!this.isOpen(conn) && !this.machine.outgoing.has(conn)) return;
    this.machine.closed(this.now, conn, 'eof', this.effects);
    this.settle();
  }

  /** What it opened is connected, or refused. */
  answer(conn: ConnId, error?: string): void {
    const peer = { addr: '127.0.0.1:7000', laddr: '127.0.0.1:50000' };
    this.machine.connected(
      this.now,
      conn,
      error === undefined ? peer : undefined,
      error,
      this.effects,
    );
    this.settle();
  }

  receive(conn: ConnId, chunk: Buffer): void {
    if (chunk.length === 0) return;
    this.machine.receive(this.now, conn, chunk, this.effects);
    this.settle();
  }

  /** The peer reads what there is for it, `bytesMax` at most; gives how it begins. */
  drain(conn: ConnId, bytesMax: number): string {
    let left = bytesMax;
    for (let step = 0; step < STEPS_MAX && left > 0; step += 1) {
      const bytes = this.undrained.get(conn) ?? 0;
      if (bytes === 0) break;
      this.undrained.set(conn, 0);
      left -= bytes;
      this.machine.drained(this.now, conn, bytes, this.effects);
      this.settle();
    }
    const head = this.heads.get(conn) ?? '';
    this.heads.delete(conn);
    return head;
  }

  advance(milliseconds: number): void {
    const until = this.now + milliseconds * 1000;
    for (let step = 0; step < STEPS_MAX && this.machine.nextDeadline() <= until; step += 1) {
      this.now = Math.max(this.now, this.machine.nextDeadline());
      this.machine.tick(this.now, this.effects);
      this.settle();
    }
    this.now = until;
  }

  private settle(): void {
    for (let step = 0; step < STEPS_MAX; step += 1) {
      const hasMore = this.machine.run(this.now, 1000, this.effects);
      this.isBusy = false;
      const completion = this.completions.shift();
      if (completion !== undefined) completion();
      else if (!hasMore || this.hasExited) return;
    }
  }

  private makeEffects(): Effects {
    const isBusy = () => this.isBusy;
    return {
      get cpuTaken() {
        return isBusy();
      },
      send: (conn, bytes) => {
        this.undrained.set(conn, (this.undrained.get(conn) ?? 0) + bytes.length);
        if (!this.heads.has(conn)) this.heads.set(conn, bytes.subarray(0, 40).latin1Slice());
      },
      close: (conn) => this.undrained.delete(conn),
      connect: () => {
        const conn = this.nextId++;
        this.opened.push(conn);
        return conn;
      },
      listen: () => {},
      file: (op) => this.file(op),
      fork: () => {
        const token = this.nextId++;
        this.completions.push(() =>
          this.machine.childDone(this.now, token, { code: 1 }, this.effects),
        );
        return token;
      },
      killChild: () => {},
      busy: () => {
        this.isBusy = true;
      },
      busyOn: () => {
        this.isBusy = true;
      },
      log: () => {},
      note: () => {},
      exit: () => {
        this.isBusy = true;
        this.hasExited = true;
      },
    };
  }

  private file(op: FileOp): Token {
    const token = this.nextId++;
    const result = this.perform(op);
    this.completions.push(() => this.machine.fileDone(this.now, token, result, this.effects));
    return token;
  }

  private perform(op: FileOp): FileResult {
    const held = this.files.get(op.path);
    if (op.kind === 'write') this.files.set(op.path, op.bytes);
    else if (op.kind === 'unlink') this.files.delete(op.path);
    else if (op.kind !== 'append' && held === undefined) {
      return { ok: false, error: 'No such file or directory' };
    } else if (op.kind === 'read') return { ok: true, bytes: held! };
    else if (op.kind === 'rename') {
      this.files.delete(op.path);
      this.files.set(op.to, held!);
    }
    return { ok: true };
  }
}
