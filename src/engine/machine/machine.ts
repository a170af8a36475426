/**
 * The contract between a process (a server, a Sentinel, a client that lives in the world) and
 * whoever hosts it: the `World`, or the real driver of `server` mode.
 *
 * Invariant: everything that makes one run differ from another arrives as an argument here. A
 * machine holds no socket, timer, promise or closure; its state is plain data and registered
 * classes (state.ts), so that it can be copied between any two events.
 *
 * An event is one call of an input method followed by `run`; what the machine emitted becomes
 * visible to others only when the event has ended, in the order in which it was emitted.
 */

import type { Seed } from './random.ts';

/** Unix time in whole microseconds, as this node's clock shows it. */
export type Micros = number;

/** A connection as one machine knows it; given by the host, never used twice in a process's life. */
export type ConnId = number;

/** Names an effect that completes later: a file operation or a child. */
export type Token = number;

/** Instant that never comes: the value of `nextDeadline()` for an idle machine. */
export const NEVER: Micros = Number.POSITIVE_INFINITY;

/**
 * Bytes a connection takes before `drained` must report that the peer's process took some.
 * It stands for both kernels' socket buffers together; the rest waits in the client's own output
 * buffer, where client-output-buffer-limit sees it.
 */
export const SEND_WINDOW_BYTES = 256 * 1024;

/** Modelled cost of work that takes a real process time; zero in `server` mode, where it really does. */
export interface Costs {
  /** Fork pause per 1 GB of used memory, as INFO's latest_fork_usec would show it. */
  readonly forkMicrosPerGb: number;
  /** Output of a saving child, bytes per second; Infinity: no modelled time. */
  readonly saveBytesPerSecond: number;
  /** Reading an RDB file into memory, bytes per second; Infinity: no modelled time. */
  readonly loadBytesPerSecond: number;
}

export const NO_COSTS: Costs = {
  forkMicrosPerGb: 0,
  saveBytesPerSecond: Number.POSITIVE_INFINITY,
  loadBytesPerSecond: Number.POSITIVE_INFINITY,
};

/** What a process is told when it starts. */
export interface Facts {
  /** Name of the node, for log lines and notes: `m`, `r1`, `s2`. */
  readonly name: string;
  readonly pid: number;
  /** Seed of this life of the process: four 32-bit words (random.ts). */
  readonly seed: Seed;
  /**
   * Seed of the IDs this process gives itself. Never one that a process before has had, in this world
   * or in another one: peers take who has a known ID for whom they knew.
   */
  readonly identitySeed: Seed;
  /** Name of the configuration file among `files`, if the process was started with one. */
  readonly configFile: string | undefined;
  /** Directives of the command line, each a name and its values; they win over the file. */
  readonly directives: readonly (readonly string[])[];
  readonly costs: Costs;
}

/** Contents of the process's directory when it starts. Borrowed: copy what is kept. */
export type Files = ReadonlyMap<string, Buffer>;

export interface Peer {
  /** `ip:port` of the other end, as CLIENT LIST shows it. */
  readonly addr: string;
  /** `ip:port` of this end. */
  readonly laddr: string;
  /** Whoever runs the process, and no client: maxclients neither counts nor refuses it. */
  readonly isOperator?: boolean;
}

export type FileOp =
  | { readonly kind: 'append'; readonly path: string; readonly bytes: Buffer }
  /** Creates or truncates, then writes. */
  | { readonly kind: 'write'; readonly path: string; readonly bytes: Buffer }
  | { readonly kind: 'fsync'; readonly path: string }
  | { readonly kind: 'rename'; readonly path: string; readonly to: string }
  | { readonly kind: 'unlink'; readonly path: string }
  | { readonly kind: 'read'; readonly path: string };

/** An operating error is data: `error` is the errno text, such as `No such file or directory`. */
export type FileResult =
  | { readonly ok: true; readonly bytes?: Buffer }
  | { readonly ok: false; readonly error: string };

/** How a child ended. `signal` is set when it was killed. */
export interface ChildResult {
  readonly code: number;
  readonly signal?: string;
}

export type LogLevel = 'debug' | 'verbose' | 'notice' | 'warning';

/**
 * Something worth seeing that the wire does not show: why a full resynchronization, who voted,
 * at which offset a replica was promoted. Plain data; `kind` names it, numbers are exact.
 */
export interface Note {
  readonly kind: string;
  readonly [field: string]: string | number | boolean;
}

/**
 * Where a machine writes what it does. Owned by the host and valid for the call only.
 *
 * Order is kept: a vote sent after an fsync was asked for does not wait for it by itself; the
 * machine waits for `fileDone`.
 */
export interface Effects {
  /**
   * Hands bytes over to the connection; the buffer is given away and must not be written to
   * again. The sum not yet reported by `drained` must stay within SEND_WINDOW_BYTES.
   */
  send(conn: ConnId, bytes: Buffer): void;
  /** Orderly close: the peer gets what was sent, then end of stream. No `closed` comes back. */
  close(conn: ConnId): void;
  /** Opens a connection; `connected(conn, ok)` reports the outcome, maybe much later or never. */
  connect(host: string, port: number): ConnId;
  /** Starts to accept connections on the port. */
  listen(port: number): void;
  /** Starts a file operation; `fileDone(token)` reports it. Operations on one disk keep their order. */
  file(op: FileOp): Token;
  /**
   * Starts the child that `make` gives for a process ID: one that no other process of the world has
   * or had. The ID is the token, too, by which `childDone` reports the child's end.
   */
  fork(make: (pid: number) => Child): Token;
  /** Kills a child; `childDone` still comes, with `signal: 'SIGUSR1'`. */
  killChild(child: Token): void;
  /**
   * True once busy, busyOn or exit was called in this event: `run` executes no further command.
   * The commands left over are for the event that begins when the CPU is free again.
   */
  readonly cpuTaken: boolean;
  /** The one CPU is taken until then: every input waits, ticks included. */
  busy(until: Micros): void;
  /** The one CPU is taken until the file operation has completed; its `fileDone` is what comes first. */
  busyOn(token: Token): void;
  /** One line of the process's log, without prefix and newline; `role` is M, S, X or C. */
  log(level: LogLevel, role: string, line: string): void;
  note(note: Note): void;
  /** The process ends after this event. */
  exit(code: number): void;
}

/** A process. Every method's `now` never goes back except by a clock fault. */
export interface Machine {
  start(now: Micros, facts: Facts, files: Files, out: Effects): void;
  accepted(now: Micros, conn: ConnId, peer: Peer, out: Effects): void;
  /** `peer` is set when `error` is undefined; `error` is the errno text, as `Connection refused`. */
  connected(
    now: Micros,
    conn: ConnId,
    peer: Peer | undefined,
    error: string | undefined,
    out: Effects,
  ): void;
  /** `chunk` is never empty, and borrowed until the `run` of the same event has returned: copy any byte that must outlive it. */
  receive(now: Micros, conn: ConnId, chunk: Buffer, out: Effects): void;
  /** The other side's process took `bytes` more of what was sent. May come late and summed up. */
  drained(now: Micros, conn: ConnId, bytes: number, out: Effects): void;
  /** The peer closed, or the connection broke; nothing can be sent any more. */
  closed(now: Micros, conn: ConnId, reason: 'eof' | 'reset' | 'timeout', out: Effects): void;
  fileDone(now: Micros, token: Token, result: FileResult, out: Effects): void;
  childDone(now: Micros, child: Token, result: ChildResult, out: Effects): void;
  /** SIGTERM and SIGINT as Redis takes them; others as the machine documents them. */
  signal(now: Micros, name: string, out: Effects): void;
  tick(now: Micros, out: Effects): void;
  /**
   * Executes at most `budget` commands, and none once the CPU is taken; true when commands are left
   * to run. Called after every input, and again (as an event of its own) while it returns true.
   */
  run(now: Micros, budget: number, out: Effects): boolean;
  /** Earliest instant at which tick() has work; NEVER when idle. */
  nextDeadline(): Micros;
  /** Bytes taken in that are part of requests not executed yet; 0 for a machine without the method. */
  unreadBytes?(): number;
}

/** What a child may do. */
export interface ChildEffects {
  /** As in Effects; the outcome comes by the child's `fileDone`. */
  file(op: FileOp): Token;
  log(level: LogLevel, role: string, line: string): void;
  exit(code: number): void;
}

/**
 * A forked child: a process of its own that works on a snapshot. It is given slices counted in
 * output bytes, never in time: one key can be a sorted set of a million members.
 */
export interface Child {
  /** What `ps` would show: `redis-rdb-bgsave`. */
  readonly title: string;
  /** Writes about `bytesMax` bytes of output; false when it has nothing to do but wait for files. */
  slice(now: Micros, bytesMax: number, out: ChildEffects): boolean;
  fileDone(now: Micros, token: Token, result: FileResult, out: ChildEffects): void;
}
