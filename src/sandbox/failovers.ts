/**
 * What each promotion cost: how far the old master's stream went, where the promoted replica was,
 * and how many writes acknowledged to LOAD are gone.
 *
 * A promoted replica begins a new history (replid) and remembers the old one as replid2 with the
 * offset up to which it followed it. With the old master seen at 900 under that same replid, and
 * second_repl_offset 871, bytes 871 to 900 are gone:
 *   old master m at offset 900, promoted r1 at 870: 30 bytes, 1 acknowledged writes gone
 *
 * An old master that lives on goes on writing its history, and nothing of that is final before it
 * gives way. When it is the promoted one that gives way, and follows the old history (or another heir
 * of it) again, its promotion has cost the old master nothing, and is struck off.
 *
 * Invariant: looked at often enough (every OBSERVE_MICROS), and before every operation, so that no
 * crash comes between a master's last byte and our knowledge of it.
 */

import type { Micros } from '../engine/machine/machine.ts';
import type { FailoverSnapshot } from '../view/snapshot.ts';

/** A server as this part needs it. */
export interface ServerReading {
  readonly name: string;
  readonly port: number;
  /** Of the process: a node's next one has another, and so has a node that takes its name. */
  readonly pid: number;
  /** False for a process that takes no writes any more. */
  readonly isAlive: boolean;
  readonly isReplica: boolean;
  readonly replid: string;
  readonly offset: number;
  /** Of the time before the last promotion; asked for only then. */
  secondHistory(): { readonly replid2: string; readonly secondOffset: number };
}

export interface LoadReading {
  readonly isRunning: boolean;
  readonly checks: number;
  readonly lost: number;
  /** Port of the master from which it read its keys back last; 0: none yet. */
  readonly checkedPort: number;
}

interface Promotion {
  readonly at: Micros;
  /** Of the old history, and of the one that the promoted replica began. */
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
  /** The old master is still a master in its own history. */
  oldLivesOn: boolean;
  isTold: boolean;
}

const KEPT_MAX = 50;
const HISTORIES_MAX = 200;

export class Failovers {
  /** How far the master of each history was seen. */
  private readonly ends = new Map<string, { readonly node: string; offset: number }>();
  /** Of each history the one it goes on from. */
  private readonly parents = new Map<string, string>();
  private readonly roles = new Map<string, { readonly pid: number; readonly isReplica: boolean }>();
  private readonly promotions: Promotion[] = [];

  /** Looks at every server; gives the sentences that are complete now. */
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

  /** A node is gone for good; who takes its name has no role yet. */
  forget(name: string): void {
    this.roles.delete(name);
  }

  /** The role a server was last seen in. */
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
    // Without a known end its master was no node of ours, or it never followed anybody. A master that
    // was a replica for a while without ever synchronizing goes on where it was itself.
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

  /** Whether the promoted one follows a master whose history goes on from the old one, but not from its own. */
  private isUndone({ promoted, replid, newReplid }: Promotion, servers: readonly ServerReading[]) {
    const follower = servers.find((server) => server.name === promoted);
    if (follower?.isReplica !== true) return false;
    const isOfMaster = servers.some(
      (server) => server.isAlive && !server.isReplica && server.replid === follower.replid,
    );
    // Until it has synchronized with somebody, its replid is whatever it was.
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

/** Whether the old master is one still, in its own history: its offset may still grow. */
function livesOn({ oldMaster, replid }: Promotion, servers: readonly ServerReading[]): boolean {
  const old = servers.find((server) => server.name === oldMaster);
  return old?.isAlive === true && !old.isReplica && old.replid === replid;
}

/** Whether there is nothing to wait for: LOAD has read back, or the old master has given way. */
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
    ? `${where}: ${bytes} between them, ${oldMaster} is a master still`
    : `${where}: ${bytes} gone`;
}

function undoneText({ oldMaster, promoted, promotedOffset }: Promotion): string {
  return `the promotion of ${promoted} at ${promotedOffset} is undone: it follows the history of ${oldMaster} again`;
}
