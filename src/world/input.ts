/**
 * Everything that reaches the world from outside it, and what it calls outside.
 *
 * Invariant: an input is plain data. (seed, params, inputs with their positions) is a recording; the
 * rest of a run follows from it.
 */

import type { Costs, Micros } from '../engine/machine/machine.ts';
import type { Seed } from '../engine/machine/random.ts';

export interface DiskParams {
  /** How long an fsync takes. */
  readonly fsyncMicros: number;
  /** Every other operation takes 0 to this, drawn from the disk's own stream. */
  readonly opMicrosMax: number;
}

/** What a run depends on beside its seed and its inputs; part of every recording. */
export interface WorldParams {
  readonly costs: Costs;
  /** One way, between two nodes. */
  readonly latencyMicros: number;
  /** Added to a latency: 0 to this, drawn from the link's own stream. */
  readonly jitterMicros: number;
  /** One way, between a node and a pseudo-node such as `outside`. */
  readonly outsideLatencyMicros: number;
  readonly disk: DiskParams;
  /** Commands one event may execute before the rest becomes an event of its own. */
  readonly budget: number;
  /** Every so many events a digest of the whole state goes into the trace hash; 0: never (large data). */
  readonly digestEvery: number;
  /** Whether a connect to an address no node owns goes out through `outside.connect`; otherwise it is refused. */
  readonly outsideReachable: boolean;
}

export const DEFAULT_PARAMS: WorldParams = {
  costs: {
    forkMicrosPerGb: 20_000,
    saveBytesPerSecond: 100_000_000,
    loadBytesPerSecond: 200_000_000,
  },
  latencyMicros: 200,
  jitterMicros: 0,
  outsideLatencyMicros: 0,
  disk: { fsyncMicros: 1_000, opMicrosMax: 50 },
  budget: 256,
  digestEvery: 1_000,
  outsideReachable: false,
};

export interface WorldOptions {
  readonly seed: Seed;
  /** Unix time of the world's beginning. */
  readonly startAt: Micros;
  readonly record: boolean;
  readonly params?: Partial<WorldParams>;
  /** Bytes of recorded inputs kept; older ones give way to a checkpoint. 64 MB unless told. */
  readonly journalBytesMax?: number;
  /** Events the trace keeps: a power of two. */
  readonly traceEvents?: number;
}

interface InitialFile {
  readonly path: string;
  readonly bytes: Buffer;
}

export interface AddNode {
  readonly kind: 'addNode';
  readonly name: string;
  /** A kind given to registerMachine. */
  readonly machine: string;
  /** Ports that belong to this node even while nobody listens on them: a connect is refused, not sent outside. */
  readonly ports?: readonly number[];
  readonly configFile?: string;
  readonly directives?: readonly (readonly string[])[];
  readonly files?: readonly InitialFile[];
  /**
   * Goes into the IDs the node gives itself, and into nothing else that is drawn: fresh for every
   * sandbox with outside peers, which would take who has a known replid for whom they knew.
   */
  readonly nonce?: string;
}

/** Both directions, unless `oneway` (then a → b). Names are those of nodes or pseudo-nodes. */
interface Pair {
  readonly a: string;
  readonly b: string;
  readonly oneway?: boolean;
}

/** What a user, a scenario or a fault plan does; each is an event of its own in the trace. */
export type Operation =
  | AddNode
  | { readonly kind: 'removeNode'; readonly node: string }
  /** kill -9: what was handed to the disk stays; connections end as closeAll says. */
  | { readonly kind: 'crash'; readonly node: string }
  /** What was not fsynced goes, torn tails included; nothing is sent, so peers are left half-open. */
  | { readonly kind: 'powerLoss'; readonly node: string }
  /** SIGSTOP. Children go on. */
  | { readonly kind: 'freeze'; readonly node: string }
  | { readonly kind: 'thaw'; readonly node: string }
  /** Starts a dead node; a living one gets SIGTERM and starts again once it has ended. */
  | { readonly kind: 'restart'; readonly node: string }
  /** SIGTERM, unless `signal` says otherwise. */
  | { readonly kind: 'shutdown'; readonly node: string; readonly signal?: string }
  | { readonly kind: 'signal'; readonly node: string; readonly name: string }
  | { readonly kind: 'killChild'; readonly node: string; readonly child: number }
  | ({ readonly kind: 'cut' } & Pair)
  /** Ends cuts and holds: of the pair, of every link of `a`, or all. */
  | { readonly kind: 'heal'; readonly a?: string; readonly b?: string; readonly oneway?: boolean }
  /** Bytes stay in flight; new connects pass. `heal` lets them go on. */
  | ({ readonly kind: 'hold' } & Pair)
  /** Every connection between the two is reset; both ends see it. */
  | { readonly kind: 'reset'; readonly a: string; readonly b: string }
  | ({ readonly kind: 'latency'; readonly micros: number; readonly jitterMicros?: number } & Pair)
  /** Infinity: unlimited. */
  | ({ readonly kind: 'bandwidth'; readonly bytesPerSecond: number } & Pair)
  /** Moves the node's clock by so much, back if negative. */
  | { readonly kind: 'clockJump'; readonly node: string; readonly micros: number }
  /** While `full`, appends and writes of a byte or more fail with `No space left on device`. */
  | { readonly kind: 'diskFault'; readonly node: string; readonly full: boolean };

/**
 * What outside peers do. `conn` is an outside connection: a positive number the injector has
 * chosen and never used before, or a negative one that the world gave to `outside.connect`.
 * Traffic of an unknown or finished connection is ignored.
 */
export type Traffic =
  /** A peer connects to a node's port. Answered by `outside.close` if nobody listens. */
  | {
      readonly kind: 'accept';
      readonly conn: number;
      readonly node: string;
      readonly port: number;
      /** `ip:port` of the peer. */
      readonly peer: string;
      /** Pseudo-node it belongs to: `outside` unless told. */
      readonly from?: string;
      /** See Peer of the machine's contract. */
      readonly isOperator?: boolean;
    }
  /** `bytes` is given away. */
  | { readonly kind: 'data'; readonly conn: number; readonly bytes: Buffer }
  /** The peer's side took so many bytes of what `outside.send` got. */
  | { readonly kind: 'drained'; readonly conn: number; readonly bytes: number }
  /** The peer ended its side; what the node still answers goes out before `outside.close`. */
  | { readonly kind: 'eof'; readonly conn: number }
  /** The connection broke; it is over on this side. */
  | { readonly kind: 'reset'; readonly conn: number }
  /** Outcome of `outside.connect`: `laddr` is the local `ip:port` of the real socket. */
  | { readonly kind: 'connected'; readonly conn: number; readonly laddr?: string }
  | { readonly kind: 'refused'; readonly conn: number; readonly error: string };

export type Input = Operation | Traffic;

/**
 * The world's way out; not part of the state, so copies and replays have none. A call comes during
 * an event: an `inject` made inside it takes effect right after that event.
 */
export interface OutsidePort {
  send(conn: number, bytes: Buffer): void;
  /**
   * The node's side is closed: the last call for this conn. With `isReset` it was reset or refused: by
   * the kernel of a process that ended with input unread, or by one that knows of no such connection.
   */
  close(conn: number, isReset: boolean): void;
  connect(conn: number, host: string, port: number, node: string): void;
  listen(node: string, port: number): void;
  /** A connect is refused from now on. Not called when a node loses its power: see vanishAll. */
  closeListener(node: string, port: number): void;
  /** The node took so many bytes of what `data` brought: flow control towards the peer. */
  consumed?(conn: number, bytes: number): void;
}

/** Default pseudo-node of outside connections. */
export const OUTSIDE = 'outside';

/** An input that makes no sense (unknown node, name taken); thrown by `inject` before anything happened. */
export class InputError extends Error {
  override readonly name = 'InputError';
}
