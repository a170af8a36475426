/**
 * What a sandbox's service and those who use it say to each other, over a MessagePort, a WebSocket
 * or by a direct call: requests and answers, snapshots (20 a second at most) and batched feed.
 *
 * Invariant: every message is plain JSON; requests name nodes, never objects.
 */

import type { Snapshot } from './snapshot.ts';

/** What one can ask of a sandbox: the operations of the control endpoint's SANDBOX command. */
export type Operation =
  | { readonly op: 'state' }
  | { readonly op: 'pause' }
  | { readonly op: 'resume' }
  /** Executes so many events of a paused world; pauses it first if it runs. */
  | { readonly op: 'step'; readonly count: number }
  /** Executes events up to and including the next one that a person wants to see. */
  | { readonly op: 'stepVisible' }
  | { readonly op: 'crash'; readonly node: string }
  | { readonly op: 'powerloss'; readonly node: string }
  | { readonly op: 'freeze'; readonly node: string }
  | { readonly op: 'thaw'; readonly node: string }
  | { readonly op: 'restart'; readonly node: string }
  | { readonly op: 'cut'; readonly a: string; readonly b: string; readonly oneway: boolean }
  | { readonly op: 'reset'; readonly a: string; readonly b: string }
  /** Without names: everything. */
  | { readonly op: 'heal'; readonly a?: string; readonly b?: string }
  | {
      readonly op: 'latency';
      readonly a: string;
      readonly b: string;
      readonly ms: number;
      readonly jitterMs: number;
    }
  | { readonly op: 'bgsave'; readonly node: string }
  /** A replica drops its link and its cached master, and asks for a full resynchronization. */
  | { readonly op: 'resync'; readonly node: string }
  /** `to` undefined: REPLICAOF NO ONE. */
  | {
      readonly op: 'replicaof';
      readonly node: string;
      readonly to:
        | { readonly host: string; readonly port: number }
        | { readonly node: string }
        | null;
    }
  /** `name` is the master's name as the Sentinels know it. */
  | { readonly op: 'failover'; readonly name: string }
  | { readonly op: 'load'; readonly rate: number; readonly bytes: number }
  | { readonly op: 'loadStop' }
  /** New nodes; without a port they get the next one that is free. The answer names them. */
  | { readonly op: 'addServer'; readonly port?: number }
  | { readonly op: 'addReplica'; readonly of: string; readonly port?: number }
  | { readonly op: 'addSentinel'; readonly port?: number }
  /** The process is killed and its machine is gone, disk and all. */
  | { readonly op: 'remove'; readonly node: string }
  /** CONFIG SET repl-backlog-size. */
  | { readonly op: 'backlog'; readonly node: string; readonly bytes: number }
  /** The last lines of a node's log. */
  | { readonly op: 'log'; readonly node: string; readonly count: number }
  /** Any command, quoted as in redis-cli; the answer's text and lines are written as there. */
  | { readonly op: 'command'; readonly node: string; readonly line: string };

export interface Request {
  /** Chosen by the asker; the answer carries it. */
  readonly id: number;
  readonly operation: Operation;
}

export type Outcome =
  /** `text` is what the node or the sandbox said: OK, Background saving started. */
  | {
      readonly ok: true;
      readonly text: string;
      /** What happened, an event each: the answer to `step`. */
      readonly lines?: readonly string[];
      readonly snapshot?: Snapshot;
      /** Of one node, oldest first: the answer to `log`. */
      readonly log?: readonly FeedEntry[];
    }
  /** `error` says what to do about it. */
  | { readonly ok: false; readonly error: string };

export interface Answer {
  readonly kind: 'answer';
  readonly id: number;
  readonly outcome: Outcome;
}

/** Small talk and machinery: what never ends and is hidden unless somebody asks for it. */
export type Quiet = 'PING' | 'PONG' | 'INFO' | 'hello' | 'ACK' | 'internal';

/** What an event is about, by who takes part in it. */
export type EventFamily =
  /** Between servers: handshakes, answers to PSYNC, RDB payloads, ACK. */
  | 'replication'
  /** Between servers: the replication stream. */
  | 'stream'
  | 'sentinel'
  /** An application, LOAD or the operator with a node. */
  | 'client'
  /** Connections that are asked for, made, refused and closed. */
  | 'connection'
  /** Starts, ends, signals, and what was done to the world. */
  | 'process';

/** An event of the world, or several like it that came in a crowd: then the first of them. */
export interface EventDetail {
  readonly seq: number;
  /** Number of the event that caused it; 0 for input from outside. */
  readonly cause: number;
  /** Where it comes from, for what travels over a link; empty otherwise. */
  readonly peer: string;
  readonly family: EventFamily;
  /** What kind of small talk it is; null for what is shown. */
  readonly quiet: Quiet | null;
  /** How many events this entry stands for. */
  readonly count: number;
}

/** A line for the eye: a message, a node's log line, a note in words, or something the sandbox itself did. */
export interface FeedEntry {
  /** Unix microseconds, world time for `sandbox` and `event`, the node's own clock for its log. */
  readonly at: number;
  /** Node it comes from; of a message the one that gets it; empty for the sandbox itself. */
  readonly node: string;
  readonly source: 'log' | 'note' | 'sandbox' | 'event';
  readonly level: 'debug' | 'verbose' | 'notice' | 'warning';
  readonly text: string;
  /** Of a log line: `1234:M`, pid and role as Redis begins its lines. */
  readonly writer?: string;
  /** Of an entry whose source is `event`. */
  readonly event?: EventDetail;
}

export type Message =
  | Answer
  | { readonly kind: 'snapshot'; readonly snapshot: Snapshot }
  | { readonly kind: 'feed'; readonly entries: readonly FeedEntry[] };
