/**
 * What the scheduler runs next, and what travels over a link: a packet is its own arrival event.
 *
 * Invariant: events are ordered by (at, seq). `seq` only breaks ties, in the order of scheduling;
 * the number by which people know an event is given when it is executed (trace.ts).
 */

import type { ChildResult, FileResult, Micros } from '../engine/machine/machine.ts';
import { registerState } from '../engine/machine/state.ts';
import type { End } from './connection.ts';
import type { WorldNode } from './node.ts';
import type { EventName } from './views.ts';

/** Kinds by number: they are compared and hashed for every event. */
export const KIND = {
  /** Was taken back; leaves the queue unseen. */
  dead: 0,
  start: 1,
  /** A connect request at the host it is meant for. */
  connect: 2,
  /** A connection the kernel has accepted for a process that was not ready to take it. */
  accept: 3,
  connected: 4,
  data: 5,
  drained: 6,
  closed: 7,
  file: 8,
  childDone: 9,
  signal: 10,
  tick: 11,
  /** More commands of an earlier event. */
  run: 12,
  childSlice: 13,
  childFile: 14,
  /** The process is ready again and takes the first of its waiting inputs. */
  wake: 15,
  /** Trace only: arrived, but cut off, held, or at a process that is not ready. */
  wait: 16,
  /** Trace only. */
  operation: 17,
} as const;

export const KIND_NAMES: readonly EventName[] = [
  'wait',
  'start',
  'connect',
  'accept',
  'connected',
  'data',
  'drained',
  'closed',
  'file',
  'childDone',
  'signal',
  'tick',
  'run',
  'childSlice',
  'childFile',
  'wake',
  'wait',
  'operation',
];

/**
 * Ticks come after everything else of the same instant, in the order of the nodes. Their place
 * must not depend on when they were put back into the queue: looking ahead does that, too.
 */
export const TICK_SEQ = 2 ** 52;

export class Event {
  at: Micros;
  seq: number;
  /** Number of the event that scheduled this one. */
  cause: number;
  kind: number;
  /** The process it is for; undefined for what arrives at a pseudo-node. */
  node: WorldNode | undefined;
  /** Life of the process it is for; a later life never sees it. */
  life: number;
  /** The end it arrives at. */
  end: End | undefined;
  bytes: Buffer | undefined;
  /** Bytes drained, a token, the port of a connect. */
  value = 0;
  /** Pid of the child it is for; 0: the process itself. */
  child = 0;
  /** Signal, reason of a close, error of a connect, or what a file operation was. */
  label = '';
  result: FileResult | ChildResult | undefined = undefined;

  constructor(
    at: Micros,
    seq: number,
    cause: number,
    kind: number,
    node: WorldNode | undefined,
    end: End | undefined,
    bytes: Buffer | undefined,
  ) {
    this.at = at;
    this.seq = seq;
    this.cause = cause;
    this.kind = kind;
    this.node = node;
    this.life = node === undefined ? 0 : node.life;
    this.end = end;
    this.bytes = bytes;
  }
}
registerState(Event);
