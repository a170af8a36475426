/**
 * The kinds of directives: how their values are read, shown by CONFIG GET and written into a file.
 * Error texts are Redis 7.0's.
 */

import { parseInteger } from '../../resp/integer.ts';
import { representation } from '../../resp/splitArguments.ts';
import { defaultSettings, type Settings } from './settings.ts';

/** Reads words into the settings; an error text when they cannot be used. */
type Parse = (settings: Settings, words: readonly string[]) => string | undefined;

/** A line of a configuration file, but for the directive's name. */
export interface FileLine {
  readonly value: string;
  /** To be written even when the file has no such line yet. */
  readonly needed: boolean;
}

export interface Directive {
  readonly name: string;
  /** The older name, which stays valid everywhere. */
  readonly alias?: string;
  /** `fixed`: only at start. `protected`: by CONFIG SET only when enable-protected-configs allows. */
  readonly change: 'free' | 'fixed' | 'protected';
  /** Left out of what patterns of CONFIG GET find, as Redis's means for tests are. */
  readonly hidden?: true;
  /** Why any value but the default makes no difference here (rule 3 of directives.ts). */
  readonly inert?: string;
  /** How many words a line may have; undefined: exactly one. */
  readonly words?: 'any';
  readonly parse: Parse;
  readonly print: (settings: Settings) => string;
  /** The value as CONFIG REWRITE writes it, where that is not as CONFIG GET prints it; undefined: no line. */
  readonly fileValue?: (settings: Settings) => string | undefined;
  /** What CONFIG REWRITE writes where that is not one line. */
  readonly fileLines?: (settings: Settings, defaults: Settings) => readonly FileLine[];
}

type FieldOf<T> = { [F in keyof Settings]: Settings[F] extends T ? F : never }[keyof Settings];
type Change = Directive['change'];

export function set<F extends keyof Settings>(
  settings: Settings,
  field: F,
  value: Settings[F],
): undefined {
  settings[field] = value;
  return undefined;
}

export function yesNo(
  name: string,
  field: FieldOf<boolean>,
  change: Change = 'free',
  alias?: string,
): Directive {
  return {
    name,
    ...(alias === undefined ? {} : { alias }),
    change,
    parse: (settings, [word]) => {
      const text = word!.toLowerCase();
      if (text !== 'yes' && text !== 'no') return "argument must be 'yes' or 'no'";
      return set(settings, field, text === 'yes');
    },
    print: (settings) => (settings[field] ? 'yes' : 'no'),
  };
}

interface Range {
  readonly min: number;
  readonly max: number;
  readonly change?: Change;
  readonly alias?: string;
}

export function integer(name: string, field: FieldOf<number>, range: Range): Directive {
  return {
    name,
    ...(range.alias === undefined ? {} : { alias: range.alias }),
    change: range.change ?? 'free',
    parse: (settings, [word]) => {
      const value = parseInteger(word!);
      if (typeof value !== 'number') return "argument couldn't be parsed into an integer";
      if (value < range.min || value > range.max) {
        return outOfRange(range);
      }
      return set(settings, field, value);
    },
    print: (settings) => String(settings[field]),
  };
}

/** Numbers here end at 2^53, but the message names Redis's own limit. */
function outOfRange({ min, max }: Range): string {
  return `argument must be between ${min} and ${max === LONG ? '9223372036854775807' : max} inclusive`;
}

/** A size in bytes: `1mb`, `1024`, `1g`. */
export function memory(name: string, field: FieldOf<number>, range: Range): Directive {
  return {
    ...integer(name, field, range),
    parse: (settings, [word]) => {
      const value = parseMemory(word!);
      if (value === undefined) return 'argument must be a memory value';
      if (value < range.min || value > range.max) return outOfRange(range);
      return set(settings, field, value);
    },
    fileValue: (settings) => fileMemory(settings[field]),
  };
}

interface TextOptions {
  readonly change?: Change;
  readonly alias?: string;
  /** In files the empty text is written; of others there is no line then. */
  readonly keepsEmpty?: true;
}

export function text(
  name: string,
  field: FieldOf<string>,
  { change = 'free', alias, keepsEmpty }: TextOptions = {},
): Directive {
  return {
    name,
    ...(alias === undefined ? {} : { alias }),
    change,
    parse: (settings, [word]) => set(settings, field, word!),
    print: (settings) => settings[field],
    fileValue: (settings) =>
      settings[field] === '' && keepsEmpty === undefined
        ? undefined
        : representation(settings[field]),
  };
}

export function choice(
  name: string,
  field: FieldOf<string>,
  values: readonly string[],
  change: Change = 'free',
): Directive {
  return {
    name,
    change,
    parse: (settings, [word]) => {
      const value = word!.toLowerCase();
      if (!values.includes(value)) {
        return `argument(s) must be one of the following: ${values.join(', ')}`;
      }
      return set(settings, field, value);
    },
    print: (settings) => settings[field],
  };
}

const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  k: 1000,
  kb: 1024,
  m: 1000 ** 2,
  mb: 1024 ** 2,
  g: 1000 ** 3,
  gb: 1024 ** 3,
};

/** Bytes of `1mb` (1,048,576) or `1m` (1,000,000); undefined when it is no size. */
export function parseMemory(word: string): number | undefined {
  const match = /^(\d{1,15})([a-z]*)$/i.exec(word);
  const unit = match === null ? undefined : UNITS[match[2]!.toLowerCase()];
  return unit === undefined ? undefined : Number(match![1]) * unit;
}

/** `1073741824` → `1gb`: the largest binary unit that leaves nothing over. */
export function fileMemory(bytes: number): string {
  for (const unit of ['gb', 'mb', 'kb']) {
    const size = UNITS[unit]!;
    if (bytes > 0 && bytes % size === 0) return `${bytes / size}${unit}`;
  }
  return String(bytes);
}

export const INT = 0x7fff_ffff;
export const LONG = Number.MAX_SAFE_INTEGER;

/** A directive that has one value here, its default; any other is refused with what to do. */
export function only(base: Directive, why: string): Directive {
  const standard = base.print(defaultSettings());
  return {
    ...base,
    parse: (_settings, words) => {
      const trial = defaultSettings();
      return base.parse(trial, words) ?? (base.print(trial) === standard ? undefined : why);
    },
  };
}

/** The same where nothing is missed: CONFIG SET refuses other values, a file may have them in vain. */
export function inert(base: Directive, why: string): Directive {
  return { ...only(base, why), inert: why };
}
