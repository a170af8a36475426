/** What configuration and state file use of the Sentinel they are part of. */

import type { Process } from '../../process/process.ts';
import type { ModelContext } from '../model/context.ts';
import type { SentinelSettings } from './settings.ts';

export interface ConfContext extends ModelContext {
  readonly settings: SentinelSettings;
  /** 40 hex digits; empty until the file or chance has given it. */
  myId: string;
  currentEpoch: number;
  /** Directives that were read and have no effect. */
  readonly withoutEffect: string[];
}

/** What saving needs besides: the disk, and the output that waits for it. */
export interface StateFileContext extends ConfContext {
  readonly out: Process['out'];
  readonly clients: Process['clients'];
  readonly outgoing: Process['outgoing'];
  readonly blocking: Process['blocking'];
  touch: Process['touch'];
}
