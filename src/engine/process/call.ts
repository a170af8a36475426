/**
 * One execution of a command: who calls, with which arguments, and where the reply goes.
 *
 * There is one Call a process, reused for every command: handlers must not keep it, nor its
 * `args` array; the arguments themselves may be kept.
 */

import type { Effects, Micros } from '../machine/machine.ts';
import { type Bytes, toLatin1 } from '../resp/bytes.ts';
import { parseInteger } from '../resp/integer.ts';
import type { ReplyWriter } from '../resp/replyWriter.ts';
import type { Client } from './client.ts';
import type { CommandEntry } from './commandTable.ts';
import type { Process } from './process.ts';
import { replyErrors } from './replyErrors.ts';

/** Never written to. */
const NO_ARGS: Bytes[] = [];

export abstract class Call {
  // Set while a command runs; between events neither is state: a table entry holds functions.
  client!: Client;
  entry!: CommandEntry;
  args: Bytes[] = [];

  abstract readonly process: Process;

  get now(): Micros {
    return this.process.now;
  }

  get out(): Effects {
    return this.process.out;
  }

  /** Lets go of the command that has run. */
  release(): void {
    const call = this as { client: Client | undefined; entry: CommandEntry | undefined };
    call.client = undefined;
    call.entry = undefined;
    this.args = NO_ARGS;
  }

  get reply(): ReplyWriter {
    return this.client.reply;
  }

  get argc(): number {
    return this.args.length;
  }

  /** Argument `index` in storage form; 0 is the command's name. */
  arg(index: number): Bytes {
    return this.args[index]!;
  }

  /** Argument `index` as a latin1 string: keys, members, numbers. */
  str(index: number): string {
    const arg = this.args[index]!;
    return typeof arg === 'string' ? arg : toLatin1(arg);
  }

  /** A copy of the arguments from `from` on, in storage form. */
  argsFrom(from: number): Bytes[] {
    return this.args.slice(from);
  }

  /** The arguments from `from` on as latin1 strings. */
  strsFrom(from: number): string[] {
    const texts: string[] = [];
    for (let at = from; at < this.argc; at += 1) texts.push(this.str(at));
    return texts;
  }

  /** The arguments from `from` on in lower case. */
  wordsFrom(from: number): string[] {
    return this.strsFrom(from).map((text) => text.toLowerCase());
  }

  /** Argument `index` in lower case: option words. */
  word(index: number): string {
    return this.str(index).toLowerCase();
  }

  /**
   * Argument `index` as an integer of at most 2^53; replies with `error` and gives undefined when
   * it is none or lies outside [min, max].
   */
  int(
    index: number,
    error: string = replyErrors.notAnInteger,
    min = Number.MIN_SAFE_INTEGER,
    max = Number.MAX_SAFE_INTEGER,
  ): number | undefined {
    const value = parseInteger(this.str(index));
    if (typeof value === 'number' && value >= min && value <= max) return value;
    this.reply.error(error);
    return undefined;
  }

  /** Unix milliseconds. */
  get nowMs(): number {
    return Math.floor(this.now / 1000);
  }

  syntaxError(): void {
    this.reply.error(replyErrors.syntax);
  }

  wrongArity(): void {
    this.reply.error(replyErrors.wrongArity(this.entry.name));
  }
}
