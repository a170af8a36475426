/**
 * The state of a sandbox at one instant, as plain JSON, for the control endpoint, the dashboard and
 * the editor.
 *
 * Invariant: a snapshot is whole and has a revision; there are no deltas, and it contains no reference
 * to live state. Instants are Unix time in whole microseconds; offsets count bytes of the stream.
 */

/** The most entries of a list that clients and peers can grow; the first ones are listed. */
export const LISTED_MAX = 100;

export type ProcessState = 'running' | 'frozen' | 'crashed' | 'exited';

interface ClockSnapshot {
  /** World time, Unix microseconds. */
  readonly now: number;
  readonly mode: 'live' | 'paused';
  /** World seconds per real second. */
  readonly speed: number;
  /** Events executed since the world began. */
  readonly events: number;
  /** The pattern of events on which the world pauses; null for none. */
  readonly pauseOn: string | null;
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

/** A replica's connection to its master. */
export interface MasterLinkSnapshot {
  readonly node: string | null;
  readonly host: string;
  readonly port: number;
  readonly status: 'up' | 'down';
  /** Seconds; -1 while the link is down. */
  readonly lastIoSeconds: number;
  readonly syncInProgress: boolean;
}

/** Why a master answers PSYNC with a full resynchronization. */
type FullResyncReason =
  /** `PSYNC ? -1`: the replica has nothing to continue from. */
  | 'no-cached-master'
  /** The replica's history is unknown to the master. */
  | 'replid'
  /** It is the master's previous history, beyond the point where the two diverged. */
  | 'second-offset'
  | 'no-backlog'
  /** The backlog no longer holds the byte. */
  | 'backlog'
  /** The byte has not been written yet. */
  | 'ahead'
  /** The old SYNC command always needs a full resynchronization. */
  | 'sync';

/**
 * What a replica will ask for when it next connects to its master (PSYNC replid offset), and what the
 * master would answer now.
 */
export interface ResyncSnapshot {
  /** A process that has ended has only its dump to continue from. */
  readonly from: 'memory' | 'dump';
  /** Null: `PSYNC ? -1`. */
  readonly replid: string | null;
  /** The first byte it lacks. */
  readonly offset: number;
  /** Null while its master is not a node of the sandbox, or has no process. */
  readonly answer: 'partial' | 'full' | null;
  /** Why a full resynchronization; null otherwise. */
  readonly reason: FullResyncReason | null;
  /** How many bytes a partial resynchronization would send. */
  readonly bytes: number;
}

export interface NodeSnapshot {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly process: ProcessState;
  readonly pid: number;
  /** How many times the process was started. */
  readonly life: number;
  /** The last known role; a dead process keeps its last one. */
  readonly role: 'master' | 'replica';
  readonly replid: string;
  readonly replid2: string;
  readonly secondReplidOffset: number;
  /** master_repl_offset. */
  readonly offset: number;
  readonly master: MasterLinkSnapshot | null;
  /** Null for a master. */
  readonly resync: ResyncSnapshot | null;
  readonly replicas: readonly ReplicaSnapshot[];
  readonly backlog: BacklogSnapshot;
  /** The title of the saving child, as `ps` would show it; null when there is none. */
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
  /** Milliseconds since the oldest unanswered PING; 0 when every PING was answered. */
  readonly silentMs: number;
  /** down-after-milliseconds: it is SDOWN once `silentMs` exceeds this. */
  readonly downAfterMs: number;
}

/** A vote for a leader; a Sentinel has one vote per epoch. */
export interface VoteSnapshot {
  /** Name of the Sentinel voted for, or its run ID when it is not a node of this sandbox. */
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

/** One direction of a link that is not in its default state, or that has bytes in flight. */
export interface LinkSnapshot {
  readonly from: string;
  readonly to: string;
  readonly cut: boolean;
  readonly held: boolean;
  readonly latencyMs: number;
  readonly jitterMs: number;
  /** Its latency and jitter unless others are set. */
  readonly defaultLatencyMs: number;
  readonly defaultJitterMs: number;
  readonly bytesInFlight: number;
}

export interface LoadSnapshot {
  readonly running: boolean;
  /**
   * Its current activity: `asking`, `connecting`, `checking role`, `reading back`, `writing`,
   * `waiting`, `stopped`.
   */
  readonly phase: string;
  /** Writes a second. */
  readonly rate: number;
  /** Length of a value. */
  readonly bytes: number;
  /** How many keys it writes in turn, and reads back. */
  readonly keys: number;
  readonly master: string | null;
  readonly sent: number;
  readonly acked: number;
  /** Refused writes by the first word of the error: READONLY, NOREPLICAS. */
  readonly errors: Readonly<Record<string, number>>;
  /** Writes that were sent and never answered. */
  readonly unknown: number;
  /** Acknowledged writes that were missing when the keys were read back. */
  readonly lost: number;
  /** Sequence numbers of the last lost writes, at most 100. */
  readonly lostSequences: readonly number[];
  /** Total time without a master that accepted writes. */
  readonly unwritableMs: number;
  /** How many times the keys were read back. */
  readonly checks: number;
}

/**
 * What lost data: the promotion of a replica, the restart of a master (after a crash or a power loss), a
 * synchronization with a server of another history, or commands such as FLUSHALL.
 */
export type LossCause = 'promotion' | 'restart' | 'powerLoss' | 'resync' | 'commands' | 'undone';

export interface LossSnapshot {
  readonly cause: LossCause;
  readonly at: number;
  /** The event after which it was observed. */
  readonly seq: number;
  readonly oldMaster: string;
  readonly oldOffset: number;
  readonly promoted: string;
  readonly promotedOffset: number;
  readonly bytesGone: number;
  /** Lost acknowledged writes of LOAD; null without a LOAD, and until it has read its keys back. */
  readonly writesGone: number | null;
  /** `old master m at offset 900, promoted r1 at 870: 30 bytes, 1 acknowledged write gone`. */
  readonly sentence: string;
}

/** Where a sandbox is in its history. */
export interface HistorySnapshot {
  /** The event of the past that is shown; null at present. */
  readonly shown: number | null;
  /** The first event that can be shown; null while nothing is recorded. */
  readonly first: number | null;
  readonly firstAt: number;
  /** The present. */
  readonly last: number;
  readonly lastAt: number;
}

/** A client outside of the world that gets no answer while the world is paused or the node frozen. */
export interface WaitingClientSnapshot {
  /** The name given by CLIENT SETNAME; empty without one. */
  readonly name: string;
  /** Its `ip:port`. */
  readonly addr: string;
  readonly node: string;
  readonly because: 'paused' | 'frozen';
}

/** An event that a paused world executes next. */
export interface UpcomingSnapshot {
  readonly at: number;
  readonly node: string;
  readonly peer: string;
  /** A sentence: `r1 receives from m: SET x 1`. */
  readonly sentence: string;
  /** Whether the feed hides it by default. */
  readonly quiet: boolean;
}

export interface Snapshot {
  readonly revision: number;
  readonly masterName: string;
  readonly seed: number | null;
  readonly clock: ClockSnapshot;
  readonly nodes: readonly NodeSnapshot[];
  readonly sentinels: readonly SentinelSnapshot[];
  readonly links: readonly LinkSnapshot[];
  readonly load: LoadSnapshot | null;
  /** The first LISTED_MAX of them. */
  readonly waiting: readonly WaitingClientSnapshot[];
  /** The number of all waiting clients. */
  readonly waitingCount: number;
  /** The next events, soonest first; empty while the world runs. */
  readonly upcoming: readonly UpcomingSnapshot[];
  readonly history: HistorySnapshot;
  /** The last ones, oldest first. */
  readonly failovers: readonly LossSnapshot[];
  /** The broken invariant that stopped the world; null while there is none. */
  readonly failure: string | null;
}
