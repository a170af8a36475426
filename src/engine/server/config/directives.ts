/**
 * What CONFIG and configuration files do with the directives of the table
 * (process/directives/serverDirectives.ts): finding, reading, refusing and printing them.
 */

import type { Directive } from '../../process/directives/directive.ts';
import { serverDirectives } from '../../process/directives/serverDirectives.ts';
import type { FileLine, Parsed } from '../../process/values/codec.ts';
import {
  fileLines,
  parseArgument,
  parseWords,
  printValue,
  type Value,
} from '../../process/values/codecs.ts';
import {
  type DirectiveName,
  type Settings,
  sameValue,
  settingOf,
  standardValue,
} from './settings.ts';

const table: Readonly<Record<DirectiveName, Directive>> = serverDirectives;

/** Present names, in the table's order. */
export const directiveNames = Object.keys(table) as DirectiveName[];

const byName = new Map<string, DirectiveName>();
for (const name of directiveNames) {
  byName.set(name, name);
  const { alias } = table[name];
  if (alias !== undefined) byName.set(alias, name);
}

/** The present name of a directive, by that or by its alias, in lower case. */
export function findDirective(name: string): DirectiveName | undefined {
  return byName.get(name);
}

export function directiveOf(name: DirectiveName): Directive {
  return table[name];
}

/** The names that patterns of CONFIG GET may find, aliases included. */
export const listedNames: readonly string[] = [...byName]
  .filter(([, name]) => !table[name].hidden)
  .map(([name]) => name);

/** Reads what a line of a file says. */
export function parseLine(
  name: DirectiveName,
  words: readonly string[],
  settings: Settings,
): Parsed<Value> {
  return parseWords(words, { name, spec: table[name], before: settingOf(settings, name) });
}

/** Reads what CONFIG SET says. */
export function parseSetting(
  name: DirectiveName,
  argument: string,
  settings: Settings,
): Parsed<Value> {
  return parseArgument(argument, { name, spec: table[name], before: settingOf(settings, name) });
}

/** Why a value cannot be used here, though Redis would; undefined when it can. */
export function refusalOf(name: DirectiveName, value: Value): string | undefined {
  const directive = table[name];
  if (directive.effect !== 'refused') return undefined;
  return sameValue(directive, value, standardValue(name)) ? undefined : directive.why;
}

/** Why a value makes no difference here; undefined when it is the default, or has its effect. */
export function vanityOf(name: DirectiveName, value: Value): string | undefined {
  const directive = table[name];
  if (directive.effect !== 'accepted') return undefined;
  return sameValue(directive, value, standardValue(name)) ? undefined : directive.why;
}

/** As CONFIG GET shows it. */
export function printSetting(settings: Settings, name: DirectiveName): string {
  return printValue(table[name], settingOf(settings, name));
}

/** The lines CONFIG REWRITE may write, without the directive's name. */
export function linesOf(settings: Settings, name: DirectiveName): readonly FileLine[] {
  return fileLines(table[name], settingOf(settings, name), standardValue(name));
}
