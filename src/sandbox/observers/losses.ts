/**
 * What was lost, and by which event: bytes of a history that no master continues, and writes that were
 * acknowledged to LOAD and are gone. Every lost write belongs to exactly one event.
 *
 * A promoted replica begins a new history and continues the old one up to second_repl_offset - 1. If the
 * old master was seen at 900, and second_repl_offset is 871, bytes 871 to 900 are gone. A master that
 * restarts does the same with its own history, up to the offset in its dump.
 *
 * LOAD reads its keys back from each new master. A write that is missing there was written in some
 * history, and the master is in another one. Let both go back to the last history that they have in
 * common: the event by which the master's line left it is the one that lost the write.
 *
 *   m (history A) ── r1 is promoted at 870 (B) ── r2 is promoted (C)
 *   A write of A, missing in C: the promotion of r1 lost it, even if it is noticed at r2.
 *   A write of B, missing in C: the promotion of r2 lost it.
 *
 * Without a common history the master was never in it (`resync`); in one and the same history, commands
 * have removed the keys (`commands`).
 *
 * An old master that stays alive continues its history, and the cost is not final until it becomes a
 * replica. If instead the promoted server becomes a replica in the old history (or in another one that
 * continues it), its promotion has cost nothing and is deleted.
 *
 * Invariant: servers are observed every 10 ms, after each note, and before every operation, so that no
 * crash comes between a master's last byte and its observation. The events' counts of lost writes add up
 * to LOAD's.
 */

import type { Micros } from '../../engine/machine/machine.ts';
import { registerState } from '../../engine/machine/state.ts';
import type { LossCause, LossSnapshot } from '../../view/snapshot.ts';
import { Histories } from './histories.ts';
import { type Loss, lossSentence } from './lossSentence.ts';

/** The facts of a server that are needed here. */
export interface ServerReading {
  readonly name: string;
  /**
   * Identifies the process: it differs for the next process of the node, and for a node that reuses
   * its name.
   */
  readonly pid: number;
  readonly port: number;
  /** False for a process that no longer accepts writes. */
  readonly isAlive: boolean;
  readonly isReplica: boolean;
  readonly replid: string;
  readonly offset: number;
  /** The history before the present one, and its end; read only when a history begins. */
  secondHistory(): { readonly replid2: string; readonly secondOffset: number };
}

export interface LoadReading {
  readonly isRunning: boolean;
  /** How often it has read its keys back, and from the master at which port. */
  readonly checks: number;
  readonly checkedPort: number;
  /** The first write that came after that. */
  readonly firstSequence: number;
  /** The writes that turned out to be gone, or to be there again. */
  readonly gone: readonly number[];
  readonly returned: readonly number[];
}

interface Role {
  readonly pid: number;
  readonly isReplica: boolean;
  readonly replid: string;
}

/** LOAD's writes from `from` on went into this history. */
interface Span {
  readonly from: number;
  readonly replid: string;
}

const KEPT_MAX = 50;
const SPANS_MAX = 200;

export class Losses {
  private readonly histories = new Histories();
  private readonly roles = new Map<string, Role>();
  private readonly events: Loss[] = [];
  private lastEvent = 0;
  /** Nodes without power. */
  private readonly dark = new Set<string>();
  private readonly spans: Span[] = [];
  private checks = 0;

  /** Observes every server at event `seq`; returns the events whose cost is now known. */
  observe(
    now: Micros,
    seq: number,
    servers: readonly ServerReading[],
    load: LoadReading | undefined,
  ): Loss[] {
    for (const server of servers) this.see(now, seq, server, load);
    if (load !== undefined && load.checks !== this.checks) this.readBack(now, seq, servers, load);
    return this.complete(servers, load);
  }

  private see(
    now: Micros,
    seq: number,
    server: ServerReading,
    load: LoadReading | undefined,
  ): void {
    const { name, pid, isReplica, replid, offset } = server;
    const before = this.roles.get(name);
    if (before?.isReplica !== isReplica || before.pid !== pid || before.replid !== replid) {
      this.roles.set(name, { pid, isReplica, replid });
    }
    if (isReplica || replid === '') return;
    if (this.histories.has(replid)) this.histories.extend(replid, name, offset);
    else this.begin(now, seq, server, before, load);
  }

  private begin(
    now: Micros,
    seq: number,
    server: ServerReading,
    before: Role | undefined,
    load: LoadReading | undefined,
  ): void {
    const { name, replid, offset } = server;
    const { replid2, secondOffset } = server.secondHistory();
    const cause = this.causeOf(server, before);
    this.dark.delete(name);
    // A restarted master without a dump continues nothing of its own history.
    const parent = cause === 'promotion' ? replid2 : (before?.replid ?? '');
    const start = replid2 === parent && secondOffset > 0 ? secondOffset - 1 : 0;
    const end = this.histories.endOf(parent);
    // Without a known end, its master was not a node of this sandbox. A master that was a replica for a
    // while without synchronizing continues its own history.
    const isLoss =
      cause !== undefined &&
      end !== undefined &&
      (cause === 'promotion' ? end.node !== name && secondOffset > 0 : end.offset > start);
    const event = isLoss
      ? this.add({
          cause,
          at: now,
          seq,
          node: name,
          offset: start,
          replid: parent,
          newReplid: replid,
          oldNode: end.node,
          oldOffset: end.offset,
          counting: load?.isRunning === true,
        })
      : 0;
    this.histories.begin(replid, name, offset, end === undefined ? '' : parent, event);
  }

  /** How a history begins at this server; undefined for its first. */
  private causeOf(server: ServerReading, before: Role | undefined): LossCause | undefined {
    if (before === undefined) return undefined;
    if (before.pid === server.pid) return before.isReplica ? 'promotion' : undefined;
    if (before.isReplica) return undefined;
    return this.dark.has(server.name) ? 'powerLoss' : 'restart';
  }

  private add(fields: Omit<Loss, 'id' | 'oldLivesOn' | 'isTold' | 'writes' | 'lost'>): number {
    this.lastEvent += 1;
    const fresh = { oldLivesOn: true, isTold: false, writes: undefined, lost: [] };
    const loss: Loss = { ...fields, ...fresh, id: this.lastEvent };
    this.events.push(loss);
    if (this.events.length > KEPT_MAX) this.events.shift();
    return this.lastEvent;
  }

  /** A node loses its power: what it has not fsynced is gone. */
  losesPower(name: string): void {
    this.dark.add(name);
  }

  /** A node was removed; a new node of its name has no role yet. */
  forget(name: string): void {
    this.roles.delete(name);
    this.dark.delete(name);
  }

  /** The last observed role of a server. */
  wasReplica(name: string): boolean {
    return this.roles.get(name)?.isReplica ?? false;
  }

  // LOAD's writes.

  private readBack(
    now: Micros,
    seq: number,
    servers: readonly ServerReading[],
    load: LoadReading,
  ): void {
    this.checks = load.checks;
    const master = servers.find((server) => server.port === load.checkedPort);
    const present = master?.replid ?? '';
    for (const sequence of load.returned) this.giveBack(sequence);
    for (const sequence of load.gone) this.charge(now, seq, sequence, present, master?.name ?? '');
    for (const loss of this.events) {
      if (loss.counting && this.histories.goesOnFrom(present, loss.newReplid)) {
        loss.counting = false;
        loss.writes ??= 0;
      }
    }
    this.spans.push({ from: load.firstSequence, replid: present });
    if (this.spans.length > SPANS_MAX) this.spans.shift();
  }

  private charge(now: Micros, seq: number, sequence: number, present: string, at: string): void {
    const replid = this.spans.findLast((span) => span.from <= sequence)?.replid ?? '';
    const id = this.histories.parting(replid, present);
    const loss =
      this.events.find((event) => event.id === id && id !== 0) ??
      this.other(now, seq, replid, present, at);
    loss.lost.push(sequence);
    loss.writes = loss.lost.length;
  }

  /** The event for writes that no promotion and no restart has lost. */
  private other(now: Micros, seq: number, replid: string, present: string, at: string): Loss {
    const cause = replid === present ? 'commands' : 'resync';
    const known = this.events.findLast(
      (event) => event.cause === cause && event.replid === replid && event.newReplid === present,
    );
    // What was told is closed: later losses are another event.
    if (known?.isTold === false) return known;
    const end = this.histories.endOf(replid);
    this.add({
      ...{ cause, at: now, seq, node: at, replid, newReplid: present, counting: false },
      ...{ oldNode: end?.node ?? '', oldOffset: end?.offset ?? 0, offset: end?.offset ?? 0 },
    });
    return this.events.at(-1)!;
  }

  private giveBack(sequence: number): void {
    const loss = this.events.find((event) => event.lost.includes(sequence));
    if (loss === undefined) return;
    loss.lost.splice(loss.lost.indexOf(sequence), 1);
    loss.writes = loss.lost.length;
  }

  // Costs.

  private complete(servers: readonly ServerReading[], load: LoadReading | undefined): Loss[] {
    const told: Loss[] = [];
    for (const loss of this.events.slice()) {
      const end = this.histories.endOf(loss.replid);
      const mayGrow = loss.cause === 'promotion';
      if (mayGrow && end !== undefined) loss.oldOffset = Math.max(loss.oldOffset, end.offset);
      loss.oldLivesOn = mayGrow && livesOn(loss, servers);
      if (load?.isRunning !== true) loss.counting = false;
      if (mayGrow && this.isUndone(loss, servers)) {
        this.events.splice(this.events.indexOf(loss), 1);
        const undone: Loss = { ...loss, cause: 'undone' };
        told.push(undone);
      } else if (!loss.isTold && isComplete(loss)) {
        loss.isTold = true;
        told.push(loss);
      }
    }
    return told;
  }

  /** Whether the promoted server follows a history that continues the old one, but not its own. */
  private isUndone({ node, replid, newReplid }: Loss, servers: readonly ServerReading[]): boolean {
    const follower = servers.find((server) => server.name === node);
    if (follower?.isReplica !== true) return false;
    const isOfMaster = servers.some(
      (server) => server.isAlive && !server.isReplica && server.replid === follower.replid,
    );
    // Until it has synchronized, its replid is still its previous one.
    if (!isOfMaster) return false;
    const { histories } = this;
    return (
      histories.goesOnFrom(follower.replid, replid) &&
      !histories.goesOnFrom(follower.replid, newReplid)
    );
  }

  snapshots(): LossSnapshot[] {
    return this.events.map((loss) => ({
      cause: loss.cause,
      at: loss.at,
      seq: loss.seq,
      oldMaster: loss.oldNode,
      oldOffset: loss.oldOffset,
      promoted: loss.node,
      promotedOffset: loss.offset,
      bytesGone: Math.max(0, loss.oldOffset - loss.offset),
      writesGone: loss.writes ?? null,
      sentence: lossSentence(loss),
    }));
  }
}
registerState('Losses', Losses);

/** Whether the old master is still a master in its own history, so that its offset may grow. */
function livesOn({ oldNode, replid }: Loss, servers: readonly ServerReading[]): boolean {
  const old = servers.find((server) => server.name === oldNode);
  return old?.isAlive === true && !old.isReplica && old.replid === replid;
}

/** Whether the cost is known: LOAD has read back, or the old master is no longer a master. */
function isComplete(loss: Loss): boolean {
  if (loss.counting) return false;
  return loss.writes !== undefined && loss.writes > 0 ? true : !loss.oldLivesOn;
}
