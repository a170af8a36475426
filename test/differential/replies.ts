/**
 * Raw replies: where one ends, and when two of them mean the same. Replies are compared as bytes;
 * only what Redis leaves open (the order of unordered collections, the passing of time) is not.
 */

const LF = 10;

/** Index after the reply that begins at `at`; -1 while it is not whole. */
export function replyEnd(bytes: Buffer, at: number): number {
  const newline = bytes.indexOf(LF, at);
  if (newline < 0) return -1;
  const next = newline + 1;
  const type = String.fromCharCode(bytes[at]!);
  const count = Number(bytes.latin1Slice(at + 1, newline - 1));
  switch (type) {
    case '$':
    case '=':
    case '!':
      if (count < 0) return next;
      return next + count + 2 <= bytes.length ? next + count + 2 : -1;
    case '*':
    case '~':
    case '>':
      return elementsEnd(bytes, next, count);
    case '%':
      return elementsEnd(bytes, next, count * 2);
    default:
      return next;
  }
}

function elementsEnd(bytes: Buffer, start: number, count: number): number {
  let at = start;
  for (let i = 0; i < count; i += 1) {
    at = replyEnd(bytes, at);
    if (at < 0) return -1;
  }
  return at;
}

/** The replies of a stretch of bytes that holds whole ones only. */
export function splitReplies(bytes: Buffer): Buffer[] {
  const replies: Buffer[] = [];
  let at = 0;
  while (at < bytes.length) {
    const end = replyEnd(bytes, at);
    if (end < 0) throw new Error(`cut reply: ${shown(bytes.subarray(at))}`);
    replies.push(bytes.subarray(at, end));
    at = end;
  }
  return replies;
}

/** Whether two raw replies are equal for a command's purposes. */
export type Comparison = (ours: Buffer, real: Buffer) => boolean;

export const exact: Comparison = (ours, real) => ours.equals(real);

/** An array or set whose elements may come in any order: KEYS, SMEMBERS. A map is one of pairs. */
export const unordered: Comparison = (ours, real) =>
  exact(ours, real) || sorted(ours, 1) === sorted(real, 1);

/** A flat array of pairs in any order: HGETALL in RESP2. */
export const unorderedPairs: Comparison = (ours, real) =>
  exact(ours, real) || sorted(ours, 2) === sorted(real, 2);

/** A scan that got to its end at once: cursor 0 and its elements (each of `width`) in any order. */
export function scanned(width: 1 | 2): Comparison {
  return (ours, real) => {
    if (exact(ours, real)) return true;
    const [ourCursor, ourElements] = childrenOf(ours);
    const [realCursor, realElements] = childrenOf(real);
    if (ourElements === undefined || realElements === undefined) return false;
    return (
      ourCursor!.equals(realCursor!) && sorted(ourElements, width) === sorted(realElements, width)
    );
  };
}

/** A random choice: of the same type, null or not. */
export const sameShape: Comparison = (ours, real) =>
  ours[0] === real[0] && isNull(ours) === isNull(real);

/**
 * Times from here on, in whatever unit, may be those we cut to 2^53 ms (expireTime.ts): 9 * 10^12 s or
 * ms are beyond every time a test means to keep.
 */
const CUT_TIMES_FROM = 9e12;

/** An integer that moves with time. */
export function within(tolerance: number): Comparison {
  return (ours, real) => {
    const a = ours.latin1Slice();
    const b = real.latin1Slice();
    if (a === b) return true;
    // -1 and -2 are words, not times.
    if (!/^:\d/.test(a) || !/^:\d/.test(b)) return false;
    const our = Number(a.slice(1));
    const their = Number(b.slice(1));
    return Math.abs(our - their) <= tolerance || Math.min(our, their) > CUT_TIMES_FROM;
  };
}

function isNull(reply: Buffer): boolean {
  return /^(\$-1|\*-1|_)\r\n$/.test(reply.subarray(0, 6).latin1Slice());
}

/** The elements of an aggregate; a map's keys and values in turn. */
export function childrenOf(reply: Buffer): Buffer[] {
  if (!'*~>%'.includes(String.fromCharCode(reply[0]!))) return [];
  return splitReplies(reply.subarray(reply.indexOf(LF) + 1));
}

/** The content of a bulk string. */
export function textOf(bulk: Buffer): string {
  return bulk.subarray(bulk.indexOf(LF) + 1, -2).latin1Slice();
}

function sorted(reply: Buffer, width: 1 | 2): string {
  const children = childrenOf(reply).map((child) => child.latin1Slice());
  const step = reply[0] === 0x25 ? 2 : width;
  const groups: string[] = [];
  for (let i = 0; i < children.length; i += step) groups.push(children.slice(i, i + step).join(''));
  return reply.latin1Slice(0, reply.indexOf(LF)) + groups.sort().join('');
}

/** A reply as a failure shows it. */
export function shown(reply: Buffer): string {
  const text = JSON.stringify(reply.subarray(0, 400).latin1Slice());
  return reply.length > 400 ? `${text} … (${reply.length} bytes)` : text;
}
