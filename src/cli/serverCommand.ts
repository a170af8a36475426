/**
 * `server`: one process in place of redis-server or redis-sentinel.
 *
 * What has to be known before the machine reads its configuration is read here: `dir` (the process
 * moves there), `logfile` and `loglevel`. Everything else is the machine's.
 */

import * as fs from 'node:fs';
import * as path from 'node:path';
import type { LogLevel, Machine } from '../engine/machine/machine.ts';
import { ConfigError, parseConfigFile } from '../engine/process/configFile.ts';
import { Sentinel } from '../engine/sentinel/sentinel.ts';
import { Server } from '../engine/server/server.ts';
import { errnoText } from '../gateway/errno.ts';
import { RealHost } from '../gateway/realHost.ts';
import { parseServerArguments } from './serverArguments.ts';
import { UsageError } from './usageError.ts';

const STDOUT = 1;
const LOG_LEVELS: readonly string[] = ['debug', 'verbose', 'notice', 'warning'];

/** Runs until the machine exits; never gives control back before. */
export function server(args: readonly string[]): void {
  const { configFile, directives, isSentinel } = parseServerArguments(args);
  if (isSentinel && configFile === undefined) {
    throw new UsageError('a Sentinel needs a configuration file: it keeps its state there');
  }
  const file = configFile === undefined ? undefined : path.resolve(configFile);
  const lines = [...(file === undefined ? [] : readDirectives(file)), ...directives];
  const last = (name: string): string | undefined =>
    lines.filter((words) => words[0]?.toLowerCase() === name).at(-1)?.[1];
  const dir = last('dir');
  if (dir !== undefined) enter(dir);
  const level = last('loglevel') ?? 'notice';
  const machine: Machine = isSentinel ? new Sentinel() : new Server();
  const host = new RealHost({
    machine,
    name: isSentinel ? 'sentinel' : 'server',
    directory: process.cwd(),
    configFile: file,
    directives,
    logLevel: (LOG_LEVELS.includes(level) ? level : 'notice') as LogLevel,
    logFd: openLog(last('logfile') ?? ''),
    exit: (code) => process.exit(code),
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => host.signal(signal));
  }
  host.start();
}

/** The directives of a file. Throws UsageError with Redis's own words when it cannot be read. */
function readDirectives(file: string): (readonly string[])[] {
  try {
    return parseConfigFile(fs.readFileSync(file, 'latin1')).map((line) => line.words);
  } catch (error) {
    if (error instanceof ConfigError) throw new UsageError(error.report().join('\n'));
    throw new UsageError(`Fatal error, can't open config file '${file}': ${errnoText(error)}`);
  }
}

function enter(dir: string): void {
  try {
    process.chdir(dir);
  } catch (error) {
    throw new UsageError(`Can't chdir to '${dir}': ${errnoText(error)}`);
  }
}

function openLog(logFile: string): number {
  if (logFile === '') return STDOUT;
  try {
    return fs.openSync(logFile, 'a', 0o644);
  } catch (error) {
    throw new UsageError(`Can't open the log file: ${errnoText(error)}`);
  }
}
