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
import { clampToSafe, parseInteger } from '../resp/integer.ts';
import type { ReplyWriter } from '../resp/replyWriter.ts';
import type { Request } from '../resp/request.ts';
import type { Client } from './client.ts';
import type { CommandEntry } from './commandTable.ts';
import type { Process } from './process.ts';
import { replyErrors } from './replyErrors.ts';

/** No option word or name of a directive is longer. */
const WORD_LENGTH_MAX = 1024;

const INT32_MAX = 0x7fff_ffff;
const INT32_MIN = -0x8000_0000;

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
   * Argument `index` as a 64-bit integer. Beyond ±(2^53 - 1) it is cut to that: no count, index, ID or
   * time here is as large, so 2^63 - 1 and 2^53 - 1 mean the same. Replies with `error` and returns
   * undefined when the text is no 64-bit integer.
   */
  int(index: number, error: string = replyErrors.notAnInteger): number | undefined {
    const value = parseInteger(this.str(index));
    if (value !== undefined) return clampToSafe(value);
    this.reply.error(error);
    return undefined;
  }

  /**
   * As `int`, from `min` to `max`. Without an `error` of the caller's, Redis's own say whether the
   * text is no integer or which range it misses (getRangeLongFromObjectOrReply).
   */
  intIn(index: number, min: number, max: number, error?: string): number | undefined {
    const value = this.int(index, error);
    if (value === undefined || (value >= min && value <= max)) return value;
    this.reply.error(error ?? `ERR value is out of range, value must between ${min} and ${max}`);
    return undefined;
  }

  /** As `intIn`, in the range of 32 bits. */
  int32(index: number, error?: string): number | undefined {
    return this.intIn(index, INT32_MIN, INT32_MAX, error);
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
