/**
 * The contract between a process (a server, a Sentinel, a client that lives in the world) and its
 * host: the `World`, or the real driver of `server` mode.
 *
 * Invariant: everything that makes one run differ from another arrives as an argument here. A
 * machine holds no socket, timer, promise or closure; its state is plain data and registered
 * classes (state.ts), so that it can be copied between any two events.
 *
 * An event is one call of an input method followed by `run`. Effects become visible to others when the
 * event has ended, in the order in which they were emitted.
 */

import type { Note } from './notes.ts';
import type { Seed } from './random.ts';

/** Unix time in whole microseconds, as this node's clock shows it. */
export type Micros = number;

/** One machine's number for a connection. The host assigns it and never reuses it while the process lives. */
export type ConnId = number;

/** Names an effect that completes later: a file operation or a child. */
export type Token = number;

/** An instant that never comes: the `nextDeadline()` of an idle machine. */
export const NEVER: Micros = Number.POSITIVE_INFINITY;

/**
 * How many bytes may be in flight on a connection: sent, but not yet reported by `drained` as read by
 * the peer. This models the socket buffers of both kernels. Further output waits in the client's
 * output buffer, to which client-output-buffer-limit applies.
 */
export const SEND_WINDOW_BYTES = 256 * 1024;

/** Modelled time of work that takes a real process time. Zero in `server` mode, where the time is real. */
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

/** What a process learns when it starts. */
export interface Facts {
  /** Name of the node, for log lines and notes: `m`, `r1`, `s2`. */
  readonly name: string;
  readonly pid: number;
  /** Seed of this run of the process: four 32-bit words (random.ts). */
  readonly seed: Seed;
  /**
   * Seed of the IDs that this process gives itself. No process before may have had the same, in this
   * world or in another: a peer that sees a known ID assumes it is the same server.
   */
  readonly identitySeed: Seed;
  /** Name of the configuration file among `files`, if the process was started with one. */
  readonly configFile: string | undefined;
  /** Directives of the command line, each a name and its values; they override the file. */
  readonly directives: readonly (readonly string[])[];
  readonly costs: Costs;
}

/** Contents of the process's directory when it starts. The buffers are borrowed: copy what is kept. */
export type Files = ReadonlyMap<string, Buffer>;

export interface Peer {
  /** `ip:port` of the other end, as CLIENT LIST shows it. */
  readonly addr: string;
  /** `ip:port` of this end. */
  readonly laddr: string;
  /** The peer is the operator, not a client: maxclients neither counts nor refuses it. */
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

/** An operating error is data: `error` is the text of errno, such as `No such file or directory`. */
export type FileResult =
  | { readonly ok: true; readonly bytes?: Buffer }
  | { readonly ok: false; readonly error: string };

/** How a child ended. `signal` is set if it was killed. */
export interface ChildResult {
  readonly code: number;
  readonly signal?: string;
}

export type LogLevel = 'debug' | 'verbose' | 'notice' | 'warning';

/**
 * Receives the effects of a machine. Owned by the host, and valid during the call only.
 *
 * Effects keep their order but do not wait for one another: a vote that is emitted after an fsync may
 * leave before the fsync completes. A machine that needs the fsync waits for `fileDone`.
 */
export interface Effects {
  /**
   * Sends bytes on the connection. The buffer must not be written to again. The bytes not yet reported
   * by `drained` must not exceed SEND_WINDOW_BYTES.
   */
  send(conn: ConnId, bytes: Buffer): void;
  /** Orderly close: the peer gets all bytes sent, then end of stream. `closed` does not follow. */
  close(conn: ConnId): void;
  /** Opens a connection. `connected` reports the outcome, possibly much later or never. */
  connect(host: string, port: number): ConnId;
  /** Starts to accept connections on the port. */
  listen(port: number): void;
  /** Starts a file operation; `fileDone` reports its result. Operations on one disk keep their order. */
  file(op: FileOp): Token;
  /**
   * Starts the child that `make` returns for its process ID, which no other process of the world has or
   * had. The process ID is also the token with which `childDone` reports the child's end.
   */
  fork(make: (pid: number) => Child): Token;
  /** Kills a child; `childDone` follows, with `signal: 'SIGUSR1'`. */
  killChild(child: Token): void;
  /**
   * True once busy, busyOn or exit was called in this event: `run` executes no further command. The
   * remaining commands run in the event that begins when the CPU is free again.
   */
  readonly cpuTaken: boolean;
  /** Takes the process's only CPU until that instant: every input waits, including ticks. */
  busy(until: Micros): void;
  /** Takes the CPU until the file operation has completed. Its `fileDone` is the first input afterwards. */
  busyOn(token: Token): void;
  /** One line of the process's log, without prefix and newline; `role` is M, S, X or C. */
  log(level: LogLevel, role: string, line: string): void;
  note(note: Note): void;
  /** Ends the process after this event. */
  exit(code: number): void;
}

/**
 * What the host wants of a machine and no client could ask of it: to force a full resynchronization, to
 * change the rate of a load. Plain data that JSON represents exactly; `kind` names the instruction.
 */
export interface Instruction {
  readonly kind: string;
  readonly [field: string]: unknown;
}

/** A process. From call to call `now` never decreases, except through a clock fault. */
export interface Machine {
  start(now: Micros, facts: Facts, files: Files, out: Effects): void;
  accepted(now: Micros, conn: ConnId, peer: Peer, out: Effects): void;
  /** Exactly one of `peer` and `error` is set; `error` is the text of errno, such as `Connection refused`. */
  connected(
    now: Micros,
    conn: ConnId,
    peer: Peer | undefined,
    error: string | undefined,
    out: Effects,
  ): void;
  /** `chunk` is not empty. It is borrowed until the `run` of this event returns: copy the bytes to keep. */
  receive(now: Micros, conn: ConnId, chunk: Buffer, out: Effects): void;
  /** The peer's process has read `bytes` more. May be reported late, and several reads as one. */
  drained(now: Micros, conn: ConnId, bytes: number, out: Effects): void;
  /** The peer closed the connection, or it broke; nothing can be sent any more. */
  closed(now: Micros, conn: ConnId, reason: 'eof' | 'reset' | 'timeout', out: Effects): void;
  fileDone(now: Micros, token: Token, result: FileResult, out: Effects): void;
  childDone(now: Micros, child: Token, result: ChildResult, out: Effects): void;
  /** SIGTERM and SIGINT, as in Redis; a machine ignores any other. */
  signal(now: Micros, name: string, out: Effects): void;
  /** Follows an instruction of a kind that the machine documents. Absent if it knows none. */
  instructed?(now: Micros, instruction: Instruction, out: Effects): void;
  tick(now: Micros, out: Effects): void;
  /**
   * Executes at most `budget` commands, and none once the CPU is taken. Returns true if commands are
   * left to run. Called after every input, and again, as an event of its own, while it returns true.
   */
  run(now: Micros, budget: number, out: Effects): boolean;
  /** Earliest instant at which tick() has work; NEVER when idle. */
  nextDeadline(): Micros;
  /** Bytes received that belong to requests not executed yet; 0 for a machine without this method. */
  unreadBytes?(): number;
  /**
   * Grows by the bytes of pages that the machine copies, or drops, because a copy of its state shares
   * them: memory that keeping the copy costs. Absent for a machine that shares nothing.
   */
  copiedBytes?(): number;
}

/** The effects that a child may have. */
export interface ChildEffects {
  /** As in Effects; the result is reported to the child's `fileDone`. */
  file(op: FileOp): Token;
  log(level: LogLevel, role: string, line: string): void;
  exit(code: number): void;
}

/**
 * A forked child: a process of its own that works on a snapshot. Its work is sliced by output bytes,
 * never by time or keys: one key may be a sorted set of a million members.
 */
export interface Child {
  /** What `ps` would show: `redis-rdb-bgsave`. */
  readonly title: string;
  /** Writes about `bytesMax` bytes of output. Returns false if it can only wait for files. */
  slice(now: Micros, bytesMax: number, out: ChildEffects): boolean;
  fileDone(now: Micros, token: Token, result: FileResult, out: ChildEffects): void;
}
