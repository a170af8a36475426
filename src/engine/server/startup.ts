/** The log lines and steps from a server's start until it is ready. */

import type { ConfigError } from '../process/configFile.ts';
import type { Server } from './server.ts';

/** The log line's role: there is neither master nor replica yet. */
const STARTING = 'C';

export function refuseToStart({ out }: Server, error: ConfigError): void {
  for (const line of error.report()) out.log('warning', STARTING, line);
  out.exit(1);
}

export function logStart(server: Server): void {
  const { out, facts, configuration, settings } = server;
  const say = (line: string): void => out.log('warning', STARTING, line);
  say('oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo');
  say(`Redis version=7.0.15, bits=64, commit=00000000, modified=0, pid=${facts.pid}, just started`);
  if (configuration.ignored.length > 0) {
    say(`Directives without effect in this server: ${configuration.ignored.join(' ')}`);
  }
  for (const { text, why } of configuration.inVain) say(`Without effect: '${text}': ${why}`);
  say('Configuration loaded');
  server.log('notice', `Running mode=standalone, port=${settings.port}.`);
  server.log('warning', 'Server initialized');
}

/** What the end of loading at start uses. */
type StartingServer = Pick<Server, 'now' | 'loading' | 'replication' | 'out' | 'log'>;

/** Loading at start has ended, with `error` when it failed. */
export function startLoaded(server: StartingServer, error: string | undefined): void {
  const { loading, replication } = server;
  if (error !== undefined) {
    server.log('warning', error);
    server.log('warning', 'Fatal error loading the DB, check server logs. Exiting.');
    server.out.exit(1);
    return;
  }
  const { keysLoaded, keysExpired, expired, startedAt, fields } = loading;
  server.log(
    'notice',
    `Done loading RDB, keys loaded: ${keysLoaded}, keys expired: ${keysExpired}.`,
  );
  const seconds = ((server.now - startedAt) / 1e6).toFixed(3);
  server.log('notice', `DB loaded from disk: ${seconds} seconds`);
  replication.restore(fields);
  // Replicas that continue from the dump's offset still hold the expired keys dropped here.
  for (const { db, key } of expired) replication.feed(db, ['DEL', key]);
  loading.expired = [];
  announceReady(server);
}

export function announceReady(server: Pick<Server, 'log'>): void {
  server.log('notice', 'Ready to accept connections');
}
