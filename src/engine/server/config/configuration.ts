/**
 * A server's configuration over its life: read at start from the file and the command line,
 * changed by CONFIG SET, written back by CONFIG REWRITE.
 *
 * Invariant: `lines` is the file as it stands on disk, so that a rewrite keeps the user's comments
 * and order.
 */

import type { Facts, Files } from '../../machine/machine.ts';
import { registerState } from '../../machine/state.ts';
import { ConfigError, type ConfigLine, configurationLines } from '../../process/configFile.ts';
import { fileOnlyError } from '../../process/fileOnly.ts';
import type { Value } from '../../process/values/codecs.ts';
import { directiveOf, findDirective, parseLine, refusalOf, vanityOf } from './directives.ts';
import { rewriteLines } from './rewriting.ts';
import { type DirectiveName, defaultSettings, type Settings, setSetting } from './settings.ts';

export class Configuration {
  readonly settings: Settings = defaultSettings();
  readonly path: string | undefined;
  /** Names of directives that were read and make no difference: their values are not the defaults. */
  readonly ignored: string[] = [];
  /** Lines whose values cannot have their effect here, with the reason. */
  readonly inVain: { readonly text: string; readonly why: string }[] = [];
  private lines: string[] = [];
  private hasSaveLine = false;

  /** Throws ConfigError. */
  constructor(facts: Pick<Facts, 'configFile' | 'directives'>, files: Files) {
    this.path = facts.configFile;
    const file = facts.configFile === undefined ? undefined : files.get(facts.configFile);
    const text = file?.latin1Slice() ?? '';
    if (file !== undefined) this.lines = text.split('\n');
    for (const line of configurationLines(text, facts.directives)) this.read(line);
  }

  private read(line: ConfigLine): void {
    const [given, ...words] = line.words;
    const name = findDirective(given!);
    if (name === undefined) {
      const error =
        given === 'sentinel'
          ? 'sentinel directive while not in sentinel mode'
          : fileOnlyError(given!, words, this.settings.requirepass);
      if (error !== undefined) throw new ConfigError(line, error);
      this.ignored.push(given!);
      return;
    }
    const parsed = parseLine(name, words, this.settings);
    if ('error' in parsed) throw new ConfigError(line, parsed.error);
    this.take(line, name, parsed.value);
  }

  private take(line: ConfigLine, name: DirectiveName, value: Value): void {
    const why = refusalOf(name, value);
    const directive = directiveOf(name);
    if (why === undefined) {
      if (vanityOf(name, value) !== undefined) this.ignored.push(line.words[0]!);
      const points = this.settings.save;
      setSetting(this.settings, name, value);
      if (name === 'save') this.addSavePoints(points);
    } else if (directive.effect === 'refused' && directive.inFile === 'leftOut') {
      this.inVain.push({ text: line.text, why });
    } else {
      throw new ConfigError(line, why);
    }
  }

  /** The first `save` line takes the place of the defaults, others add to it; an empty one clears all. */
  private addSavePoints(before: Settings['save']): void {
    const { settings } = this;
    if (this.hasSaveLine && settings.save.length > 0) {
      settings.save = [...before, ...settings.save];
    }
    this.hasSaveLine = true;
  }

  /** What the file is to hold now. */
  rewritten(): string {
    return `${rewriteLines(this.lines, this.settings).join('\n')}\n`;
  }

  /** The text is in the file. */
  written(text: string): void {
    this.lines = text.split('\n');
  }
}
registerState('Configuration', Configuration);
