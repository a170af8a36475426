/**
 * What replication asks of the server it is part of. The server is the only implementation; tests
 * use it too.
 */

import type { Process } from '../process/process.ts';

/** One class of client-output-buffer-limit; zero: no limit. */
interface ReplicaOutputLimit {
  readonly hard: number;
  readonly soft: number;
  readonly softSeconds: number;
}

/** The directives replication reads, by their camelCase names. Times in seconds, sizes in bytes. */
interface ReplicationSettings {
  readonly port: number;
  /** Written by REPLICAOF, so that CONFIG REWRITE and CONFIG GET tell the present master. */
  replicaof: { host: string; port: number } | undefined;
  readonly masterauth: string;
  readonly masteruser: string;
  readonly replPingReplicaPeriod: number;
  readonly replTimeout: number;
  readonly replBacklogSize: number;
  readonly replBacklogTtl: number;
  readonly replicaReadOnly: boolean;
  readonly replicaPriority: number;
  readonly replicaAnnounced: boolean;
  readonly replicaAnnounceIp: string;
  readonly replicaAnnouncePort: number;
  readonly minReplicasToWrite: number;
  readonly minReplicasMaxLag: number;
  readonly dbfilename: string;
  /** Save points. */
  readonly save: readonly unknown[];
  readonly clientOutputBufferLimit: { readonly replica: ReplicaOutputLimit };
}

export interface ReplicationHost extends Process {
  readonly settings: Process['settings'] & ReplicationSettings;
  readonly saving: {
    /** The BGSAVE child that runs. */
    readonly child: { readonly pid: number } | undefined;
    /** Kills it; `saveDone` still comes, later. */
    killChild(): void;
  };
  /** CLIENT PAUSE, or a shutdown that waits for replicas. */
  readonly pausing: { readonly active: boolean };
  readonly loading: {
    /** What the auxiliary fields of the dump loaded last said. */
    readonly fields: { readonly replStreamDb?: number };
  };
  /** Forks the BGSAVE child with a snapshot of this instant; `saveDone` follows. Returns false if it cannot. */
  startBackgroundSave(): boolean;
  /** Empties every database, and logs so. */
  dropData(): void;
  /** Loads an RDB slice by slice, and logs so; `loadDone` follows. The loader owns the buffers. */
  startLoading(chunks: Buffer[], origin: 'replication'): void;
  /** Stops loading and drops what was loaded. */
  cancelLoading(): void;
  /** This server became a master or a replica. */
  roleChanged(): void;
}
