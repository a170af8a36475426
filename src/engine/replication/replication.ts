// Placeholder of the lead until the replication engineer's file replaces it.
/* biome-ignore-all lint: placeholder */
import { registerState } from '../machine/state.ts';
export class Replication {
  isReplica = false; masterLinkUp = false; backlogBytes = 0; syncFull = 0; syncPartialOk = 0; syncPartialErr = 0; replicaCount = 0;
  host: unknown;
  constructor(host: unknown) { this.host = host; }
  start(): void {} restore(_f: unknown): void {} feed(_d: number, _a: unknown): void {}
  streamReceived(_c: Buffer): void {} streamApplied(_c: unknown): void {}
  goodReplicas(): number { return 0; } laggingReplicas(): number { return 0; }
  clientGone(_c: unknown): void {} linkConnected(_l: unknown, _e: unknown): void {} linkData(_l: unknown, _c: Buffer): void {} linkClosed(_l: unknown): void {}
  connectionDrained(_c: unknown): void {} saveDone(_ok: boolean): void {} loadDone(_e: unknown): void {} fileDone(_t: number, _r: unknown): boolean { return false; }
  tick(): void {} nextDeadline(): number { return Number.POSITIVE_INFINITY; } beforeFlush(): void {}
  infoFields(): (readonly [string, string | number])[] { return []; } rdbAux(): object { return {}; }
  forceFullResync(): void {} changeReplId(): void {} settingsChanged(_n: unknown): void {} resetStatistics(): void {}
  unblockEarly(_c: unknown, _e: boolean): boolean { return false; }
}
registerState(Replication);
