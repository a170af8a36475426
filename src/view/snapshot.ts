/**
 * What a sandbox looks like at one instant, as plain JSON: what the control endpoint, the
 * dashboard and the editor read.
 *
 * Invariant: a snapshot is whole and has a revision; there are no deltas, and nothing in it refers
 * to live state. Instants are Unix time in whole microseconds, offsets are bytes of the stream.
 */

/** Entries of a list that clients and peers can make grow: of more, the first ones are shown. */
export const LISTED_MAX = 100;

export type ProcessState = 'running' | 'frozen' | 'crashed' | 'exited';

interface ClockSnapshot {
  /** World time, Unix microseconds. */
  readonly now: number;
  readonly mode: 'live' | 'paused';
  /** World seconds a real second. */
  readonly speed: number;
  /** Events executed since the world began. */
  readonly events: number;
}

export interface BacklogSnapshot {
  readonly active: boolean;
  readonly size: number;
  readonly firstByteOffset: number;
  readonly histlen: number;
}

/** A replica as its master sees it. */
export interface ReplicaSnapshot {
  /** Name of the node at that address; null for a stranger. */
  readonly node: string | null;
  readonly host: string;
  readonly port: number;
  /** As INFO's slaveN prints it: wait_bgsave, send_bulk, online. */
  readonly state: string;
  readonly offset: number;
  /** Bytes of the stream it has not acknowledged. */
  readonly behind: number;
  /** Seconds since its last REPLCONF ACK. */
  readonly lag: number;
}

/** A replica's way to its master. */
export interface MasterLinkSnapshot {
  readonly node: string | null;
  readonly host: string;
  readonly port: number;
  readonly status: 'up' | 'down';
  /** Seconds; -1 while the link is down. */
  readonly lastIoSeconds: number;
  readonly syncInProgress: boolean;
}

export interface NodeSnapshot {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly process: ProcessState;
  readonly pid: number;
  /** How many times the process was started. */
  readonly life: number;
  /** Last known role; a dead process keeps the one it died with. */
  readonly role: 'master' | 'replica';
  readonly replid: string;
  readonly replid2: string;
  readonly secondReplidOffset: number;
  /** master_repl_offset. */
  readonly offset: number;
  readonly master: MasterLinkSnapshot | null;
  readonly replicas: readonly ReplicaSnapshot[];
  readonly backlog: BacklogSnapshot;
  /** A child that saves, as `ps` would title it; null when there is none. */
  readonly child: string | null;
  /** Inputs that wait because the process is frozen or busy. */
  readonly waitingInputs: number;
  readonly connections: number;
  /** The node's clock minus the world's, microseconds. */
  readonly clockOffset: number;
}

/** A process as one Sentinel sees it. */
export interface SentinelInstanceSnapshot {
  /** Name of the node at that address; null for a stranger. */
  readonly node: string | null;
  readonly host: string;
  readonly port: number;
  /** As SENTINEL MASTER and its like print them: `master,s_down,o_down`. */
  readonly flags: string;
  /** How long it has owed an answer to a PING, milliseconds; 0 when it owes none. */
  readonly silentMs: number;
  /** down-after-milliseconds: SDOWN once `silentMs` is above it. */
  readonly downAfterMs: number;
}

/** A vote for a leader, one an epoch. */
export interface VoteSnapshot {
  /** Name of the Sentinel voted for; its run ID when it is no node of ours. */
  readonly leader: string;
  readonly epoch: number;
}

export interface SentinelSnapshot {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly process: ProcessState;
  readonly pid: number;
  readonly life: number;
  readonly myid: string;
  readonly currentEpoch: number;
  readonly configEpoch: number;
  readonly master: SentinelInstanceSnapshot | null;
  readonly replicas: readonly SentinelInstanceSnapshot[];
  readonly sentinels: readonly SentinelInstanceSnapshot[];
  readonly quorum: number;
  /** Its last vote; null before the first. */
  readonly vote: VoteSnapshot | null;
  /** Empty while no failover runs. */
  readonly failoverState: string;
}

/** One direction of a path whose state is not the default, or on which bytes are under way. */
export interface LinkSnapshot {
  readonly from: string;
  readonly to: string;
  readonly cut: boolean;
  readonly held: boolean;
  readonly latencyMs: number;
  readonly jitterMs: number;
  readonly bytesInFlight: number;
}

export interface LoadSnapshot {
  readonly running: boolean;
  /** What it does now: `asking`, `connecting`, `checking role`, `reading back`, `writing`, `waiting`, `stopped`. */
  readonly phase: string;
  /** Writes a second. */
  readonly rate: number;
  /** Length of a value. */
  readonly bytes: number;
  readonly master: string | null;
  readonly sent: number;
  readonly acked: number;
  /** Refused writes by the first word of the error: READONLY, NOREPLICAS. */
  readonly errors: Readonly<Record<string, number>>;
  /** Sent, and never answered. */
  readonly unknown: number;
  /** Acknowledged, and gone at a later reading back. */
  readonly lost: number;
  /** Sequence numbers of the last lost writes, at most 100. */
  readonly lostSequences: readonly number[];
  /** Time without a master that took writes, in all. */
  readonly unwritableMs: number;
  /** How many times the keys were read back. */
  readonly checks: number;
}

/** A replica that was promoted, and what the old master had that it lacked. */
export interface FailoverSnapshot {
  readonly at: number;
  readonly oldMaster: string;
  readonly oldOffset: number;
  readonly promoted: string;
  readonly promotedOffset: number;
  readonly bytesGone: number;
  /** Acknowledged writes of LOAD that are gone; null when no LOAD was running or it has not read back yet. */
  readonly writesGone: number | null;
  /** `old master m at offset 900, promoted r1 at 870: 30 bytes, 1 acknowledged writes gone`. */
  readonly sentence: string;
}

/** A client outside the world that has sent something and gets no answer as long as things are as they are. */
export interface WaitingClientSnapshot {
  /** As CLIENT SETNAME called it; empty when it did not. */
  readonly name: string;
  /** Its `ip:port`. */
  readonly addr: string;
  readonly node: string;
  readonly because: 'paused' | 'frozen';
}

/** What a paused world does next. */
export interface UpcomingSnapshot {
  readonly at: number;
  readonly node: string;
  readonly peer: string;
  /** A sentence: `r1 receives from m: SET x 1`. */
  readonly sentence: string;
  /** Whether it is hidden in the feed unless asked for. */
  readonly quiet: boolean;
}

export interface Snapshot {
  readonly revision: number;
  readonly masterName: string;
  readonly seed: number;
  readonly clock: ClockSnapshot;
  readonly nodes: readonly NodeSnapshot[];
  readonly sentinels: readonly SentinelSnapshot[];
  readonly links: readonly LinkSnapshot[];
  readonly load: LoadSnapshot | null;
  /** The first LISTED_MAX of them. */
  readonly waiting: readonly WaitingClientSnapshot[];
  /** All clients that wait. */
  readonly waitingCount: number;
  /** The next events, soonest first; empty while the world runs. */
  readonly upcoming: readonly UpcomingSnapshot[];
  /** The last ones, oldest first. */
  readonly failovers: readonly FailoverSnapshot[];
  /** Why the world stands still: a machine broke an invariant; null as long as all is well. */
  readonly failure: string | null;
}
