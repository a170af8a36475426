/** A call of a Sentinel's command. */

import { registerState } from '../../machine/state.ts';
import { Call } from '../../process/call.ts';
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

  /** The master that argument `index` names; replies with an error when there is none. */
  master(index: number): Instance | undefined {
    const master = this.process.masters.get(this.str(index));
    if (master === undefined) this.reply.error('ERR No such master with that name');
    return master;
  }
}
registerState(SentinelCall);
