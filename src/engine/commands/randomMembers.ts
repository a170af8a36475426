/**
 * HRANDFIELD, SRANDMEMBER and ZRANDMEMBER: one command for three types.
 *
 * A positive count draws that many different members. A negative count, -n, makes n draws with
 * repetition.
 */

import type { DataCall } from '../execution/dataCall.ts';
import { replyErrors } from '../process/replyErrors.ts';
import { distinctSlots } from './containers.ts';
import { signedCount } from './countArguments.ts';

/**
 * Longest reply to draws with repetition. Redis stops only at the client's output buffer limit or when
 * its memory is exhausted; here that would end the process in which the sandbox runs.
 */
const REPLY_BYTES_MAX = 256 * 1024 * 1024;
/** The shortest element of a reply is an empty member: `$0` and two line ends. */
const ELEMENT_BYTES_MIN = 6;
/** Half the largest 64-bit integer, because each draw is two elements of the reply. */
const PAIRS_MAX = 2n ** 62n - 1n;

/** A container to draw from; its slots are 0 to size - 1. */
interface Drawable {
  readonly size: number;
  /** Replies with the member in the slot. */
  member(slot: number): void;
  /** Replies with the member's value or score. */
  detail?(slot: number): void;
}

interface DrawRequest {
  /** undefined: the reply is one member, not an array. */
  readonly count: number | undefined;
  readonly detailed: boolean;
}

/** Parses `[count [WITHVALUES]]`; `detailWord` is undefined for a command without that option. */
export function readDrawRequest(
  call: DataCall,
  detailWord: string | undefined,
): DrawRequest | undefined {
  if (call.argc === 2) return { count: undefined, detailed: false };
  // SRANDMEMBER checks the number of arguments first, the others check the count first.
  if (detailWord === undefined && call.argc > 3) {
    call.syntaxError();
    return undefined;
  }
  const count = signedCount(call, 2);
  if (count === undefined) return undefined;
  const detailed = call.argc > 3;
  if (call.argc > 4 || (detailed && call.word(3) !== detailWord)) {
    call.syntaxError();
    return undefined;
  }
  if (detailed && exceedsPairs(call.str(2))) {
    call.reply.error(replyErrors.outOfRange);
    return undefined;
  }
  return { count, detailed };
}

function exceedsPairs(count: string): boolean {
  const value = BigInt(count);
  return value > PAIRS_MAX || value < -PAIRS_MAX;
}

/** Replies if the key does not exist. */
export function replyNoneDrawn(call: DataCall, request: DrawRequest): void {
  if (request.count === undefined) call.reply.null();
  else call.reply.array(0);
}

export function replyDrawn(call: DataCall, request: DrawRequest, from: Drawable): void {
  const { reply, random } = call;
  const { count, detailed } = request;
  if (count === undefined) {
    from.member(random.below(from.size));
    return;
  }
  if (-count * ELEMENT_BYTES_MIN > REPLY_BYTES_MAX) {
    reply.error(replyErrors.outOfRange);
    return;
  }
  const repeated = count < 0;
  const start = reply.length;
  const slots = repeated ? [] : distinctSlots(random, from.size, count);
  const total = repeated ? -count : slots.length;
  // In RESP3 each pair is an array, in RESP2 the reply is flat.
  const nested = detailed && reply.protocol === 3;
  reply.array(detailed && !nested ? total * 2 : total);
  for (let i = 0; i < total; i += 1) {
    const slot = repeated ? random.below(from.size) : slots[i]!;
    if (nested) reply.array(2);
    from.member(slot);
    if (detailed) from.detail?.(slot);
    if (repeated && reply.length - start > REPLY_BYTES_MAX) {
      reply.truncate(start);
      reply.error(replyErrors.outOfRange);
      return;
    }
  }
}
