/** Words and texts: yes and no, choices, names, addresses, options, classes of events. */

import { representation } from '../../resp/splitArguments.ts';
import type { TextRule } from '../directives/directive.ts';
import type { Codec } from './codec.ts';

export const yesNo: Codec<'yesNo'> = {
  parse([word]) {
    const text = word!.toLowerCase();
    if (text === 'yes' || text === 'no') return { value: text === 'yes' };
    return { error: "argument must be 'yes' or 'no'" };
  },
  print: (value) => (value ? 'yes' : 'no'),
};

export const choice: Codec<'choice'> = {
  parse([word], { spec: { values, synonyms } }) {
    const value = word!.toLowerCase();
    return values.includes(value) ? { value: synonyms?.[value] ?? value } : noneOf(values);
  },
  print: (value) => value,
};

function noneOf(values: readonly string[]): { error: string } {
  return { error: `argument(s) must be one of the following: ${values.join(', ')}` };
}

export const text: Codec<'text'> = {
  parse([word], { spec: { rule }, name }) {
    const error = rule === undefined ? undefined : violation(rule, word!, name);
    return error === undefined ? { value: word! } : { error };
  },
  print: (value) => value,
  fileValue: (value, { emptyIsNone }) =>
    value === '' && emptyIsNone ? undefined : representation(value),
};

function violation(rule: TextRule, value: string, name: string): string | undefined {
  switch (rule) {
    case 'fileName':
      return /[/\\]/.test(value) ? `${name} can't be a path, just a filename` : undefined;
    case 'fileNameNotEmpty':
      return value === '' ? `${name} can't be empty` : violation('fileName', value, name);
    case 'directoryName':
      if (value === '') return `${name} can't be empty`;
      return /[/\\]/.test(value) ? `${name} can't be a path, just a dirname` : undefined;
    case 'hostname':
      return hostnameViolation(value);
    case 'titleTemplate':
      return isTitleTemplate(value)
        ? undefined
        : 'template format is invalid or contains unknown variables';
    default:
      return rule satisfies never;
  }
}

const HOSTNAME_LENGTH_MAX = 255;

function hostnameViolation(value: string): string | undefined {
  if (value.length > HOSTNAME_LENGTH_MAX) return 'Hostnames must be less than 256 characters';
  return /^[a-zA-Z0-9.-]*$/.test(value)
    ? undefined
    : 'Hostnames may only contain alphanumeric characters, hyphens or dots';
}

const TITLE_VARIABLES = /\{(title|listen-addr|server-mode|port|tls-port|config-file|unixsocket)\}/g;
/** The variables that are empty when Redis validates a template (validateProcTitleTemplate). */
const EMPTY_VARIABLES = /\{(title|server-mode|unixsocket)\}/g;

/** Whether all variables are known and the title is not blank; `{{` is a literal brace. */
function isTitleTemplate(value: string): boolean {
  const shown = value.replaceAll('{{', '').replace(EMPTY_VARIABLES, '');
  if (shown.replace(TITLE_VARIABLES, '').includes('{')) return false;
  return shown.trim() !== '' || value.includes('{{');
}

const ADDRESSES_MAX = 16;

export const addresses: Codec<'addresses'> = {
  several: true,
  parse: (words) => {
    if (words.length > ADDRESSES_MAX) return { error: 'Too many bind addresses specified.' };
    return { value: words.length === 1 && words[0] === '' ? [] : words };
  },
  print: (value) => value.join(' '),
  fileValue: (value) => (value.length === 0 ? '""' : value.join(' ')),
};

const SHUTDOWN_OPTIONS = ['default', 'save', 'nosave', 'now', 'force'];

export const shutdownOptions: Codec<'shutdownOptions'> = {
  several: true,
  parse: (words) => {
    const given = words.map((word) => word.toLowerCase());
    if (given.length === 0 || given.some((word) => !SHUTDOWN_OPTIONS.includes(word))) {
      return noneOf(SHUTDOWN_OPTIONS);
    }
    if (given.includes('save') && given.includes('nosave')) {
      return { error: "shutdown options SAVE and NOSAVE can't be used simultaneously" };
    }
    return { value: SHUTDOWN_OPTIONS.slice(1).filter((word) => given.includes(word)) };
  },
  print: (value) => (value.length === 0 ? 'default' : value.join(' ')),
};

const EVENT_CLASSES = 'g$lshzxetdnKEm';
/** The classes that the letter A stands for. */
const ALL_CLASSES = 'g$lshzxetd';

export const eventClasses: Codec<'eventClasses'> = {
  parse([word]) {
    if (!/^[g$lshzxetdmnKEA]*$/.test(word!)) {
      return { error: "Invalid event class character. Use 'Ag$lshzxeKEtmdn'." };
    }
    const letters = new Set(word!.replace('A', ALL_CLASSES));
    return { value: [...EVENT_CLASSES].filter((letter) => letters.has(letter)).join('') };
  },
  print: shownClasses,
  fileValue: (value) => representation(shownClasses(value)),
};

/** The classes as CONFIG GET shows them. As in keyspaceEventsFlagsToString, `n` is not shown together with A. */
function shownClasses(value: string): string {
  if (![...ALL_CLASSES].every((letter) => value.includes(letter))) return value;
  return `A${[...value].filter((letter) => 'KEm'.includes(letter)).join('')}`;
}
