/**
 * The messages between a sandbox's service and its users, over a MessagePort, a WebSocket or by a
 * direct call: requests and answers, snapshots (at most 20 a second) and batches of the feed.
 *
 * Invariant: every message is plain JSON; requests name nodes, never objects.
 */

import type { Snapshot } from './snapshot.ts';

/** The operations of a sandbox, which are those of the control endpoint's SANDBOX command. */
export type Operation =
  | { readonly op: 'state' }
  | { readonly op: 'pause' }
  | { readonly op: 'resume' }
  /** Executes `count` events of a paused world. A running world is paused first. */
  | { readonly op: 'step'; readonly count: number }
  /** Executes events up to and including the next visible one. */
  | { readonly op: 'stepVisible' }
  | { readonly op: 'crash'; readonly node: string }
  | { readonly op: 'powerloss'; readonly node: string }
  | { readonly op: 'freeze'; readonly node: string }
  | { readonly op: 'thaw'; readonly node: string }
  | { readonly op: 'restart'; readonly node: string }
  | { readonly op: 'cut'; readonly a: string; readonly b: string; readonly oneway: boolean }
  | { readonly op: 'reset'; readonly a: string; readonly b: string }
  /** Without names: every link. */
  | { readonly op: 'heal'; readonly a?: string; readonly b?: string }
  | {
      readonly op: 'latency';
      readonly a: string;
      readonly b: string;
      readonly ms: number;
      readonly jitterMs: number;
    }
  | { readonly op: 'bgsave'; readonly node: string }
  /** The replica drops its connection and its cached master, and requests a full resynchronization. */
  | { readonly op: 'resync'; readonly node: string }
  /** `to` null: REPLICAOF NO ONE. */
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
  /** A new node. Without a port it gets the next free one. The answer names it. */
  | { readonly op: 'addServer'; readonly port?: number }
  | { readonly op: 'addReplica'; readonly of: string; readonly port?: number }
  | { readonly op: 'addSentinel'; readonly port?: number }
  /** The process is killed; its host and its disk are gone. */
  | { readonly op: 'remove'; readonly node: string }
  /** CONFIG SET repl-backlog-size. */
  | { readonly op: 'backlog'; readonly node: string; readonly bytes: number }
  /** The last lines of a node's log. */
  | { readonly op: 'log'; readonly node: string; readonly count: number }
  /** Any command, quoted as in redis-cli. The answer is printed as redis-cli prints it. */
  | { readonly op: 'command'; readonly node: string; readonly line: string };

export interface Request {
  /** Chosen by the sender; the answer repeats it. */
  readonly id: number;
  readonly operation: Operation;
}

export type Outcome =
  /** `text` is the reply of the node or of the sandbox: OK, Background saving started. */
  | {
      readonly ok: true;
      readonly text: string;
      /** One line per executed event: the answer to `step`. */
      readonly lines?: readonly string[];
      readonly snapshot?: Snapshot;
      /** The log lines of one node, oldest first: the answer to `log`. */
      readonly log?: readonly FeedEntry[];
    }
  /** `error` also says what to do. */
  | { readonly ok: false; readonly error: string };

export interface Answer {
  readonly kind: 'answer';
  readonly id: number;
  readonly outcome: Outcome;
}

/** Kinds of periodic traffic and internal events, which the feed hides by default. */
export type Quiet = 'PING' | 'PONG' | 'INFO' | 'hello' | 'ACK' | 'internal';

/** What an event is about, derived from its participants. */
export type EventFamily =
  /** Between servers: handshakes, answers to PSYNC, RDB payloads, ACK. */
  | 'replication'
  /** Between servers: the replication stream. */
  | 'stream'
  | 'sentinel'
  /** An application, LOAD or the operator with a node. */
  | 'client'
  /** Connections: attempts, results, refusals, closes. */
  | 'connection'
  /** Starts, ends and signals of processes, and operations on the world. */
  | 'process';

/** An event of the world, or the first of several similar events that share one entry. */
export interface EventDetail {
  readonly seq: number;
  /** Number of the event that caused it; 0 for input from outside. */
  readonly cause: number;
  /** The sender of what travels over a link; empty for other events. */
  readonly peer: string;
  readonly family: EventFamily;
  /** The kind of hidden traffic; null for a visible event. */
  readonly quiet: Quiet | null;
  /** How many events this entry stands for. */
  readonly count: number;
}

/** One line of the feed: a message, a node's log line, a note in words, or an action of the sandbox. */
export interface FeedEntry {
  /** Unix microseconds: world time for `sandbox` and `event`, the node's own clock for its log. */
  readonly at: number;
  /** The node that it comes from, or the receiver of a message; empty for the sandbox itself. */
  readonly node: string;
  readonly source: 'log' | 'note' | 'sandbox' | 'event';
  readonly level: 'debug' | 'verbose' | 'notice' | 'warning';
  readonly text: string;
  /** Of a log line: `1234:M`, the pid and the role at the beginning of Redis's log lines. */
  readonly writer?: string;
  /** Of an entry whose source is `event`. */
  readonly event?: EventDetail;
}

export type Message =
  | Answer
  | { readonly kind: 'snapshot'; readonly snapshot: Snapshot }
  | { readonly kind: 'feed'; readonly entries: readonly FeedEntry[] };
