/**
 * Reads sentinel.conf and the command line: the few directives of redis.conf that a Sentinel heeds,
 * then the `sentinel …` ones, in three passes so that their order in the file does not matter.
 */

import type { Facts, Files } from '../../machine/machine.ts';
import { ConfigError, type ConfigLine, configurationLines } from '../../process/configFile.ts';
import { parseInteger } from '../../resp/integer.ts';
import type { ConfContext } from './context.ts';
import { type Directive, directives } from './directives.ts';

const BAD_DIRECTIVE = 'Bad directive or wrong number of arguments';

/** Directives of redis.conf that a Sentinel's file may hold and that change nothing here. */
const WITHOUT_EFFECT = new Set(
  `acl-pubsub-default acllog-max-len always-show-logo bind bind-source-addr daemonize dir
  disable-thp enable-debug-command enable-module-command enable-protected-configs ignore-warnings
  io-threads io-threads-do-reads latency-tracking latency-tracking-info-percentiles logfile loglevel
  masterauth masteruser oom-score-adj oom-score-adj-values pidfile proc-title-template protected-mode
  repl-diskless-sync-delay save set-proc-title supervised syslog-enabled syslog-facility syslog-ident
  tcp-backlog tcp-keepalive timeout unixsocket unixsocketperm`.split(/\s+/),
);

/** Sets the Sentinel up as its configuration says. Throws ConfigError. */
export function readConfiguration(sentinel: ConfContext, facts: Facts, files: Files): void {
  const text = files.get(facts.configFile!)?.latin1Slice() ?? '';
  const own: { readonly line: ConfigLine; readonly directive: Directive }[] = [];
  for (const line of configurationLines(text, facts.directives)) {
    if (line.words[0] === 'sentinel') own.push({ line, directive: directiveOf(line) });
    else readGeneral(sentinel, line);
  }
  for (const pass of ['before', 'monitor', 'after'] as const) {
    for (const { line, directive } of own) {
      if (directive.pass === pass) readOwn(sentinel, line, directive);
    }
  }
}

function directiveOf(line: ConfigLine): Directive {
  const [, name, ...values] = line.words;
  const directive = name === undefined ? undefined : directives.get(name.toLowerCase());
  if (directive === undefined || !directive.accepts(values.length)) {
    throw new ConfigError(line, 'Unrecognized sentinel configuration statement.');
  }
  return directive;
}

function readOwn(sentinel: ConfContext, line: ConfigLine, directive: Directive): void {
  const values = line.words.slice(2);
  // The command line says where a master was at first; once the file knows it, a failover may have
  // moved it, and the file is right.
  const isFirstTime = directive.pass !== 'monitor' || !sentinel.masters.has(values[0]!);
  if (line.isFromCommandLine && !isFirstTime) return;
  const error = directive.read(sentinel, values);
  if (error !== undefined) throw new ConfigError(line, error);
}

function readGeneral(sentinel: ConfContext, line: ConfigLine): void {
  const [name, ...values] = line.words;
  const { settings } = sentinel;
  switch (name) {
    case 'port':
      settings.port = number(line, values, 0, 65535);
      break;
    case 'maxclients':
      settings.maxclients = number(line, values, 1, 0xffff_ffff);
      break;
    case 'proto-max-bulk-len':
      settings.protoMaxBulkLen = number(line, values, 1024 * 1024, Number.MAX_SAFE_INTEGER);
      break;
    case 'requirepass':
      if (values.length !== 1) throw new ConfigError(line, BAD_DIRECTIVE);
      settings.requirepass = values[0]!;
      break;
    case 'user':
      readUser(sentinel, line);
      break;
    default:
      if (!WITHOUT_EFFECT.has(name!)) throw new ConfigError(line, BAD_DIRECTIVE);
      sentinel.withoutEffect.push(name!);
  }
}

function number(line: ConfigLine, values: readonly string[], min: number, max: number): number {
  if (values.length !== 1) throw new ConfigError(line, BAD_DIRECTIVE);
  const value = parseInteger(values[0]!);
  if (typeof value !== 'number') {
    throw new ConfigError(line, "argument couldn't be parsed into an integer");
  }
  if (value >= min && value <= max) return value;
  throw new ConfigError(line, `argument must be between ${min} and ${max} inclusive`);
}

/** The line a real Sentinel writes for a default user that may do everything. */
const DEFAULT_USER = /^default on (nopass|#[0-9a-f]{64})( sanitize-payload)? ~\* &\* \+@all$/;

/** No user but the default one is known, and its password only from requirepass, which stands before. */
function readUser(sentinel: ConfContext, line: ConfigLine): void {
  const match = DEFAULT_USER.exec(line.words.slice(1).join(' '));
  const isOpen = match?.[1] === 'nopass';
  if (match !== null && isOpen === (sentinel.settings.requirepass === '')) return;
  throw new ConfigError(line, 'ACL users are not known here: use requirepass');
}
