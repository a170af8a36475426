/**
 * Reads sentinel.conf and the command line: what it says of the directives of redis.conf, all of
 * which are checked and few of which a Sentinel heeds, then the `sentinel …` lines in three passes,
 * so that their order in the file does not matter.
 */

import type { Facts, Files } from '../../machine/machine.ts';
import { ConfigError, type ConfigLine, configurationLines } from '../../process/configFile.ts';
import type { Directive } from '../../process/directives/directive.ts';
import {
  heededAroundSentinel,
  refusedBySentinel,
  sentinelSettings,
} from '../../process/directives/sentinelDirectives.ts';
import { serverDirectives } from '../../process/directives/serverDirectives.ts';
import { fileOnlyError } from '../../process/fileOnly.ts';
import { parseWords, printValue, type Value } from '../../process/values/codecs.ts';
import { fieldName } from '../../process/values/fields.ts';
import type { ConfContext } from './context.ts';
import {
  acceptsCount,
  findOption,
  type OptionName,
  PASSES,
  passOf,
  readOption,
} from './directives.ts';

type ServerName = keyof typeof serverDirectives;

const general = new Map<string, ServerName>();
for (const [name, directive] of Object.entries<Directive>(serverDirectives)) {
  general.set(name, name as ServerName);
  if (directive.alias !== undefined) general.set(directive.alias, name as ServerName);
}

/** Sets the Sentinel up as its configuration says. Throws ConfigError. */
export function readConfiguration(sentinel: ConfContext, facts: Facts, files: Files): void {
  const text = files.get(facts.configFile!)?.latin1Slice() ?? '';
  const own: ConfigLine[] = [];
  for (const line of configurationLines(text, facts.directives)) {
    if (line.words[0] !== 'sentinel') readGeneral(sentinel, line);
    else if (line.words.length > 1) own.push(line);
  }
  for (const pass of PASSES) {
    for (const line of own) {
      const name = optionOf(line);
      // What is unknown is met last, as in Redis.
      if ((name === undefined ? 'master' : passOf(name)) === pass) readOwn(sentinel, line, name);
    }
  }
}

function optionOf({ words: [, word] }: ConfigLine): OptionName | undefined {
  return findOption(word!.toLowerCase());
}

function readOwn(sentinel: ConfContext, line: ConfigLine, name: OptionName | undefined): void {
  const values = line.words.slice(2);
  if (name === undefined || !acceptsCount(name, values.length)) {
    throw new ConfigError(line, 'Unrecognized sentinel configuration statement.');
  }
  // The command line says where a master was at first; once the file knows it, a failover may have
  // moved it, and the file is right.
  const isFirstTime = name !== 'monitor' || !sentinel.masters.has(values[0]!);
  if (line.isFromCommandLine && !isFirstTime) return;
  const error = readOption(sentinel, name, values);
  if (error !== undefined) throw new ConfigError(line, error);
}

function readGeneral(sentinel: ConfContext, line: ConfigLine): void {
  const [word, ...values] = line.words;
  const name = general.get(word!);
  if (name === undefined) {
    const error = fileOnlyError(word!, values, sentinel.settings.requirepass);
    if (error !== undefined) throw new ConfigError(line, error);
    return;
  }
  const spec: Directive = serverDirectives[name];
  const parsed = parseWords(values, { name, spec, before: spec.default });
  if ('error' in parsed) throw new ConfigError(line, parsed.error);
  take(sentinel, line, name, parsed.value);
}

function take(sentinel: ConfContext, line: ConfigLine, name: ServerName, value: Value): void {
  if (isIn(sentinelSettings, name)) {
    const settings = sentinel.settings as unknown as Record<string, Value>;
    settings[fieldName(name)] = typeof value === 'bigint' ? Number(value) : value;
    return;
  }
  const spec: Directive = serverDirectives[name];
  if (isIn(heededAroundSentinel, name) || printValue(spec, value) === standardText(spec)) return;
  if (isIn(refusedBySentinel, name) && spec.effect !== 'full')
    throw new ConfigError(line, spec.why);
  sentinel.withoutEffect.push(name);
}

/** The value that makes no difference: the only one there is here, or else the default. */
function standardText(spec: Directive): string {
  const value = spec.effect === 'refused' && 'always' in spec ? spec.always : spec.default;
  return printValue(spec, value as Value);
}

function isIn(names: readonly ServerName[], name: ServerName): boolean {
  return names.includes(name);
}
