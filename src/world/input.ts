/**
 * Everything that enters the world from outside, and the calls that it makes to the outside.
 *
 * Invariant: an input is plain data. A recording is (seed, params, inputs with their positions); the
 * rest of a run follows from it.
 */

import type { Costs, Instruction, Micros } from '../engine/machine/machine.ts';
import type { Seed } from '../engine/machine/random.ts';

export interface DiskParams {
  /** Duration of an fsync. */
  readonly fsyncMicros: number;
  /** Longest duration of every other operation; it is drawn from the disk's own random stream. */
  readonly opMicrosMax: number;
}

/** What a run depends on besides its seed and its inputs; part of every recording. */
export interface WorldParams {
  readonly costs: Costs;
  /** One-way latency between two nodes. */
  readonly latencyMicros: number;
  /** The largest addition to a latency; it is drawn from the link's own random stream. */
  readonly jitterMicros: number;
  /** One-way latency between a node and a pseudo-node such as `outside`. */
  readonly outsideLatencyMicros: number;
  readonly disk: DiskParams;
  /** The most commands that one event executes; the rest becomes another event. */
  readonly budget: number;
  /** A state digest enters the trace hash after every `digestEvery` events; 0: never (large data). */
  readonly digestEvery: number;
  /** Whether a connect to an address of no node calls `outside.connect`; otherwise it is refused. */
  readonly outsideReachable: boolean;
  /** The most memory for payloads of past events; with more, the oldest events are forgotten. */
  readonly tracePayloadBytes: number;
  /** The kind of the world's observer, which was registered with registerObserver; '' for none. */
  readonly observer: string;
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
  tracePayloadBytes: 64 * 1024 * 1024,
  observer: '',
};

export interface WorldOptions {
  readonly seed: Seed;
  /** Unix time of the world's beginning. */
  readonly startAt: Micros;
  readonly record: boolean;
  readonly params?: Partial<WorldParams>;
  /** The most bytes of recorded inputs; a checkpoint replaces older ones. Default: 64 MB. */
  readonly journalBytesMax?: number;
  /** The number of events that the trace keeps. */
  readonly traceEvents?: number;
}

interface InitialFile {
  readonly path: string;
  readonly bytes: Buffer;
}

export interface AddNode {
  readonly kind: 'addNode';
  readonly name: string;
  /** A kind that was registered with registerMachine. */
  readonly machine: string;
  /** Ports of this node. While it does not listen on one, a connect is refused, not sent outside. */
  readonly ports?: readonly number[];
  readonly configFile?: string;
  readonly directives?: readonly (readonly string[])[];
  readonly files?: readonly InitialFile[];
  /**
   * Enters only the IDs that the node generates for itself. It is new for every sandbox with outside
   * peers: a peer that sees a known replid assumes that it is the same server.
   */
  readonly nonce?: string;
}

/** Both directions, unless `oneway` (then a → b). Names are those of nodes or pseudo-nodes. */
interface Pair {
  readonly a: string;
  readonly b: string;
  readonly oneway?: boolean;
}

/** The operations of a user or a fault plan; each is an event in the trace. */
export type Operation =
  | AddNode
  | { readonly kind: 'removeNode'; readonly node: string }
  /** kill -9: files keep what was written to them; connections end as in closeAll. */
  | { readonly kind: 'crash'; readonly node: string }
  /**
   * Unsynced data is lost, with torn tails; nothing is sent, so the peers' connections are
   * half-open.
   */
  | { readonly kind: 'powerLoss'; readonly node: string }
  /** SIGSTOP. Children continue. */
  | { readonly kind: 'freeze'; readonly node: string }
  | { readonly kind: 'thaw'; readonly node: string }
  /** Starts a dead node; a live one receives SIGTERM and starts again once it has ended. */
  | { readonly kind: 'restart'; readonly node: string }
  /** Sends `signal`, by default SIGTERM. */
  | { readonly kind: 'shutdown'; readonly node: string; readonly signal?: string }
  | { readonly kind: 'signal'; readonly node: string; readonly name: string }
  /** The machine receives it as an event. A dead process receives nothing. */
  | { readonly kind: 'instruct'; readonly node: string; readonly instruction: Instruction }
  | { readonly kind: 'killChild'; readonly node: string; readonly child: number }
  | ({ readonly kind: 'cut' } & Pair)
  /** Ends cuts and holds: those of the pair, of every link of `a`, or all. */
  | { readonly kind: 'heal'; readonly a?: string; readonly b?: string; readonly oneway?: boolean }
  /** Bytes stay in flight until `heal`; new connects pass. */
  | ({ readonly kind: 'hold' } & Pair)
  /** Every connection between the two is reset; both ends see it. */
  | { readonly kind: 'reset'; readonly a: string; readonly b: string }
  | ({ readonly kind: 'latency'; readonly micros: number; readonly jitterMicros?: number } & Pair)
  /** Infinity: unlimited. */
  | ({ readonly kind: 'bandwidth'; readonly bytesPerSecond: number } & Pair)
  /** Moves the node's clock forward, or back if negative. */
  | { readonly kind: 'clockJump'; readonly node: string; readonly micros: number }
  /** While `full`, appends and writes of a byte or more fail with `No space left on device`. */
  | { readonly kind: 'diskFault'; readonly node: string; readonly full: boolean };

interface Delayed {
  /** Added to the latency of its link. */
  readonly delayMicros?: Micros;
}

/**
 * Traffic of outside peers. `conn` is an outside connection: a new positive number chosen by the
 * injector, or a negative one that the world passed to `outside.connect`. Traffic of an unknown or
 * ended connection is ignored.
 */
export type Traffic =
  /** A peer connects to a node's port. If the node does not listen, `outside.close` answers. */
  | ({
      readonly kind: 'accept';
      readonly conn: number;
      readonly node: string;
      readonly port: number;
      /** `ip:port` of the peer. */
      readonly peer: string;
      /** The pseudo-node of the peer; default `outside`. */
      readonly from?: string;
      /** See Peer of the machine's contract. */
      readonly isOperator?: boolean;
    } & Delayed)
  /** `bytes` must not be written to afterwards. */
  | ({ readonly kind: 'data'; readonly conn: number; readonly bytes: Buffer } & Delayed)
  /** The peer's side has read that many bytes of what `outside.send` sent. */
  | { readonly kind: 'drained'; readonly conn: number; readonly bytes: number }
  /** The peer has ended its side; the node's remaining replies are sent before `outside.close`. */
  | ({ readonly kind: 'eof'; readonly conn: number } & Delayed)
  /** The connection broke and has ended on this side. */
  | ({ readonly kind: 'reset'; readonly conn: number } & Delayed)
  /** The outcome of `outside.connect`; `laddr` is the local `ip:port` of the real socket. */
  | ({ readonly kind: 'connected'; readonly conn: number; readonly laddr?: string } & Delayed)
  | { readonly kind: 'refused'; readonly conn: number; readonly error: string };

export type Input = Operation | Traffic;

/**
 * The world's calls to the outside; not part of the state, so copies and replays have none. A call
 * happens during an event: an `inject` inside of it takes effect right after that event.
 */
export interface OutsidePort {
  send(conn: number, bytes: Buffer): void;
  /**
   * The node's side is closed: the last call for this conn. With `isReset` it was reset or refused, by
   * the kernel of a process that ended with unread input, or by one that does not know the connection.
   */
  close(conn: number, isReset: boolean): void;
  connect(conn: number, host: string, port: number, node: string): void;
  listen(node: string, port: number): void;
  /** Connects are refused from now on. Not called when a node loses its power: see vanishAll. */
  closeListener(node: string, port: number): void;
  /** The node has read that many bytes of the peer's `data`: flow control towards the peer. */
  consumed?(conn: number, bytes: number): void;
}

/** The default pseudo-node of outside connections. */
export const OUTSIDE = 'outside';

/** An invalid input (unknown node, name taken); `inject` throws it before anything changes. */
export class InputError extends Error {
  override readonly name = 'InputError';
}
