/**
 * A call frame: one execution of a command, by whom, with which request, and where the reply goes.
 *
 * A process has one outermost frame, reused for every command; a command that runs others (EXEC)
 * runs them in frames inside its own. Handlers must keep neither the frame nor its request, whose
 * bytes are borrowed; the arguments they ask for may be kept.
 */

import { asLimitError } from '../machine/errors.ts';
import type { Effects, Micros } from '../machine/machine.ts';
import type { Bytes } from '../resp/bytes.ts';
import { parseInteger } from '../resp/integer.ts';
import type { ReplyWriter } from '../resp/replyWriter.ts';
import type { Request } from '../resp/request.ts';
import type { Client } from './client.ts';
import type { CommandEntry } from './commandTable.ts';
import type { Process } from './process.ts';
import { replyErrors } from './replyErrors.ts';

/** No option word or name of a directive is longer. */
const WORD_LENGTH_MAX = 1024;

export abstract class Call {
  // Set while a command runs; between events neither is state: a table entry holds functions.
  client!: Client;
  entry!: CommandEntry;
  /** Where the reply goes: the client's own writer, or that of whoever runs the command. */
  reply!: ReplyWriter;
  request!: Request;

  abstract readonly process: Process;

  get now(): Micros {
    return this.process.now;
  }

  get out(): Effects {
    return this.process.out;
  }

  /** Lets go of the command that has run. */
  release(): void {
    const call = this as { client: unknown; entry: unknown; reply: unknown; request: unknown };
    call.client = undefined;
    call.entry = undefined;
    call.reply = undefined;
    call.request = undefined;
  }

  /** Takes on a command that was found fit to run. */
  hold(client: Client, entry: CommandEntry, request: Request, reply: ReplyWriter): void {
    this.client = client;
    this.entry = entry;
    this.request = request;
    this.reply = reply;
  }

  get argc(): number {
    return this.request.argc;
  }

  /** Argument `index` in storage form; 0 is the command's name. */
  arg(index: number): Bytes {
    return this.request.arg(index);
  }

  /** Argument `index` as a latin1 string: keys, members, numbers. */
  str(index: number): string {
    return this.request.str(index);
  }

  /** A copy of the arguments from `from` on, in storage form. */
  argsFrom(from: number): Bytes[] {
    return this.request.argsFrom(from);
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

  /** Argument `index` in lower case: option words. What is longer than any of them is cut. */
  word(index: number): string {
    return this.request.head(index, WORD_LENGTH_MAX).toLowerCase();
  }

  /** Runs the command. One that asks for more than this engine can hold gets an error for its reply. */
  run(): void {
    const start = this.reply.length;
    try {
      this.entry.spec.run(this);
    } catch (error) {
      const limit = asLimitError(error);
      if (limit === undefined) throw error;
      this.reply.truncate(start);
      this.reply.error(limit.message);
    }
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
