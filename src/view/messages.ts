/**
 * The messages between a sandbox's service and its users, over a MessagePort, a WebSocket or by a
 * direct call: requests and answers, snapshots (at most 20 a second) and batches of the feed.
 *
 * Invariant: every message is plain JSON; requests name nodes, never objects.
 */

import type { Snapshot } from './snapshot.ts';
import type { Operation } from './verbs/table.ts';

export type { Operation };

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
      /** An answer of several lines: the events of a step, the reply to a command. */
      readonly lines?: readonly string[];
      /** The answer of a verb with data, as plain JSON: for `state` the snapshot. */
      readonly data?: object;
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
