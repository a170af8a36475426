/**
 * Strings as bytes, for the calls that take strings (database.ts): a key and a value at a time are
 * written to one Buffer, or to one of their own when they are long.
 *
 * Nothing is left here between two calls, so it is no state.
 */

import type { Bytes } from '../../resp/bytes.ts';

const STAGE_BYTES = 16 * 1024;
/** Up to here a loop is faster than a call into native code. */
const LOOP_LENGTH_MAX = 24;

class Stage {
  private readonly own: Buffer = Buffer.allocUnsafeSlow(STAGE_BYTES);
  bytes: Buffer = this.own;
  start = 0;
  end = 0;

  /** Makes `bytes[start..end)` the value's. A Buffer is borrowed as it is. */
  load(value: Bytes): void {
    this.start = 0;
    this.end = value.length;
    if (typeof value !== 'string') this.bytes = value;
    else if (value.length > STAGE_BYTES) this.bytes = Buffer.from(value, 'latin1');
    else this.write(value);
  }

  private write(text: string): void {
    const { own } = this;
    this.bytes = own;
    const { length } = text;
    if (length > LOOP_LENGTH_MAX) {
      own.latin1Write(text, 0, length);
      return;
    }
    for (let i = 0; i < length; i += 1) own[i] = text.charCodeAt(i);
  }
}

export const stagedKey = new Stage();
export const stagedValue = new Stage();
