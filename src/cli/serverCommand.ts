/**
 * `server`: one process in place of redis-server or redis-sentinel.
 *
 * It reads only the directives that are needed before the machine starts: `dir` (the process changes
 * to it), `logfile` and `loglevel`. The machine reads all others.
 */

import * as fs from 'node:fs';
import * as path from 'node:path';
import type { LogLevel, Machine } from '../engine/machine/machine.ts';
import {
  CONFIG_ERROR_HEADER,
  ConfigError,
  type ConfigLine,
  configurationLines,
} from '../engine/process/configFile.ts';
import { Sentinel } from '../engine/sentinel/sentinel.ts';
import { Configuration } from '../engine/server/config/configuration.ts';
import { LOG_LEVELS } from '../engine/server/config/logLevels.ts';
import { Server } from '../engine/server/server.ts';
import { errnoText } from '../gateway/errno.ts';
import { RealHost } from '../gateway/realHost.ts';
import { chooseSocketReads } from '../gateway/socketReads.ts';
import { parseServerArguments } from './serverArguments.ts';
import { UsageError } from './usageError.ts';

const STDOUT = 1;

/** Starts the machine; the process ends when it exits. Throws UsageError. */
export async function server(args: readonly string[]): Promise<void> {
  const { configFile, directives, isSentinel } = parseServerArguments(args);
  if (isSentinel && configFile === undefined) {
    throw new UsageError('a Sentinel needs a configuration file: it keeps its state there');
  }
  const file = configFile === undefined ? undefined : path.resolve(configFile);
  const text = file === undefined ? '' : readConfigFile(file);
  const lines = orUsageError(() => configurationLines(text, directives));
  const last = (name: string): ConfigLine | undefined =>
    lines.filter(({ words }) => words[0] === name).at(-1);
  if (!isSentinel) orUsageError(() => checkConfiguration(text, directives));
  orUsageError(() => enter(last('dir')));
  const level = last('loglevel')?.words[1] as LogLevel;
  const machine: Machine = isSentinel ? new Sentinel() : new Server();
  const host = new RealHost({
    machine,
    reads: await chooseSocketReads(),
    name: isSentinel ? 'sentinel' : 'server',
    directory: process.cwd(),
    configFile: file,
    directives,
    // A server filters by its loglevel itself, because CONFIG SET may change it.
    logLevel: !isSentinel ? 'debug' : LOG_LEVELS.includes(level) ? level : 'notice',
    logFd: openLog(last('logfile')?.words[1] ?? ''),
    exit: (code) => process.exit(code),
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => host.signal(signal));
  }
  // Closing the terminal does not end a server, as it does not end redis-server.
  process.on('SIGHUP', () => {});
  host.start();
}

/** Throws ConfigError for the errors that the server itself could only log. */
function checkConfiguration(text: string, directives: readonly (readonly string[])[]): void {
  const configFile = 'redis.conf';
  new Configuration(
    { configFile, directives },
    new Map([[configFile, Buffer.from(text, 'latin1')]]),
  );
}

/** Throws UsageError with Redis's own words when it cannot be read. */
function readConfigFile(file: string): string {
  try {
    return fs.readFileSync(file, 'latin1');
  } catch (error) {
    throw new UsageError(`Fatal error, can't open config file '${file}': ${errnoText(error)}`);
  }
}

/** An unusable configuration is reported on standard error, because there is no log yet. */
function orUsageError<T>(use: () => T): T {
  try {
    return use();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new UsageError(`\n${error.report().join('\n')}`);
  }
}

function enter(dir: ConfigLine | undefined): void {
  if (dir === undefined) return;
  try {
    process.chdir(dir.words[1]!);
  } catch (error) {
    throw new ConfigError(dir, errnoText(error));
  }
}

function openLog(logFile: string): number {
  if (logFile === '') return STDOUT;
  try {
    return fs.openSync(logFile, 'a', 0o644);
  } catch (error) {
    throw new UsageError(`\n${CONFIG_ERROR_HEADER}\nCan't open the log file: ${errnoText(error)}`);
  }
}
