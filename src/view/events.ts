/** Events as they are shown: rows of a list, one in full, milestones. Plain data. */

/** A line of the list of events. */
export interface EventRow {
  readonly seq: number;
  /** World time, Unix microseconds. */
  readonly at: number;
  readonly node: string;
  /** The sender of a message; '' otherwise. */
  readonly peer: string;
  readonly kind: string;
  readonly text: string;
  /** The number of the event that caused it; 0 for input from outside. */
  readonly cause: number;
  /** Whether a step stops at it. */
  readonly isVisible: boolean;
}

export interface FoundEvents {
  readonly events: readonly EventRow[];
  /** The events that are held at all. */
  readonly first: number;
  readonly last: number;
  /** What limits how far back they go; null while none was forgotten. */
  readonly limit: 'events' | 'bytes' | null;
  /** Where to go on; null when the search has come to the end. */
  readonly next: number | null;
}

export interface EventDetails extends EventRow {
  /** What has happened in it, in the words of breakpoints. */
  readonly happenings: readonly string[];
  /** The length of its payload, and as much of it as is held, with `\xHH` for what cannot be printed. */
  readonly length: number;
  readonly held: number;
  readonly bytes: string;
  /** What the nodes noted about it: why something was decided. */
  readonly why: readonly string[];
  /** Its cause, the cause of that, and so on, as far as they are held. */
  readonly causes: readonly EventRow[];
  /** The events that it has caused directly, the first ones. */
  readonly effects: readonly EventRow[];
}

/** An event at which a replication or a failover takes its next turn. */
export interface Milestone {
  readonly seq: number;
  readonly at: number;
  readonly node: string;
  readonly text: string;
  /** Acknowledged writes are gone. */
  readonly isLoss: boolean;
}
