/**
 * Plain snapshots of the world's parts, for sandbox/ and the tests. They contain no reference to live
 * state.
 */

import type { LogLevel, Micros } from '../engine/machine/machine.ts';
import type { Note } from '../engine/machine/notes.ts';
import type { Decoded } from './wire/message.ts';

export type NodeState = 'running' | 'frozen' | 'crashed' | 'exited';

interface ChildView {
  /** Its pid, which is also its token for the parent's machine. */
  readonly pid: number;
  readonly title: string;
}

export interface NodeView {
  readonly name: string;
  readonly machine: string;
  readonly state: NodeState;
  readonly host: string;
  /** The ports that it owns. */
  readonly ports: readonly number[];
  /** The ports on which it listens now. */
  readonly listening: readonly number[];
  readonly pid: number;
  /** How often it was started. */
  readonly life: number;
  readonly startedAt: Micros;
  readonly exitCode: number | undefined;
  /** The node's clock minus the world's. */
  readonly clockOffset: Micros;
  /** World time until which the process is busy; undefined when it is not busy for a modelled time. */
  readonly busyUntil: Micros | undefined;
  readonly busyOnFile: boolean;
  /** The number of inputs that wait because the process is frozen or busy. */
  readonly waiting: number;
  readonly connections: number;
  readonly children: readonly ChildView[];
  readonly diskFull: boolean;
  /** Next tick in world time; Infinity when idle or not running. */
  readonly nextTickAt: Micros;
}

/** One direction between two places. */
export interface LinkView {
  readonly from: string;
  readonly to: string;
  readonly latencyMicros: number;
  readonly jitterMicros: number;
  readonly bytesPerSecond: number;
  readonly cut: boolean;
  readonly held: boolean;
  /** Bytes in flight, including those that a cut or a hold stops. */
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

/** The names of event kinds, for `kind` of EventView. */
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
  | 'operation'
  | 'instruction';

export interface EventView {
  /** Number of the event (1 for the first executed); 0 for one that has not been executed yet. */
  readonly seq: number;
  /** Number of the event that scheduled it; 0 for input from outside. */
  readonly cause: number;
  readonly at: Micros;
  readonly kind: EventName;
  /** The place where it happens; '' for an operation on links. */
  readonly node: string;
  /** The sender of what travels over a link; '' otherwise. */
  readonly peer: string;
  readonly conn: number;
  /** The length of the payload. */
  readonly bytes: number;
  /** The event in words: its first commands or replies, a file operation, an operation. */
  readonly text: string;
  /** What its bytes mean; undefined for an event without bytes. */
  readonly decoded: Decoded | undefined;
}

export interface LogLine {
  /** Consecutive in a node, from 1. */
  readonly id: number;
  /** The event that wrote it. */
  readonly seq: number;
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
  /** The event that wrote it. */
  readonly seq: number;
  readonly at: Micros;
  readonly node: string;
  readonly note: Note;
}

export interface FileView {
  readonly path: string;
  readonly size: number;
  /** How many of its bytes would certainly survive a power loss. */
  readonly syncedSize: number;
}

/** Why the world has stopped: a machine broke an invariant in this event. */
export interface Failure {
  readonly seq: number;
  readonly node: string;
  /** Name and message of the error. */
  readonly error: string;
  readonly stack: string;
}
