/**
 * The clockwork of Sentinel 7.0, in milliseconds. SENTINEL DEBUG shows and changes one Sentinel's
 * periods; they take effect at once, for instances known already as well.
 */

export interface Periods {
  infoPeriod: number;
  pingPeriod: number;
  askPeriod: number;
  publishPeriod: number;
  defaultDownAfter: number;
  defaultFailoverTimeout: number;
  tiltTrigger: number;
  tiltPeriod: number;
  slaveReconfTimeout: number;
  minLinkReconnectPeriod: number;
  electionTimeout: number;
  scriptMaxRuntime: number;
  scriptRetryDelay: number;
}

/** In the order of SENTINEL DEBUG's reply, with the names it takes (lower case) and shows (upper case). */
export const PERIOD_NAMES: readonly (readonly [string, keyof Periods])[] = [
  ['info-period', 'infoPeriod'],
  ['ping-period', 'pingPeriod'],
  ['ask-period', 'askPeriod'],
  ['publish-period', 'publishPeriod'],
  ['default-down-after', 'defaultDownAfter'],
  ['default-failover-timeout', 'defaultFailoverTimeout'],
  ['tilt-trigger', 'tiltTrigger'],
  ['tilt-period', 'tiltPeriod'],
  ['slave-reconf-timeout', 'slaveReconfTimeout'],
  ['min-link-reconnect-period', 'minLinkReconnectPeriod'],
  ['election-timeout', 'electionTimeout'],
  ['script-max-runtime', 'scriptMaxRuntime'],
  ['script-retry-delay', 'scriptRetryDelay'],
];

export function defaultPeriods(): Periods {
  return {
    infoPeriod: 10_000,
    pingPeriod: 1_000,
    askPeriod: 1_000,
    publishPeriod: 2_000,
    defaultDownAfter: 30_000,
    defaultFailoverTimeout: 180_000,
    tiltTrigger: 2_000,
    tiltPeriod: 30_000,
    slaveReconfTimeout: 10_000,
    minLinkReconnectPeriod: 15_000,
    electionTimeout: 10_000,
    scriptMaxRuntime: 60_000,
    scriptRetryDelay: 30_000,
  };
}

/** INFO period of replicas while their master fails, or their link to it is down. */
export const FAST_INFO_PERIOD_MS = 1_000;
/** Random delay that keeps Sentinels from starting their failovers in the same instant. */
export const DESYNC_MS_MAX = 1_000;
/** Unanswered commands a link may have, for each instance that uses it. */
export const PENDING_COMMANDS_MAX = 100;
export const DEFAULT_PARALLEL_SYNCS = 1;
export const DEFAULT_REPLICA_PRIORITY = 100;
export const HELLO_CHANNEL = '__sentinel__:hello';
