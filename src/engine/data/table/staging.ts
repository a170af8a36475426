/**
 * Converts strings to bytes, for the calls with strings (database.ts): a key and a value at a time are
 * written to a fixed Buffer each, or to a new Buffer if they are long.
 *
 * The content matters only during a call, so it is not state.
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

  /** Makes `bytes[start..end)` the bytes of the value. A Buffer is used without a copy. */
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
