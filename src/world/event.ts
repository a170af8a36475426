/**
 * An event of the scheduler. A packet on a link is its own arrival event.
 *
 * Invariant: events are ordered by (at, seq). `seq` breaks ties in the order of scheduling. The number
 * that users see is assigned when the event is executed (trace.ts).
 */

import type { ChildResult, FileResult, Instruction, Micros } from '../engine/machine/machine.ts';
import { registerState } from '../engine/machine/state.ts';
import type { End } from './connection.ts';
import type { WorldNode } from './node.ts';
import type { EventName } from './views.ts';

/** Kinds are numbers because they are compared and hashed for every event. */
export const KIND = {
  /** Cancelled: it leaves the queue without effect. */
  dead: 0,
  start: 1,
  /** A connect request arrives at its destination host. */
  connect: 2,
  /** A connection that the kernel has accepted for a process that was not ready. */
  accept: 3,
  connected: 4,
  data: 5,
  drained: 6,
  closed: 7,
  file: 8,
  childDone: 9,
  signal: 10,
  tick: 11,
  /** The remaining commands of an earlier event. */
  run: 12,
  childSlice: 13,
  childFile: 14,
  /** The process is ready again and receives the first of its waiting inputs. */
  wake: 15,
  /** Trace only: it arrived, but at a cut or held link, or at a process that is not ready. */
  wait: 16,
  /** Trace only. */
  operation: 17,
  instruction: 18,
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
  'instruction',
];

/**
 * Ticks come after all other events of the same instant, in the order of the nodes. Their order must not
 * depend on when they were put into the queue, because looking ahead also does that.
 */
export const TICK_SEQ = 2 ** 52;

export class Event {
  at: Micros;
  seq: number;
  /** Number of the event that scheduled this one. */
  cause: number;
  kind: number;
  /** The receiving process; undefined for arrivals at a pseudo-node. */
  node: WorldNode | undefined;
  /** The life of the process that it is meant for; a later life never receives it. */
  life: number;
  /** The end at which it arrives. */
  end: End | undefined;
  bytes: Buffer | undefined;
  /**
   * The number of bytes drained, a token, or the port of a connect. Of bytes: the last event before they
   * were sent that had brought bytes to their sender.
   */
  value = 0;
  /** Pid of the child that it is meant for; 0 for the process itself. */
  child = 0;
  /**
   * A signal, the reason of a close, the error of a connect, the name of a file operation, or an
   * instruction in words.
   */
  label = '';
  /** The result of a file operation or a child, or an instruction. */
  content: FileResult | ChildResult | Instruction | undefined = undefined;

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
registerState('Event', Event);
