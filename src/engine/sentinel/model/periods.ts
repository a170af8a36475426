/**
 * The periods and time-outs of Sentinel 7.0, in milliseconds. SENTINEL DEBUG shows and changes those
 * of one Sentinel. A change takes effect at once, for known instances too.
 */

import { sentinelDirectives } from '../../process/directives/sentinelDirectives.ts';

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

/** In the order of SENTINEL DEBUG's reply. It accepts the names in any case and shows them in upper case. */
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
    defaultDownAfter: sentinelDirectives['down-after-milliseconds'].default,
    defaultFailoverTimeout: sentinelDirectives['failover-timeout'].default,
    tiltTrigger: 2_000,
    tiltPeriod: 30_000,
    slaveReconfTimeout: 10_000,
    minLinkReconnectPeriod: 15_000,
    electionTimeout: 10_000,
    scriptMaxRuntime: 60_000,
    scriptRetryDelay: 30_000,
  };
}

/** INFO period of replicas while their master is down or fails over, or they have lost it. */
export const FAST_INFO_PERIOD_MS = 1_000;
/** Greatest random delay before a failover, so that Sentinels do not start at the same instant. */
export const DESYNC_MS_MAX = 1_000;
/** Unanswered commands above which an instance link is sent no more, for each instance that uses it. */
export const PENDING_COMMANDS_MAX = 100;
export const DEFAULT_PARALLEL_SYNCS = 1;
export const DEFAULT_REPLICA_PRIORITY = 100;
export const HELLO_CHANNEL = '__sentinel__:hello';
