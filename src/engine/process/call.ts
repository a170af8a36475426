/**
 * A call frame: one execution of a command, with its client, its request and the writer of its reply.
 *
 * A process has one outermost frame, reused for every command. A command that runs others (EXEC) runs
 * them in nested frames. A handler must not keep the frame or its request, because the request's bytes
 * are borrowed. It may keep the arguments it has read.
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

/** `word` cuts arguments here: no option word or directive's name is longer. */
const WORD_LENGTH_MAX = 1024;

const INT32_MAX = 0x7fff_ffff;
const INT32_MIN = -0x8000_0000;

export abstract class Call {
  // Set only while a command runs, and so never part of the state: an entry holds functions.
  client!: Client;
  entry!: CommandEntry;
  /** Where the reply is written: the client's writer, or the writer of the command that runs this one. */
  reply!: ReplyWriter;
  request!: Request;

  abstract readonly process: Process;

  get now(): Micros {
    return this.process.now;
  }

  get out(): Effects {
    return this.process.out;
  }

  /** Drops the references to the command that has run. */
  release(): void {
    const call = this as { client: unknown; entry: unknown; reply: unknown; request: unknown };
    call.client = undefined;
    call.entry = undefined;
    call.reply = undefined;
    call.request = undefined;
  }

  /** Sets the frame up for one command. */
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

  /** Argument `index` in lower case, cut to WORD_LENGTH_MAX: option words. */
  word(index: number): string {
    return this.request.head(index, WORD_LENGTH_MAX).toLowerCase();
  }

  /** Runs the command. If its result exceeds a limit of the engine, the reply is that error. */
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
   * Argument `index` as a 64-bit integer, clamped to ±(2^53 - 1): no count, index, ID or time here is
   * that large, so 2^63 - 1 and 2^53 - 1 mean the same. Replies with `error` and returns undefined if
   * the text is not a 64-bit integer.
   */
  int(index: number, error: string = replyErrors.notAnInteger): number | undefined {
    const value = parseInteger(this.str(index));
    if (value !== undefined) return clampToSafe(value);
    this.reply.error(error);
    return undefined;
  }

  /**
   * As `int`, from `min` to `max` inclusive. Without `error` the reply is Redis's: not an integer, or
   * the range (getRangeLongFromObjectOrReply).
   */
  intIn(index: number, min: number, max: number, error?: string): number | undefined {
    const value = this.int(index, error);
    if (value === undefined || (value >= min && value <= max)) return value;
    this.reply.error(error ?? `ERR value is out of range, value must between ${min} and ${max}`);
    return undefined;
  }

  /** As `intIn`, in the range of a signed 32-bit integer. */
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
