/**
 * Whether bytes are whole messages up to the last one. This is asked of several chunks for each one that
 * is decoded, so it reads bytes and makes no strings.
 */

const CR = 0x0d;
const LF = 0x0a;
const ZERO = 0x30;
const NINE = 0x39;
const [ARRAY, BULK, STATUS, ERROR, INTEGER] = Buffer.from('*$+-:');

/**
 * True if `length` bytes, of which `bytes` is the known beginning, consist of arrays of bulk strings,
 * bulk strings and simple replies. False for anything else, RESP3 included.
 */
export function areWholeMessages(bytes: Buffer, length: number): boolean {
  let at = 0;
  let pending = 0;
  while (at < length) {
    const lineEnd = bytes.indexOf(LF, at);
    if (lineEnd < 0 || bytes[lineEnd - 1] !== CR) return false;
    const type = bytes[at];
    if (pending > 0) pending -= 1;
    if (type === ARRAY || type === BULK) {
      const count = numberIn(bytes, at + 1, lineEnd - 1);
      if (count === undefined) return false;
      at = lineEnd + 1;
      if (type === ARRAY) pending += count;
      else at += count + 2;
    } else if (type === STATUS || type === ERROR || type === INTEGER) {
      at = lineEnd + 1;
    } else {
      return false;
    }
  }
  return at === length && pending === 0;
}

/** The digits from `from` to `to`; undefined if there is anything else. */
function numberIn(bytes: Buffer, from: number, to: number): number | undefined {
  if (from >= to || to - from > 9) return undefined;
  let number = 0;
  for (let at = from; at < to; at += 1) {
    const byte = bytes[at]!;
    if (byte < ZERO || byte > NINE) return undefined;
    number = 10 * number + byte - ZERO;
  }
  return number;
}
