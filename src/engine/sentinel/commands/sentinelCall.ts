/** A call of a Sentinel's command. */

import { registerState } from '../../machine/state.ts';
import { Call } from '../../process/call.ts';
import { toLatin1 } from '../../resp/bytes.ts';
import { WORD_BYTES_MAX } from '../model/bounds.ts';
import type { Instance } from '../model/instance.ts';
import type { SentinelHost } from './host.ts';

export class SentinelCall extends Call {
  readonly process: SentinelHost;

  constructor(sentinel: SentinelHost) {
    super();
    this.process = sentinel;
  }

  get sentinel(): SentinelHost {
    return this.process;
  }

  /**
   * Argument `index` as a latin1 string, cut after WORD_BYTES_MAX + 1 bytes. A Sentinel keeps no
   * longer string than WORD_BYTES_MAX, so a cut one equals no known name.
   */
  override str(index: number): string {
    const arg = this.arg(index);
    if (arg.length <= WORD_BYTES_MAX) return super.str(index);
    const end = WORD_BYTES_MAX + 1;
    return toLatin1(typeof arg === 'string' ? arg.slice(0, end) : arg.subarray(0, end));
  }

  /** Replies with an error, and true, when argument `index` is too long to be kept. */
  tooLong(index: number): boolean {
    const isTooLong = this.arg(index).length > WORD_BYTES_MAX;
    if (isTooLong) {
      this.reply.error(`ERR Argument too long: a Sentinel keeps at most ${WORD_BYTES_MAX} bytes`);
    }
    return isTooLong;
  }

  /** The master named by argument `index`; replies with an error when there is none. */
  master(index: number): Instance | undefined {
    const master = this.process.masters.get(this.str(index));
    if (master === undefined) this.reply.error('ERR No such master with that name');
    return master;
  }
}
registerState('SentinelCall', SentinelCall);
