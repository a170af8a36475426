/**
 * One Server machine in the test's hands: commands in, raw reply bytes out, time by `advance`.
 * Files live in a Map and complete at once; children run to their end as soon as they are forked.
 * A process that sleeps has slept at once: the time goes on.
 */

import type {
  Child,
  ConnId,
  Effects,
  Facts,
  FileOp,
  FileResult,
  Micros,
  Token,
} from '../../src/engine/machine/machine.ts';
import { NO_COSTS } from '../../src/engine/machine/machine.ts';
import { Server } from '../../src/engine/server/server.ts';

export class ServerHarness {
  readonly server = new Server();
  readonly files = new Map<string, Buffer>();
  readonly logLines: string[] = [];
  now: Micros;
  exitCode: number | undefined;
  /** Why an operation of the process itself fails; undefined: it succeeds. */
  failure: (op: FileOp) => string | undefined = () => undefined;
  private readonly sent = new Map<ConnId, Buffer[]>();
  private readonly completions: (() => void)[] = [];
  private cpuTaken = false;
  private busyToken: Token | undefined;
  private nextToken = 1;
  private nextConn = 1;
  private readonly effects: Effects;
  private readonly main: ConnId;

  constructor(
    directives: readonly (readonly string[])[] = [],
    now: Micros = 1_767_225_600_000_000,
    /** The text of its redis.conf. */
    config: string | undefined = undefined,
    /** Other files it finds at start. */
    files: Readonly<Record<string, Buffer>> = {},
  ) {
    this.now = now;
    for (const [path, bytes] of Object.entries(files)) this.files.set(path, bytes);
    this.effects = this.makeEffects();
    if (config !== undefined) this.files.set('redis.conf', Buffer.from(config, 'latin1'));
    const facts: Facts = {
      name: 'test',
      pid: 4242,
      seed: [1, 2, 3, 4],
      identitySeed: [5, 6, 7, 8],
      configFile: config === undefined ? undefined : 'redis.conf',
      directives: [['save', ''], ['enable-debug-command', 'yes'], ...directives],
      costs: NO_COSTS,
    };
    this.server.start(now, facts, this.files, this.effects);
    this.settle();
    this.main = this.connect();
  }

  /** Opens another client connection. */
  connect(): ConnId {
    const conn = this.nextConn;
    this.nextConn += 1;
    this.sent.set(conn, []);
    const peer = { addr: `127.0.0.1:${50000 + conn}`, laddr: '127.0.0.1:6379' };
    this.server.accepted(this.now, conn, peer, this.effects);
    this.settle();
    return conn;
  }

  /** Sends one command as a RESP array; gives everything the connection was sent in answer. */
  send(args: readonly (string | Buffer)[], conn: ConnId = this.main): Buffer {
    const parts: Buffer[] = [Buffer.from(`*${args.length}\r\n`)];
    for (const arg of args) {
      const bytes = typeof arg === 'string' ? Buffer.from(arg, 'latin1') : arg;
      parts.push(Buffer.from(`$${bytes.length}\r\n`), bytes, Buffer.from('\r\n'));
    }
    return this.sendRaw(Buffer.concat(parts), conn);
  }

  sendRaw(bytes: Buffer, conn: ConnId = this.main): Buffer {
    if (!this.isOpen(conn)) return Buffer.alloc(0);
    this.server.receive(this.now, conn, bytes, this.effects);
    this.settle();
    return this.received(conn);
  }

  /** The peer goes away. */
  disconnect(conn: ConnId): void {
    if (!this.isOpen(conn)) return;
    this.sent.delete(conn);
    this.server.closed(this.now, conn, 'eof', this.effects);
    this.settle();
  }

  /** False once either side has closed. */
  isOpen(conn: ConnId): boolean {
    return this.server.clients.has(conn);
  }

  /** What the connection was sent since the last look. */
  received(conn: ConnId = this.main): Buffer {
    const chunks = this.sent.get(conn) ?? [];
    const all = Buffer.concat(chunks);
    chunks.length = 0;
    if (all.length > 0) this.server.drained(this.now, conn, all.length, this.effects);
    this.settle();
    return all;
  }

  signal(name: string): void {
    this.server.signal(this.now, name, this.effects);
    this.settle();
  }

  /** Lets virtual time pass, tick by tick. */
  advance(milliseconds: number): void {
    const until = this.now + milliseconds * 1000;
    for (let at = this.server.nextDeadline(); at <= until; at = this.server.nextDeadline()) {
      this.now = Math.max(this.now, at);
      this.server.tick(this.now, this.effects);
      this.settle();
    }
    this.now = until;
  }

  private settle(): void {
    this.run();
    while (this.completions.length > 0) {
      this.completions.shift()!();
      this.run();
    }
  }

  /** Ends the event, and lets the commands that are left run unless the process waits for a file. */
  private run(): void {
    let hasMore = true;
    while (hasMore) {
      hasMore = this.server.run(this.now, 1000, this.effects);
      this.cpuTaken = this.busyToken !== undefined || this.exitCode !== undefined;
      if (this.cpuTaken) hasMore = false;
    }
  }

  private makeEffects(): Effects {
    const cpuTaken = () => this.cpuTaken;
    return {
      get cpuTaken() {
        return cpuTaken();
      },
      send: (conn, bytes) => this.sent.get(conn)?.push(bytes),
      close: () => {},
      connect: () => {
        const conn = this.nextConn;
        this.nextConn += 1;
        return conn;
      },
      listen: () => {},
      file: (op) => this.file(op),
      fork: (make) => this.fork(make),
      killChild: () => {},
      busy: (until) => {
        this.now = Math.max(this.now, until);
        this.cpuTaken = true;
      },
      busyOn: (token) => {
        this.busyToken = token;
        this.cpuTaken = true;
      },
      log: (_level, role, line) => this.logLines.push(`${role} ${line}`),
      note: () => {},
      exit: (code) => {
        this.cpuTaken = true;
        this.exitCode = code;
      },
    };
  }

  private file(op: FileOp): Token {
    const token = this.nextToken++;
    const error = this.failure(op);
    const result = error === undefined ? this.perform(op) : ({ ok: false, error } as const);
    this.completions.push(() => {
      if (token === this.busyToken) this.busyToken = undefined;
      this.cpuTaken = this.busyToken !== undefined;
      this.server.fileDone(this.now, token, result, this.effects);
    });
    return token;
  }

  private perform(op: FileOp): FileResult {
    const { files } = this;
    const held = files.get(op.path);
    if (op.kind === 'write') files.set(op.path, op.bytes);
    else if (op.kind === 'append')
      files.set(op.path, Buffer.concat([held ?? Buffer.alloc(0), op.bytes]));
    else if (held === undefined) return { ok: false, error: 'No such file or directory' };
    else if (op.kind === 'read') return { ok: true, bytes: held };
    else if (op.kind === 'unlink') files.delete(op.path);
    else if (op.kind === 'rename') {
      files.delete(op.path);
      files.set(op.to, held);
    }
    return { ok: true };
  }

  private fork(make: (pid: number) => Child): Token {
    const token = this.nextToken++;
    const child = make(token);
    let code: number | undefined;
    const results: [Token, FileResult][] = [];
    const out = {
      file: (op: FileOp) => {
        const fileToken = this.nextToken++;
        results.push([fileToken, this.perform(op)]);
        return fileToken;
      },
      log: () => {},
      exit: (value: number) => {
        code = value;
      },
    };
    while (code === undefined) {
      const busy = child.slice(this.now, 64 * 1024, out);
      const done = results.splice(0);
      for (const [fileToken, result] of done) child.fileDone(this.now, fileToken, result, out);
      if (!busy && done.length === 0 && code === undefined)
        throw new Error('the child waits for nothing');
    }
    this.completions.push(() =>
      this.server.childDone(this.now, token, { code: code! }, this.effects),
    );
    return token;
  }
}
