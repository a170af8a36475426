/**
 * A server's effective configuration, as plain data: one field a directive, in the directive's
 * camelCase. What a directive is called, how it is read and printed stands in directives.ts.
 */

/** One class of client-output-buffer-limit; zero: no limit. */
export interface OutputBufferLimit {
  hard: number;
  soft: number;
  softSeconds: number;
}

export interface Settings {
  port: number;
  bind: string;
  databases: number;
  maxclients: number;
  timeout: number;
  hz: number;
  loglevel: string;
  logfile: string;
  dir: string;
  dbfilename: string;
  rdbcompression: boolean;
  rdbchecksum: boolean;
  stopWritesOnBgsaveError: boolean;
  /** `seconds changes` pairs; empty: no save points. */
  save: { seconds: number; changes: number }[];
  appendonly: boolean;
  requirepass: string;
  masterauth: string;
  masteruser: string;
  replicaof: { host: string; port: number } | undefined;
  replicaServeStaleData: boolean;
  replicaIgnoreMaxmemory: boolean;
  replicaReadOnly: boolean;
  replicaPriority: number;
  replicaAnnounced: boolean;
  replicaAnnounceIp: string;
  replicaAnnouncePort: number;
  replPingReplicaPeriod: number;
  replTimeout: number;
  replBacklogSize: number;
  replBacklogTtl: number;
  replDisklessSync: boolean;
  replDisklessSyncDelay: number;
  replDisklessLoad: string;
  replDisableTcpNodelay: boolean;
  minReplicasToWrite: number;
  minReplicasMaxLag: number;
  maxmemory: number;
  maxmemoryPolicy: string;
  clientOutputBufferLimit: {
    normal: OutputBufferLimit;
    replica: OutputBufferLimit;
    pubsub: OutputBufferLimit;
  };
  clientQueryBufferLimit: number;
  protoMaxBulkLen: number;
  notifyKeyspaceEvents: string;
  hashMaxListpackEntries: number;
  hashMaxListpackValue: number;
  listMaxListpackSize: number;
  setMaxIntsetEntries: number;
  zsetMaxListpackEntries: number;
  zsetMaxListpackValue: number;
  enableDebugCommand: string;
  enableProtectedConfigs: string;
  shutdownTimeout: number;
  protectedMode: boolean;
  /** Microseconds that loading a key takes, besides; negative n: one in every -n keys. For tests. */
  keyLoadDelay: number;
  /** Bytes loaded at a time where keyLoadDelay makes loading slow. */
  loadingProcessEventsIntervalBytes: number;
}

const MB = 1024 * 1024;

/** Redis 7.0.15's own defaults, but for repl-diskless-sync (see directives.ts). */
export function defaultSettings(): Settings {
  return {
    port: 6379,
    bind: '127.0.0.1',
    databases: 16,
    maxclients: 10000,
    timeout: 0,
    hz: 10,
    loglevel: 'notice',
    logfile: '',
    dir: '.',
    dbfilename: 'dump.rdb',
    rdbcompression: true,
    rdbchecksum: true,
    stopWritesOnBgsaveError: true,
    save: [
      { seconds: 3600, changes: 1 },
      { seconds: 300, changes: 100 },
      { seconds: 60, changes: 10000 },
    ],
    appendonly: false,
    requirepass: '',
    masterauth: '',
    masteruser: '',
    replicaof: undefined,
    replicaServeStaleData: true,
    replicaIgnoreMaxmemory: true,
    replicaReadOnly: true,
    replicaPriority: 100,
    replicaAnnounced: true,
    replicaAnnounceIp: '',
    replicaAnnouncePort: 0,
    replPingReplicaPeriod: 10,
    replTimeout: 60,
    replBacklogSize: MB,
    replBacklogTtl: 3600,
    replDisklessSync: false,
    replDisklessSyncDelay: 5,
    replDisklessLoad: 'disabled',
    replDisableTcpNodelay: false,
    minReplicasToWrite: 0,
    minReplicasMaxLag: 10,
    maxmemory: 0,
    maxmemoryPolicy: 'noeviction',
    clientOutputBufferLimit: {
      normal: { hard: 0, soft: 0, softSeconds: 0 },
      replica: { hard: 256 * MB, soft: 64 * MB, softSeconds: 60 },
      pubsub: { hard: 32 * MB, soft: 8 * MB, softSeconds: 60 },
    },
    clientQueryBufferLimit: 1024 * MB,
    protoMaxBulkLen: 512 * MB,
    notifyKeyspaceEvents: '',
    hashMaxListpackEntries: 512,
    hashMaxListpackValue: 64,
    listMaxListpackSize: -2,
    setMaxIntsetEntries: 512,
    zsetMaxListpackEntries: 128,
    zsetMaxListpackValue: 64,
    enableDebugCommand: 'no',
    enableProtectedConfigs: 'no',
    shutdownTimeout: 10,
    protectedMode: true,
    keyLoadDelay: 0,
    loadingProcessEventsIntervalBytes: 2 * MB,
  };
}
