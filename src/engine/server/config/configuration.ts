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
import { findDirective } from './directives.ts';
import { refusalOfDirective } from './ignoredDirectives.ts';
import { rewriteLines } from './rewriting.ts';
import { defaultSettings, type Settings } from './settings.ts';

export class Configuration {
  readonly settings: Settings = defaultSettings();
  readonly path: string | undefined;
  /** Names of directives that were read and left out. */
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
    const [name, ...words] = line.words;
    const directive = findDirective(name!);
    if (directive === undefined) {
      const refusal = refusalOfDirective(name!, words, this.settings);
      if (refusal !== undefined) throw new ConfigError(line, refusal);
      this.ignored.push(name!);
      return;
    }
    if (directive.words !== 'any' && words.length !== 1) {
      throw new ConfigError(line, 'wrong number of arguments');
    }
    const savePoints = this.settings.save;
    const error = directive.parse(this.settings, words);
    if (error !== undefined && error === directive.inert) {
      this.inVain.push({ text: line.text, why: error });
      return;
    }
    if (error !== undefined) throw new ConfigError(line, error);
    if (directive.name === 'save') this.addSavePoints(savePoints);
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
registerState(Configuration);
