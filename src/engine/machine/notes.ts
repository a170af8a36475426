/**
 * Notes: facts that the wire does not show, such as why a resynchronization was full, who voted, at which
 * offset a replica was promoted. They explain a run, and are plain data with exact numbers.
 *
 * Invariant: the union is closed, so that what puts notes into words has words for each. Addresses are
 * `host:port`; IDs are whole.
 */

/** Of a master. */
type MasterNote =
  /** It answers a replica's request with everything. Bytes `first` to `last` are in its backlog. */
  | {
      readonly kind: 'full-resync';
      readonly replica: string;
      readonly reason:
        | 'no-cached-master'
        | 'replid'
        | 'second-offset'
        | 'no-backlog'
        | 'backlog'
        | 'ahead'
        | 'sync';
      readonly askedId: string;
      readonly asked: number;
      readonly first: number;
      readonly last: number;
      readonly replid: string;
      readonly replid2: string;
      /** Where the second history ended for this server: its first byte that the server has not. */
      readonly secondOffset: number;
    }
  | {
      readonly kind: 'partial-resync';
      readonly replica: string;
      readonly asked: number;
      readonly first: number;
      readonly last: number;
      readonly bytes: number;
    }
  | { readonly kind: 'replica-online'; readonly replica: string; readonly offset: number }
  | {
      readonly kind: 'replica-lost';
      readonly replica: string;
      readonly acked: number;
      readonly last: number;
    };

/** Of a replica, or of a server that becomes one or no longer is one. */
type ReplicaNote =
  | { readonly kind: 'demoted'; readonly master: string; readonly offset: number }
  | {
      readonly kind: 'promoted';
      readonly offset: number;
      readonly replid: string;
      readonly replid2: string;
      readonly secondOffset: number;
    }
  | {
      readonly kind: 'link-up';
      readonly master: string;
      readonly by: 'partial' | 'full';
      readonly replid: string;
      readonly offset: number;
    }
  /** `cached`: it can ask to continue. */
  | { readonly kind: 'link-down'; readonly offset: number; readonly cached: boolean };

type SavingNote =
  | {
      readonly kind: 'bgsave';
      readonly state: 'start' | 'done' | 'failed';
      readonly pid: number;
    }
  | {
      readonly kind: 'rdb-load';
      readonly origin: 'start' | 'replication';
      readonly bytes: number;
    };

/** A replica as a Sentinel saw it when it selected one. */
export interface Candidate {
  readonly name: string;
  readonly priority: number;
  readonly offset: number;
  /** '' if it is not known. */
  readonly runid: string;
  /** Why it must not be promoted; '' if it may. */
  readonly excluded: string;
}

interface Election {
  readonly master: string;
  readonly epoch: number;
  /** The votes for `candidate`, who has most; '' if there is none. */
  readonly votes: number;
  readonly candidate: string;
  readonly quorum: number;
  readonly majority: number;
  readonly voters: number;
}

type SentinelNote =
  /** An event of Sentinel, such as +sdown, with its message. */
  | { readonly kind: 'event'; readonly name: string; readonly message: string }
  | { readonly kind: 'tilt'; readonly entered: boolean; readonly jumpMs: number }
  /** An instance is subjectively down, or no longer. */
  | {
      readonly kind: 'sdown';
      readonly instance: string;
      readonly role: 'master' | 'slave' | 'sentinel';
      readonly master: string;
      readonly down: boolean;
      readonly reason: string;
      readonly silentMs: number;
      readonly downAfterMs: number;
      /** Milliseconds since its last acceptable reply. */
      readonly repliedMs: number;
    }
  /** A master is objectively down, or no longer; or it is not, although this Sentinel sees it down. */
  | {
      readonly kind: 'odown';
      readonly master: string;
      readonly down: boolean;
      readonly was: boolean;
      readonly votes: number;
      readonly quorum: number;
      readonly sentinels: number;
    }
  | {
      readonly kind: 'vote';
      readonly master: string;
      readonly for: string;
      readonly epoch: number;
      readonly own: boolean;
    }
  | ({ readonly kind: 'elected'; readonly forced: boolean } & Election)
  | ({ readonly kind: 'not-elected' } & Election)
  /** The candidates are in the order of their fitness, those that are excluded behind the others. */
  | {
      readonly kind: 'selected';
      readonly master: string;
      readonly replica: string;
      readonly candidates: readonly Candidate[];
    }
  | {
      readonly kind: 'not-selected';
      readonly master: string;
      readonly candidates: readonly Candidate[];
    }
  | {
      readonly kind: 'failover-delayed';
      readonly master: string;
      readonly waitMs: number;
      readonly failoverTimeoutMs: number;
      /** For whom this Sentinel has voted last; '' if it has not. */
      readonly votedFor: string;
      readonly votedForItself: boolean;
    }
  | { readonly kind: 'failover-state'; readonly master: string; readonly state: string };

/** Of what lives in the world and is neither a server nor a Sentinel. */
type WorldNote =
  /** The load client has read its keys back from a master. */
  | {
      readonly kind: 'load-read-back';
      readonly host: string;
      readonly port: number;
      readonly acked: number;
      readonly gone: number;
      readonly lost: number;
    }
  /** The world's observer has found that bytes or acknowledged writes are gone. */
  | {
      readonly kind: 'loss';
      readonly cause: string;
      readonly node: string;
      readonly offset: number;
      readonly oldNode: string;
      readonly oldOffset: number;
      readonly bytes: number;
      readonly writes: number;
      readonly sentence: string;
    };

export type Note = MasterNote | ReplicaNote | SavingNote | SentinelNote | WorldNote;
