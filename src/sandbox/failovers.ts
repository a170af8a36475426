/**
 * The cost of each promotion: the offset of the old master, the offset of the promoted replica, and the
 * number of lost writes that were acknowledged to LOAD.
 *
 * A promoted replica begins a new history (replid) and keeps the old one as replid2, with the offset up
 * to which it followed it. If the old master was seen at 900 under that replid, and second_repl_offset
 * is 871, bytes 871 to 900 are gone:
 *   old master m at offset 900, promoted r1 at 870: 30 bytes, 1 acknowledged writes gone
 *
 * An old master that stays alive continues its history, and the cost is not final until it becomes a
 * replica. If instead the promoted server becomes a replica in the old history (or in another one that
 * continues it), its promotion has cost nothing and is deleted.
 *
 * Invariant: servers are observed every OBSERVE_MICROS and before every operation, so that no crash
 * comes between a master's last byte and its observation.
 */

import type { Micros } from '../engine/machine/machine.ts';
import type { FailoverSnapshot } from '../view/snapshot.ts';

/** The facts of a server that are needed here. */
export interface ServerReading {
  readonly name: string;
  readonly port: number;
  /**
   * Identifies the process: it differs for the next process of the node, and for a node that reuses
   * its name.
   */
  readonly pid: number;
  /** False for a process that no longer accepts writes. */
  readonly isAlive: boolean;
  readonly isReplica: boolean;
  readonly replid: string;
  readonly offset: number;
  /** The history before the last promotion, and its end; read only after a promotion. */
  secondHistory(): { readonly replid2: string; readonly secondOffset: number };
}

export interface LoadReading {
  readonly isRunning: boolean;
  readonly checks: number;
  readonly lost: number;
  /** Port of the master from which LOAD last read its keys back; 0 if none. */
  readonly checkedPort: number;
}

interface Promotion {
  readonly at: Micros;
  /** The replids of the old history and of the promoted replica's new one. */
  readonly replid: string;
  readonly newReplid: string;
  readonly oldMaster: string;
  oldOffset: number;
  readonly promoted: string;
  readonly promotedPort: number;
  readonly promotedOffset: number;
  /** LOAD's numbers at the promotion; undefined once they have been compared, or without LOAD. */
  load: LoadReading | undefined;
  writesGone: number | undefined;
  /** Whether the old master is still a master in its own history. */
  oldLivesOn: boolean;
  isTold: boolean;
}

const KEPT_MAX = 50;
const HISTORIES_MAX = 200;

export class Failovers {
  /** The last observed offset of each history's master. */
  private readonly ends = new Map<string, { readonly node: string; offset: number }>();
  /** For each history the one that it continues. */
  private readonly parents = new Map<string, string>();
  private readonly roles = new Map<string, { readonly pid: number; readonly isReplica: boolean }>();
  private readonly promotions: Promotion[] = [];

  /** Observes every server; returns the sentences that are now complete. */
  observe(now: Micros, servers: readonly ServerReading[], load: LoadReading | undefined): string[] {
    for (const server of servers) {
      const before = this.roles.get(server.name);
      const isPromoted =
        before?.isReplica === true && before.pid === server.pid && !server.isReplica;
      if (isPromoted) this.promote(now, server, load);
      if (before?.isReplica !== server.isReplica || before.pid !== server.pid) {
        this.roles.set(server.name, { pid: server.pid, isReplica: server.isReplica });
      }
      if (!server.isReplica) this.extend(server);
    }
    return this.complete(servers, load);
  }

  /** A node was removed; a new node of its name has no role yet. */
  forget(name: string): void {
    this.roles.delete(name);
  }

  /** The last observed role of a server. */
  wasReplica(name: string): boolean {
    return this.roles.get(name)?.isReplica ?? false;
  }

  private extend(server: ServerReading): void {
    const end = this.ends.get(server.replid);
    if (end === undefined) {
      if (this.ends.size === HISTORIES_MAX) this.ends.delete(this.ends.keys().next().value!);
      this.ends.set(server.replid, { node: server.name, offset: server.offset });
    } else if (end.node === server.name && server.offset > end.offset) {
      end.offset = server.offset;
    }
  }

  private promote(now: Micros, server: ServerReading, load: LoadReading | undefined): void {
    const { replid2, secondOffset } = server.secondHistory();
    if (this.parents.size === HISTORIES_MAX) this.parents.delete(this.parents.keys().next().value!);
    this.parents.set(server.replid, replid2);
    const end = this.ends.get(replid2);
    // Without a known end, its master was not a node of this sandbox, or it never had one. A master that
    // was a replica for a while without synchronizing continues its own history.
    if (end === undefined || end.node === server.name || secondOffset < 1) return;
    this.promotions.push({
      at: now,
      replid: replid2,
      newReplid: server.replid,
      oldMaster: end.node,
      oldOffset: end.offset,
      promoted: server.name,
      promotedPort: server.port,
      promotedOffset: secondOffset - 1,
      load: load?.isRunning === true ? load : undefined,
      writesGone: undefined,
      oldLivesOn: true,
      isTold: false,
    });
    if (this.promotions.length > KEPT_MAX) this.promotions.shift();
  }

  private complete(servers: readonly ServerReading[], load: LoadReading | undefined): string[] {
    const told: string[] = [];
    for (const promotion of [...this.promotions]) {
      const end = this.ends.get(promotion.replid);
      if (end !== undefined) promotion.oldOffset = Math.max(promotion.oldOffset, end.offset);
      promotion.oldLivesOn = livesOn(promotion, servers);
      if (this.isUndone(promotion, servers)) {
        this.promotions.splice(this.promotions.indexOf(promotion), 1);
        told.push(undoneText(promotion));
      } else if (!promotion.isTold && isComplete(promotion, load)) {
        promotion.isTold = true;
        told.push(sentenceOf(promotion));
      }
    }
    return told;
  }

  /** Whether the promoted server follows a history that continues the old one, but not its own. */
  private isUndone({ promoted, replid, newReplid }: Promotion, servers: readonly ServerReading[]) {
    const follower = servers.find((server) => server.name === promoted);
    if (follower?.isReplica !== true) return false;
    const isOfMaster = servers.some(
      (server) => server.isAlive && !server.isReplica && server.replid === follower.replid,
    );
    // Until it has synchronized, its replid is still its previous one.
    if (!isOfMaster) return false;
    return this.goesOnFrom(follower.replid, replid) && !this.goesOnFrom(follower.replid, newReplid);
  }

  private goesOnFrom(replid: string, ancestor: string): boolean {
    for (let id: string | undefined = replid; id !== undefined; id = this.parents.get(id)) {
      if (id === ancestor) return true;
    }
    return false;
  }

  snapshots(): FailoverSnapshot[] {
    return this.promotions.map((promotion) => ({
      at: promotion.at,
      oldMaster: promotion.oldMaster,
      oldOffset: promotion.oldOffset,
      promoted: promotion.promoted,
      promotedOffset: promotion.promotedOffset,
      bytesGone: bytesGone(promotion),
      writesGone: promotion.writesGone ?? null,
      sentence: sentenceOf(promotion),
    }));
  }
}

/** Whether the old master is still a master in its own history, so that its offset may grow. */
function livesOn({ oldMaster, replid }: Promotion, servers: readonly ServerReading[]): boolean {
  const old = servers.find((server) => server.name === oldMaster);
  return old?.isAlive === true && !old.isReplica && old.replid === replid;
}

/** Whether the cost is final: LOAD has read back, or the old master is no longer a master. */
function isComplete(promotion: Promotion, load: LoadReading | undefined): boolean {
  const before = promotion.load;
  if (before === undefined || load === undefined) return !promotion.oldLivesOn;
  const hasRead = load.checks > before.checks && load.checkedPort === promotion.promotedPort;
  if (!hasRead && load.isRunning) return false;
  if (hasRead) promotion.writesGone = load.lost - before.lost;
  promotion.load = undefined;
  return true;
}

function bytesGone(promotion: Promotion): number {
  return Math.max(0, promotion.oldOffset - promotion.promotedOffset);
}

function sentenceOf(promotion: Promotion): string {
  const { oldMaster, oldOffset, promoted, promotedOffset } = promotion;
  const { oldLivesOn, load, writesGone } = promotion;
  const where = `old master ${oldMaster} at offset ${oldOffset}, promoted ${promoted} at ${promotedOffset}`;
  const bytes = `${bytesGone(promotion)} bytes`;
  if (writesGone !== undefined) return `${where}: ${bytes}, ${writesGone} acknowledged writes gone`;
  if (load !== undefined) return `${where}: ${bytes} gone, acknowledged writes are being counted`;
  return oldLivesOn
    ? `${where}: ${bytes} between them, ${oldMaster} is still a master`
    : `${where}: ${bytes} gone`;
}

function undoneText({ oldMaster, promoted, promotedOffset }: Promotion): string {
  return `the promotion of ${promoted} at ${promotedOffset} is undone: it follows the history of ${oldMaster} again`;
}
