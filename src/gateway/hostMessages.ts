/** The messages between a sandbox's worker thread and the thread that started it; plain data. */

import type { TopologyOptions } from '../sandbox/topology.ts';
import type { Message, Outcome, Request } from '../view/messages.ts';

export interface HistoryLimits {
  readonly events: number;
  /** Of the payloads of these events. */
  readonly megabytes: number;
}

export const DEFAULT_HISTORY: HistoryLimits = { events: 1_000_000, megabytes: 64 };

export interface HostOptions {
  readonly topology: TopologyOptions;
  readonly seed: number;
  /** New for every start, so that real peers never see a replid twice. */
  readonly nonce: string;
  readonly controlPort: number;
  readonly dashboardPort: number;
  /** The limit of the thread's heap and Buffers together. */
  readonly memoryMb: number;
  /** How much of the past can be looked at. */
  readonly history: HistoryLimits;
  /** A recording to continue in place of a new topology: the bytes of its file. */
  readonly recording?: Uint8Array;
  /** The recording is only looked at: its nodes have no endpoints. */
  readonly isFinished?: boolean;
}

/** A sandbox wants another one to be started, which continues from an event of its history. */
export interface ForkRequest {
  readonly kind: 'fork';
  readonly id: number;
  readonly name: string;
  readonly options: HostOptions;
}

/** As `up --json` prints it. */
export interface EndpointList {
  readonly nodes: readonly {
    readonly name: string;
    readonly role: 'master' | 'replica';
    readonly host: string;
    readonly port: number;
  }[];
  readonly sentinels: readonly {
    readonly name: string;
    readonly host: string;
    readonly port: number;
  }[];
  readonly masterName: string;
  readonly control: { readonly host: string; readonly port: number };
  readonly dashboard: { readonly url: string };
}

/** A machine broke an invariant; the world has stopped at that event. */
export interface FailureReport {
  readonly error: string;
  readonly stack: string;
  /** The node of the machine; empty when the error was outside of any machine. */
  readonly node: string;
  readonly event: number;
  readonly seed: number;
  /** The path of the recording. */
  readonly recording?: string;
  /** Why there is no recording. */
  readonly noRecording?: string;
}

export type ToWorker =
  | Request
  | { readonly kind: 'subscribe' }
  | { readonly kind: 'close' }
  /** The answer to a ForkRequest. */
  | { readonly kind: 'forked'; readonly id: number; readonly outcome: Outcome };

export type FromWorker =
  | Message
  | { readonly kind: 'ready'; readonly endpoints: EndpointList }
  /** The start failed for a reason that the user can remove, such as a port that is taken. */
  | {
      readonly kind: 'refused';
      readonly reason: string;
      readonly takenPort: number | undefined;
    }
  /** A message to show to the user at once: what happened and what to do. */
  | { readonly kind: 'warning'; readonly text: string }
  | { readonly kind: 'failed'; readonly report: FailureReport }
  | ForkRequest
  /** The sandbox has ended itself for the given reason. */
  | { readonly kind: 'ended'; readonly reason: string };
