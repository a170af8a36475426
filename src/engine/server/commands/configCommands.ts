/** CONFIG GET, SET, REWRITE, RESETSTAT. Source: the CONFIG command of Redis 7.0. */

import type { CommandSpec } from '../../process/commandTable.ts';
import { globMatch } from '../../process/glob.ts';
import { helpOf } from '../../process/help.ts';
import type { Value } from '../../process/values/codecs.ts';
import {
  directiveOf,
  findDirective,
  listedNames,
  parseSetting,
  printSetting,
  refusalOf,
  vanityOf,
} from '../config/directives.ts';
import {
  type DirectiveName,
  type Settings,
  sameValue,
  setSetting,
  settingOf,
} from '../config/settings.ts';
import { allows } from '../refusals.ts';
import { Asker } from '../saving/asker.ts';
import { ConfigRewrite } from '../saving/configRewrite.ts';
import type { ServerCall } from '../serverCall.ts';

const FLAGS = ['admin', 'noscript', 'loading', 'stale'] as const;

export const configCommands: readonly CommandSpec<ServerCall>[] = [
  {
    name: 'config',
    since: '2.0.0',
    arity: -2,
    flags: [],
    run: (call) => call.wrongArity(),
    subcommands: [
      {
        name: 'config|get',
        since: '2.0.0',
        arity: -3,
        flags: FLAGS,
        help: ['GET <pattern> [<pattern> ...]', 'The directives that match, with their values.'],
        run: get,
      },
      {
        name: 'config|set',
        since: '2.0.0',
        arity: -4,
        flags: FLAGS,
        help: [
          'SET <directive> <value> [<directive> <value> ...]',
          'Changes directives, all of them or none.',
        ],
        tips: ['request_policy:all_nodes', 'response_policy:all_succeeded'],
        run: setValues,
      },
      {
        name: 'config|rewrite',
        since: '2.8.0',
        arity: 2,
        flags: FLAGS,
        help: ['REWRITE', 'Writes the directives as they are now into the configuration file.'],
        run: rewrite,
      },
      {
        name: 'config|resetstat',
        since: '2.0.0',
        arity: 2,
        flags: FLAGS,
        help: ['RESETSTAT', 'Sets the counters of INFO back to zero.'],
        run: resetStat,
      },
      helpOf('config', '5.0.0'),
    ],
  },
];

function get(call: ServerCall): void {
  const found = new Map<string, DirectiveName>();
  for (let at = 2; at < call.argc; at += 1) {
    const pattern = call.word(at);
    const named = findDirective(pattern);
    if (named !== undefined) found.set(pattern, named);
    for (const name of listedNames) {
      if (globMatch(pattern, name, true)) found.set(name, findDirective(name)!);
    }
  }
  call.reply.map(found.size);
  for (const [shown, name] of found) {
    call.reply.bulk(shown);
    call.reply.bulk(printSetting(call.server.settings, name));
  }
}

interface Change {
  readonly name: DirectiveName;
  /** As the client spells it. */
  readonly given: string;
  readonly argument: string;
}

/** All or nothing: the first value that cannot be used leaves every setting as it was. */
function setValues(call: ServerCall): void {
  const { server } = call;
  if (call.argc % 2 !== 0) {
    call.syntaxError();
    return;
  }
  const changes = requestedChanges(call);
  if (changes === undefined) return;
  const trial: Settings = { ...server.settings };
  const inVain: string[] = [];
  for (const change of changes) {
    const vanity = apply(call, trial, change);
    if (vanity === undefined) return;
    inVain.push(...vanity);
  }
  Object.assign(server.settings, trial);
  for (const line of inVain) server.log('notice', line);
  server.settingsChanged(changes.map(({ name }) => name));
  call.reply.ok();
}

/** Replies and returns undefined when a directive is unknown or cannot be changed. */
function requestedChanges(call: ServerCall): Change[] | undefined {
  const changes: Change[] = [];
  const seen = new Set<string>();
  for (let at = 2; at < call.argc; at += 2) {
    const given = call.str(at);
    const name = findDirective(call.word(at));
    if (name === undefined) {
      call.reply.error(`ERR Unknown option or number of arguments for CONFIG SET - '${given}'`);
      return undefined;
    }
    const obstacle = obstacleTo(call, name, seen.has(call.word(at)));
    if (obstacle !== undefined) {
      fail(call, given, obstacle);
      return undefined;
    }
    seen.add(call.word(at));
    changes.push({ name, given, argument: call.str(at + 1) });
  }
  return changes;
}

/** A directive may be set by its name and by its alias in one command; the later one wins. */
function obstacleTo(
  call: ServerCall,
  name: DirectiveName,
  isRepeated: boolean,
): string | undefined {
  const directive = directiveOf(name);
  if (directive.immutable) return "can't set immutable config";
  if (directive.protected && !allows(call.server, 'enableProtectedConfigs', call.client)) {
    return "can't set protected config";
  }
  return isRepeated ? 'duplicate parameter' : undefined;
}

/**
 * Sets one value; the log lines that say what has no effect. Replies and returns undefined when the
 * value cannot be used.
 */
function apply(call: ServerCall, settings: Settings, change: Change): string[] | undefined {
  const { name, given, argument } = change;
  const parsed = parseSetting(name, argument, settings);
  const error =
    'error' in parsed
      ? parsed.error
      : (refusalOf(name, parsed.value) ?? fixedReason(settings, name, parsed.value));
  if ('error' in parsed || error !== undefined) {
    fail(call, given, error!);
    return undefined;
  }
  setSetting(settings, name, parsed.value);
  const why = vanityOf(name, parsed.value);
  return why === undefined ? [] : [`Without effect: '${name}': ${why}`];
}

function fixedReason(settings: Settings, name: DirectiveName, value: Value): string | undefined {
  const directive = directiveOf(name);
  if (directive.fixedHere === undefined) return undefined;
  return sameValue(directive, value, settingOf(settings, name)) ? undefined : directive.fixedHere;
}

function fail(call: ServerCall, given: string, error: string): void {
  call.reply.error(`ERR CONFIG SET failed (possibly related to argument '${given}') - ${error}`);
}

function rewrite(call: ServerCall): void {
  const { server, client } = call;
  const { path } = server.configuration;
  if (path === undefined) {
    call.reply.error('ERR The server is running without a config file');
    return;
  }
  const asker = new Asker(server, client, 'config', 'rewrite');
  server.foreground.begin(new ConfigRewrite(server, path, asker));
}

function resetStat(call: ServerCall): void {
  call.server.resetStatistics();
  call.reply.ok();
}
