/**
 * Servers that talk to each other in one process: a queue of deliveries, virtual time, files in
 * memory. Smaller than the World on purpose: here every byte between two servers can be looked at,
 * held and cut by the test.
 *
 * A child runs as events of its own, so that commands come between fork and end; `childrenHeld`
 * stops them.
 */

import type {
  Child,
  ChildEffects,
  ConnId,
  Effects,
  Facts,
  FileOp,
  FileResult,
  Instruction,
  Micros,
  Token,
} from '../../../src/engine/machine/machine.ts';
import { NO_COSTS } from '../../../src/engine/machine/machine.ts';
import type { Note } from '../../../src/engine/machine/notes.ts';
import { Server } from '../../../src/engine/server/server.ts';

const START: Micros = 1_767_225_600_000_000;

/** One end of a connection: bytes arrive at `arrive`, the end of it at `ended`. */
interface End {
  peer: End | undefined;
  arrive(bytes: Buffer): void;
  taken(bytes: number): void;
  ended(): void;
}

export class Cluster {
  now: Micros = START;
  readonly nodes: Node[] = [];
  readonly rawListeners = new Map<number, (peer: RawPeer) => void>();
  childrenHeld = false;
  /** No bytes are delivered between servers. */
  linksHeld = false;
  readonly queue: (() => void)[] = [];
  readonly heldBytes: (() => void)[] = [];
  readonly heldChildren: (() => void)[] = [];
  private nextPort = 40000;

  node(port: number, ...directives: readonly string[][]): Node {
    const node = new Node(this, port, directives);
    this.nodes.push(node);
    this.settle();
    return node;
  }

  at(port: number): Node | undefined {
    return this.nodes.find((node) => node.port === port && node.alive);
  }

  ephemeralPort(): number {
    this.nextPort += 1;
    return this.nextPort;
  }

  settle(): void {
    for (;;) {
      const next = this.queue.shift();
      if (next === undefined) return;
      next();
    }
  }

  /** Lets virtual time pass, every deadline in its turn. */
  advance(seconds: number): void {
    const until = this.now + seconds * 1_000_000;
    for (;;) {
      let earliest: Node | undefined;
      for (const node of this.nodes) {
        if (!node.runs) continue;
        if (earliest === undefined || node.deadline() < earliest.deadline()) earliest = node;
      }
      if (earliest === undefined || earliest.deadline() > until) break;
      this.now = Math.max(this.now, earliest.deadline());
      earliest.tick();
      this.settle();
    }
    this.now = until;
  }

  /** Runs until the condition holds; fails after 30 virtual seconds. */
  until(condition: () => boolean): void {
    for (let i = 0; i < 300; i += 1) {
      this.settle();
      if (condition()) return;
      this.advance(0.1);
    }
    throw new Error(`not so after 30 s\n${this.nodes.map((n) => n.log.join('\n')).join('\n--\n')}`);
  }

  releaseLinks(): void {
    this.linksHeld = false;
    this.queue.push(...this.heldBytes.splice(0));
    this.settle();
  }

  releaseChildren(): void {
    this.childrenHeld = false;
    this.queue.push(...this.heldChildren.splice(0));
    this.settle();
  }
}

export class Node {
  readonly server = new Server();
  readonly port: number;
  readonly log: string[] = [];
  readonly notes: Note[] = [];
  readonly files: Map<string, Buffer>;
  alive = true;
  /** SIGSTOP: nothing is delivered. */
  frozen = false;
  /** Bytes this node sent to servers or raw peers, by connection, for transcripts. */
  readonly sent: { conn: ConnId; bytes: Buffer }[] = [];
  private readonly cluster: Cluster;
  private cpuTaken = false;
  private readonly effects: Effects;
  private readonly ends = new Map<ConnId, End>();
  private readonly whileFrozen: (() => void)[] = [];
  private nextConn = 1;
  private nextToken = 1;

  constructor(
    cluster: Cluster,
    port: number,
    directives: readonly string[][],
    files = new Map<string, Buffer>(),
  ) {
    this.cluster = cluster;
    this.port = port;
    this.files = files;
    this.effects = this.makeEffects();
    const facts: Facts = {
      name: `n${port}`,
      pid: port,
      seed: [port, cluster.nodes.length, 3, 4],
      identitySeed: [port, cluster.nodes.length, 5, 6],
      configFile: undefined,
      directives: [
        ['port', String(port)],
        ['save', ''],
        ['enable-debug-command', 'yes'],
        ...directives,
      ],
      costs: NO_COSTS,
    };
    this.server.start(cluster.now, facts, files, this.effects);
    this.run();
  }

  get runs(): boolean {
    return this.alive && !this.frozen;
  }

  deadline(): Micros {
    return this.server.nextDeadline();
  }

  tick(): void {
    this.server.tick(this.cluster.now, this.effects);
    this.run();
  }

  instruct(instruction: Instruction): void {
    this.server.instructed(this.cluster.now, instruction, this.effects);
    this.run();
    this.cluster.settle();
  }

  /** A new process on the same files. */
  restart(...directives: readonly string[][]): Node {
    this.crash();
    const node = new Node(this.cluster, this.port, directives, this.files);
    this.cluster.nodes.push(node);
    this.cluster.settle();
    return node;
  }

  crash(): void {
    this.alive = false;
    for (const end of this.ends.values()) end.peer?.ended();
    this.ends.clear();
    this.cluster.settle();
  }

  thaw(): void {
    this.frozen = false;
    this.cluster.queue.push(...this.whileFrozen.splice(0));
    this.cluster.settle();
  }

  /** Breaks the connections between the two, from both ends. */
  resetLinks(other: Node): void {
    for (const [conn, end] of this.ends) {
      const theirs = [...other.ends.values()].find((one) => one === end.peer);
      if (theirs === undefined) continue;
      this.ends.delete(conn);
      theirs.peer = undefined;
      end.ended();
      theirs.ended();
    }
    this.cluster.settle();
  }

  /** A client of the test's. */
  client(): RawPeer {
    const peer = new RawPeer(this.cluster);
    this.accept(peer.end);
    this.cluster.settle();
    return peer;
  }

  accept(end: End): void {
    const conn = this.open(end);
    const peer = {
      addr: `127.0.0.1:${this.cluster.ephemeralPort()}`,
      laddr: `127.0.0.1:${this.port}`,
    };
    this.server.accepted(this.cluster.now, conn, peer, this.effects);
    this.run();
  }

  /** The value of a field of INFO replication. */
  info(field: string): string {
    const found = this.server.replication.infoFields().find(([name]) => name === field);
    return String(found?.[1]);
  }

  get offset(): number {
    return this.server.replication.offset;
  }

  linesSince(mark: number): string[] {
    return this.log.slice(mark);
  }

  /** Delivers later, in order; a frozen process gets it when it thaws. */
  private later(action: () => void): void {
    const guarded = () => {
      if (!this.alive) return;
      if (this.frozen) this.whileFrozen.push(guarded);
      else action();
    };
    this.cluster.queue.push(guarded);
  }

  private open(peer: End): ConnId {
    const conn = this.nextConn;
    this.nextConn += 1;
    const end: End = {
      peer,
      arrive: (bytes) =>
        this.later(() => {
          if (!this.ends.has(conn)) return;
          // Borrowed: the machine must not keep it, so it is overwritten afterwards.
          const borrowed = Buffer.from(bytes);
          this.server.receive(this.cluster.now, conn, borrowed, this.effects);
          this.run();
          borrowed.fill(0xff);
          this.ends.get(conn)?.peer?.taken(bytes.length);
        }),
      taken: (bytes) =>
        this.later(() => {
          if (!this.ends.has(conn)) return;
          this.server.drained(this.cluster.now, conn, bytes, this.effects);
          this.run();
        }),
      ended: () =>
        this.later(() => {
          this.ends.delete(conn);
          this.server.closed(this.cluster.now, conn, 'eof', this.effects);
          this.run();
        }),
    };
    peer.peer = end;
    this.ends.set(conn, end);
    return conn;
  }

  private run(): void {
    // A small budget, so that events end in the middle of what came in.
    if (this.server.run(this.cluster.now, 7, this.effects)) this.later(() => this.run());
    this.cpuTaken = false;
  }

  private makeEffects(): Effects {
    const { cluster } = this;
    const cpuTaken = () => this.cpuTaken;
    // What takes the CPU ends the event; it takes no time here.
    const takeCpu = () => {
      this.cpuTaken = true;
    };
    return {
      get cpuTaken() {
        return cpuTaken();
      },
      send: (conn, bytes) => {
        this.sent.push({ conn, bytes });
        const deliver = () => this.ends.get(conn)?.peer?.arrive(bytes);
        if (cluster.linksHeld) cluster.heldBytes.push(deliver);
        else deliver();
      },
      close: (conn) => {
        const peer = this.ends.get(conn)?.peer;
        this.ends.delete(conn);
        if (peer !== undefined) {
          peer.peer = undefined;
          peer.ended();
        }
      },
      connect: (_host, port) => this.connectTo(port),
      listen: () => {},
      file: (op) => {
        const token = this.nextToken++;
        const result = this.perform(op);
        this.later(() => {
          this.server.fileDone(cluster.now, token, result, this.effects);
          this.run();
        });
        return token;
      },
      fork: (make) => this.fork(make),
      killChild: (token) => {
        this.killed.add(token);
        this.later(() => this.childDone(token, 0, 'SIGUSR1'));
      },
      busy: takeCpu,
      busyOn: takeCpu,
      log: (level, role, line) =>
        this.log.push(`${role} ${level === 'warning' ? '#' : '*'} ${line}`),
      note: (note) => this.notes.push(note),
      exit: () => this.crash(),
    };
  }

  private connectTo(port: number): ConnId {
    const { cluster } = this;
    const raw = cluster.rawListeners.get(port);
    const peer = raw === undefined ? undefined : new RawPeer(cluster);
    const theirs: End = peer?.end ?? { peer: undefined, arrive() {}, taken() {}, ended() {} };
    const conn = this.open(theirs);
    this.later(() => {
      const node = cluster.at(port);
      if (peer === undefined && node === undefined) {
        this.ends.delete(conn);
        this.server.connected(cluster.now, conn, undefined, 'Connection refused', this.effects);
      } else {
        if (peer === undefined) node!.acceptFrom(this.ends.get(conn)!);
        else raw!(peer);
        const facts = { addr: `127.0.0.1:${port}`, laddr: `127.0.0.1:${cluster.ephemeralPort()}` };
        this.server.connected(cluster.now, conn, facts, undefined, this.effects);
      }
      this.run();
    });
    return conn;
  }

  private acceptFrom(end: End): void {
    this.accept(end);
  }

  private readonly killed = new Set<Token>();

  private childDone(token: Token, code: number, signal?: string): void {
    const result = signal === undefined ? { code } : { code, signal };
    this.server.childDone(this.cluster.now, token, result, this.effects);
    this.run();
  }

  private fork(make: (pid: number) => Child): Token {
    const token = this.nextToken++;
    const child = make(token);
    let code: number | undefined;
    const done: [Token, FileResult][] = [];
    const out: ChildEffects = {
      file: (op) => {
        const fileToken = this.nextToken++;
        done.push([fileToken, this.perform(op)]);
        return fileToken;
      },
      log: () => {},
      exit: (value) => {
        code = value;
      },
    };
    const slice = () => {
      if (this.killed.has(token)) return;
      child.slice(this.cluster.now, 64 * 1024, out);
      for (const [fileToken, result] of done.splice(0)) {
        child.fileDone(this.cluster.now, fileToken, result, out);
      }
      if (code === undefined) this.later(slice);
      else this.childDone(token, code);
    };
    if (this.cluster.childrenHeld) this.cluster.heldChildren.push(() => this.later(slice));
    else this.later(slice);
    return token;
  }

  private perform(op: FileOp): FileResult {
    const { files } = this;
    const held = files.get(op.path);
    if (op.kind === 'write') files.set(op.path, Buffer.from(op.bytes));
    else if (op.kind === 'append') {
      files.set(op.path, Buffer.concat([held ?? Buffer.alloc(0), op.bytes]));
    } else if (held === undefined) return { ok: false, error: 'No such file or directory' };
    else if (op.kind === 'read') return { ok: true, bytes: held };
    else if (op.kind === 'unlink') files.delete(op.path);
    else if (op.kind === 'rename') {
      files.delete(op.path);
      files.set(op.to, held);
    }
    return { ok: true };
  }
}

/** A peer that is the test itself: a client, a master or a replica by hand. */
export class RawPeer {
  received = '';
  closed = false;
  /** What came is not read: the other side's window fills. */
  stalled = false;
  readonly end: End;
  private readonly cluster: Cluster;
  private untaken = 0;

  constructor(cluster: Cluster) {
    this.cluster = cluster;
    this.end = {
      peer: undefined,
      arrive: (bytes) => {
        this.received += bytes.latin1Slice();
        if (this.stalled) this.untaken += bytes.length;
        else this.end.peer?.taken(bytes.length);
      },
      taken: () => {},
      ended: () => {
        this.closed = true;
      },
    };
  }

  /** Sends a request, or raw text; gives what came since the last look. */
  send(...words: readonly string[]): string {
    const parts = words.map((word) => `$${word.length}\r\n${word}\r\n`);
    return this.raw(`*${words.length}\r\n${parts.join('')}`);
  }

  raw(text: string): string {
    this.end.peer?.arrive(Buffer.from(text, 'latin1'));
    this.cluster.settle();
    return this.take();
  }

  take(): string {
    const text = this.received;
    this.received = '';
    return text;
  }

  resume(): void {
    this.stalled = false;
    this.end.peer?.taken(this.untaken);
    this.untaken = 0;
    this.cluster.settle();
  }

  close(): void {
    const { peer } = this.end;
    if (peer !== undefined) {
      peer.peer = undefined;
      peer.ended();
    }
    this.cluster.settle();
  }
}
