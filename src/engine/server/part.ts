/**
 * What the parts of a server have in common: saving, loading, replication, expiry and the others
 * each answer the questions below that concern them. A new part is one line in server.ts's list.
 *
 * Invariant: the list does not change after construction, and every question goes to the parts in
 * the list's order.
 */

import type { ChildResult, FileResult, Micros, Token } from '../machine/machine.ts';
import { NEVER } from '../machine/machine.ts';
import { registerState } from '../machine/state.ts';
import type { Client } from '../process/client.ts';
import type { Due } from '../process/due.ts';

export interface Part {
  /** The configuration has been read and the databases are there, empty. */
  start?(): void;
  /** When `tick` has work: an absolute time, which does not move because other events come. */
  readonly due?: Due;
  /** Called when `due` has come; sets when it is due next. */
  tick?(): void;
  /** Once a second at least, more often while keys wait to expire. */
  cron?(): void;
  /** The commands of an event have run, and its output has not left yet. */
  beforeFlush?(): void;
  /** The connection has ended, and its subscriptions are gone already. */
  clientGone?(client: Client): void;
  /** A file operation has completed; true when it was this part's, and nobody else is asked then. */
  fileDone?(token: Token, result: FileResult): boolean;
  /** A child has ended; true when it was this part's, and nobody else is asked then. */
  childDone?(token: Token, result: ChildResult): boolean;
  /** After CONFIG SET, with the directives' names. */
  settingsChanged?(names: readonly string[]): void;
  /** The server has become a master or a replica. */
  roleChanged?(): void;
  /** CONFIG RESETSTAT. */
  resetStatistics?(): void;
}

type With<Hook extends keyof Part> = Part & Required<Pick<Part, Hook>>;
type Timed = With<'due' | 'tick'>;

function isTimed(part: Part): part is Timed {
  return part.due !== undefined && part.tick !== undefined;
}

export class Parts {
  private readonly all: readonly Part[];
  // What is asked once an event, sorted out once.
  private readonly timed: readonly Timed[];
  private readonly dues: readonly Due[];
  private readonly flushed: readonly With<'beforeFlush'>[];

  constructor(all: readonly Part[]) {
    this.all = all;
    this.timed = all.filter(isTimed);
    this.dues = this.timed.map((part) => part.due);
    this.flushed = all.filter((part) => part.beforeFlush !== undefined) as With<'beforeFlush'>[];
  }

  start(): void {
    for (const part of this.all) part.start?.();
  }

  tick(now: Micros): void {
    for (const part of this.timed) if (part.due.at <= now) part.tick();
  }

  /** NEVER when no part has anything to do. */
  nextDeadline(): Micros {
    let earliest = NEVER;
    for (const { at } of this.dues) if (at < earliest) earliest = at;
    return earliest;
  }

  cron(): void {
    for (const part of this.all) part.cron?.();
  }

  beforeFlush(): void {
    for (const part of this.flushed) part.beforeFlush();
  }

  clientGone(client: Client): void {
    for (const part of this.all) part.clientGone?.(client);
  }

  fileDone(token: Token, result: FileResult): void {
    this.all.find((part) => part.fileDone?.(token, result));
  }

  childDone(token: Token, result: ChildResult): void {
    this.all.find((part) => part.childDone?.(token, result));
  }

  settingsChanged(names: readonly string[]): void {
    for (const part of this.all) part.settingsChanged?.(names);
  }

  roleChanged(): void {
    for (const part of this.all) part.roleChanged?.();
  }

  resetStatistics(): void {
    for (const part of this.all) part.resetStatistics?.();
  }
}
registerState('Parts', Parts);
