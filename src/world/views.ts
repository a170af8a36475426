/**
 * Plain snapshots of the world's parts: what sandbox/ and the tests read. Nothing here refers to
 * live state.
 */

import type { LogLevel, Micros, Note } from '../engine/machine/machine.ts';

export type NodeState = 'running' | 'frozen' | 'crashed' | 'exited';

interface ChildView {
  /** Its pid; also the token the parent's machine knows it by. */
  readonly pid: number;
  readonly title: string;
}

export interface NodeView {
  readonly name: string;
  readonly machine: string;
  readonly state: NodeState;
  readonly host: string;
  /** Ports that belong to it. */
  readonly ports: readonly number[];
  /** Ports it listens on now. */
  readonly listening: readonly number[];
  readonly pid: number;
  /** How many times it was started. */
  readonly life: number;
  readonly startedAt: Micros;
  readonly exitCode: number | undefined;
  /** The node's clock minus the world's. */
  readonly clockOffset: Micros;
  /** Not before then does the process take an input; undefined when it is not busy with time. */
  readonly busyUntil: Micros | undefined;
  readonly busyOnFile: boolean;
  /** Inputs that wait because the process is frozen or busy. */
  readonly waiting: number;
  readonly connections: number;
  readonly children: readonly ChildView[];
  readonly diskFull: boolean;
  /** Next tick in world time; Infinity when idle or not running. */
  readonly nextTickAt: Micros;
}

/** One direction of a path. */
export interface LinkView {
  readonly from: string;
  readonly to: string;
  readonly latencyMicros: number;
  readonly jitterMicros: number;
  readonly bytesPerSecond: number;
  readonly cut: boolean;
  readonly held: boolean;
  /** Bytes on their way, those a cut or a hold keeps back included. */
  readonly bytesInFlight: number;
}

export interface EndView {
  /** Node or pseudo-node. */
  readonly node: string;
  /** The machine's ConnId; the outside connection id for a pseudo-node. */
  readonly conn: number;
  readonly addr: string;
  readonly bytesSent: number;
  /** Bytes sent by this end that have not arrived yet. */
  readonly bytesInFlight: number;
  /** Bytes sent by this end that `drained` has not reported yet. */
  readonly bytesUnreported: number;
}

export interface ConnectionView {
  readonly state: 'connecting' | 'open' | 'closing';
  /** The end that connected. */
  readonly client: EndView;
  readonly server: EndView;
  readonly openedAt: Micros;
}

/** Names of event kinds, as `kind` of EventView. */
export type EventName =
  | 'start'
  | 'connect'
  | 'accept'
  | 'connected'
  | 'data'
  | 'drained'
  | 'closed'
  | 'file'
  | 'childDone'
  | 'signal'
  | 'tick'
  | 'run'
  | 'childSlice'
  | 'childFile'
  | 'wake'
  | 'wait'
  | 'operation';

export interface EventView {
  /** Number of the event (1 for the first executed); 0 for one that has not been executed yet. */
  readonly seq: number;
  /** Number of the event that scheduled it; 0 for input from outside. */
  readonly cause: number;
  readonly at: Micros;
  readonly kind: EventName;
  /** Where it happens; '' for an operation on links. */
  readonly node: string;
  /** Where it comes from, for what travels over a link; '' otherwise. */
  readonly peer: string;
  readonly conn: number;
  /** Payload length. */
  readonly bytes: number;
  /** In words: the first commands or replies, a file operation, an operation. */
  readonly text: string;
}

export interface LogLine {
  /** Consecutive in a node, from 1. */
  readonly id: number;
  /** The node's own clock. */
  readonly at: Micros;
  readonly pid: number;
  readonly level: LogLevel;
  readonly role: string;
  readonly line: string;
}

export interface NoteView {
  /** Consecutive in the world, from 1. */
  readonly id: number;
  /** Event it was written in. */
  readonly seq: number;
  readonly at: Micros;
  readonly node: string;
  readonly note: Note;
}

export interface FileView {
  readonly path: string;
  readonly size: number;
  /** How much of it a power loss would leave for sure. */
  readonly syncedSize: number;
}

/** Why the world stands still: a machine broke an invariant in this event. */
export interface Failure {
  readonly seq: number;
  readonly node: string;
  /** Name and message of the error. */
  readonly error: string;
  readonly stack: string;
}
