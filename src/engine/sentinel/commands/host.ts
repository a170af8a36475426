/** What a Sentinel's commands use of it. They see more of it than any other part. */

import type { Process } from '../../process/process.ts';
import type { ActingContext } from '../acting/context.ts';
import type { SentinelSettings } from '../conf/settings.ts';
import type { StateFile } from '../conf/stateFile.ts';
import type { MonitoringContext } from '../monitoring/context.ts';

export interface SentinelHost extends Process, MonitoringContext, ActingContext {
  readonly settings: SentinelSettings;
  readonly stateFile: Pick<StateFile, 'path' | 'requestBy'>;
  readonly simulateFailure: { afterElection: boolean; afterPromotion: boolean };
  tilt: boolean;
  currentEpoch: number;
  /** Turns a second at present. */
  readonly hz: number;
  /** SHUTDOWN: exits once the state is on disk. */
  shutdown(): void;
  connect: Process['connect'];
  disconnect: Process['disconnect'];
  touch: Process['touch'];
  note: Process['note'];
  log: Process['log'];
  random: Process['random'];
}
