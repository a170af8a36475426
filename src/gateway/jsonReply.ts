/**
 * Plain JSON values as RESP: objects as maps (flat arrays in RESP2), arrays as arrays, integers as
 * integers, other numbers as doubles (bulk strings in RESP2), null as null.
 */

import { fromUnicode } from '../engine/resp/bytes.ts';
import type { ReplyWriter } from '../engine/resp/replyWriter.ts';

export function writeJson(reply: ReplyWriter, value: unknown): void {
  if (value === null || value === undefined) reply.null();
  else if (typeof value === 'number') writeNumber(reply, value);
  else if (typeof value === 'boolean') reply.boolean(value);
  else if (typeof value === 'string') reply.bulk(fromUnicode(value));
  else if (Array.isArray(value)) {
    reply.array(value.length);
    for (const item of value) writeJson(reply, item);
  } else {
    const entries = Object.entries(value as object);
    reply.map(entries.length);
    for (const [name, item] of entries) {
      reply.bulk(fromUnicode(name));
      writeJson(reply, item);
    }
  }
}

function writeNumber(reply: ReplyWriter, value: number): void {
  if (Number.isSafeInteger(value)) reply.integer(value);
  else reply.double(value);
}
