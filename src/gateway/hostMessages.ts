/** What a sandbox's worker thread and those who started it say to each other; plain data. */

import type { TopologyOptions } from '../sandbox/topology.ts';
import type { Message, Request } from '../view/messages.ts';

export interface HostOptions {
  readonly topology: TopologyOptions;
  readonly seed: number;
  /** Fresh for every start, so that no replid repeats among real peers. */
  readonly nonce: string;
  readonly controlPort: number;
  readonly dashboardPort: number;
  /** What the thread's heap and Buffers may take. */
  readonly memoryMb: number;
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

/** A machine broke an invariant: the world stands still at that event. */
export interface FailureReport {
  readonly error: string;
  readonly stack: string;
  /** Whose machine it was; empty when it was nobody's. */
  readonly node: string;
  readonly event: number;
  readonly seed: number;
  /** Path of the file that replays it. */
  readonly recording?: string;
  /** Why there is none. */
  readonly noRecording?: string;
}

export type ToWorker = Request | { readonly kind: 'subscribe' } | { readonly kind: 'close' };

export type FromWorker =
  | Message
  | { readonly kind: 'ready'; readonly endpoints: EndpointList }
  /** It did not come up, for a reason the user can do something about. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** For the user, at once: what happened and what to do. */
  | { readonly kind: 'warning'; readonly text: string }
  | { readonly kind: 'failed'; readonly report: FailureReport }
  /** It has ended itself, for the reason given. */
  | { readonly kind: 'ended'; readonly reason: string };
