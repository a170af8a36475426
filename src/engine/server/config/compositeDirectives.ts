/**
 * Directives whose values are not one word of one kind: save points, the master, limits by class of
 * client, classes of keyspace events.
 */

import { parseInteger } from '../../resp/integer.ts';
import { representation } from '../../resp/splitArguments.ts';
import { blankSeparated } from '../../resp/words.ts';
import { type Directive, fileMemory, parseMemory, set } from './directiveKinds.ts';
import type { OutputBufferLimit, Settings } from './settings.ts';

/** The words of all arguments; undefined when one of them is far too long for a list of words. */
function allWords(given: readonly string[]): string[] | undefined {
  const words: string[] = [];
  for (const text of given) {
    const own = blankSeparated(text);
    if (own === undefined) return undefined;
    for (const word of own) words.push(word);
  }
  return words;
}

export const save: Directive = {
  name: 'save',
  change: 'free',
  words: 'any',
  parse: (settings, words) => {
    const numbers = allWords(words);
    if (numbers === undefined || numbers.length % 2 !== 0) return 'Invalid save parameters';
    const points: Settings['save'] = [];
    for (let at = 0; at < numbers.length; at += 2) {
      const seconds = parseInteger(numbers[at]!);
      const changes = parseInteger(numbers[at + 1]!);
      if (
        typeof seconds !== 'number' ||
        typeof changes !== 'number' ||
        seconds < 1 ||
        changes < 0
      ) {
        return 'Invalid save parameters';
      }
      points.push({ seconds, changes });
    }
    return set(settings, 'save', points);
  },
  print: (settings) => savePoints(settings).join(' '),
  // Always all of them: a file with some has these and no defaults.
  fileLines: (settings) => {
    const points = savePoints(settings);
    return (points.length === 0 ? ['""'] : points).map((value) => ({ value, needed: true }));
  },
};

function savePoints({ save }: Settings): string[] {
  return save.map((point) => `${point.seconds} ${point.changes}`);
}

export const replicaof: Directive = {
  name: 'replicaof',
  alias: 'slaveof',
  change: 'fixed',
  words: 'any',
  parse: (settings, words) => {
    const [host, portText] = words;
    if (words.length !== 2) return 'wrong number of arguments';
    if (host!.toLowerCase() === 'no' && portText!.toLowerCase() === 'one') {
      return set(settings, 'replicaof', undefined);
    }
    const port = parseInteger(portText!);
    if (typeof port !== 'number' || port < 0 || port > 65535) return 'Invalid master port';
    return set(settings, 'replicaof', { host: host!, port });
  },
  print: ({ replicaof: master }) => (master === undefined ? '' : `${master.host} ${master.port}`),
  fileValue: ({ replicaof: master }) =>
    master === undefined ? undefined : `${master.host} ${master.port}`,
};

export const outputBufferLimit: Directive = {
  name: 'client-output-buffer-limit',
  change: 'free',
  words: 'any',
  parse: parseOutputBufferLimit,
  print: ({ clientOutputBufferLimit: limits }) => {
    const line = (name: string, { hard, soft, softSeconds }: OutputBufferLimit) =>
      `${name} ${hard} ${soft} ${softSeconds}`;
    return `${line('normal', limits.normal)} ${line('slave', limits.replica)} ${line('pubsub', limits.pubsub)}`;
  },
  fileLines: ({ clientOutputBufferLimit: limits }, { clientOutputBufferLimit: standard }) =>
    (['normal', 'replica', 'pubsub'] as const).map((name) => {
      const value = limitLine(name, limits[name]);
      return { value, needed: value !== limitLine(name, standard[name]) };
    }),
};

function limitLine(name: string, { hard, soft, softSeconds }: OutputBufferLimit): string {
  return `${name} ${fileMemory(hard)} ${fileMemory(soft)} ${softSeconds}`;
}

function parseOutputBufferLimit(settings: Settings, given: readonly string[]): string | undefined {
  const words = allWords(given);
  if (words === undefined || words.length % 4 !== 0)
    return 'Wrong number of arguments in buffer limit configuration.';
  const limits = { ...settings.clientOutputBufferLimit };
  for (let at = 0; at < words.length; at += 4) {
    const name = words[at]!.toLowerCase();
    if (!['normal', 'replica', 'slave', 'pubsub'].includes(name)) {
      return 'Invalid client class specified in buffer limit configuration.';
    }
    const hard = parseMemory(words[at + 1]!);
    const soft = parseMemory(words[at + 2]!);
    const softSeconds = parseInteger(words[at + 3]!);
    if (
      hard === undefined ||
      soft === undefined ||
      typeof softSeconds !== 'number' ||
      softSeconds < 0
    ) {
      return 'Error in hard, soft or soft_seconds setting in buffer limit configuration.';
    }
    limits[name === 'slave' ? 'replica' : (name as keyof typeof limits)] = {
      hard,
      soft,
      softSeconds,
    };
  }
  return set(settings, 'clientOutputBufferLimit', limits);
}

const NOTIFY_ORDER = 'g$lshzxetdmnKE';
const NOTIFY_ALL = 'g$lshzxetd';

export const notifyKeyspaceEvents: Directive = {
  name: 'notify-keyspace-events',
  change: 'free',
  parse: (settings, [word]) => {
    if (!/^[g$lshzxetdmnKEA]*$/.test(word!)) {
      return "Invalid event class character. Use 'Ag$lshzxeKEtmdn'.";
    }
    const letters = new Set(word!.replace('A', NOTIFY_ALL));
    return set(
      settings,
      'notifyKeyspaceEvents',
      [...NOTIFY_ORDER].filter((l) => letters.has(l)).join(''),
    );
  },
  print: eventClasses,
  fileValue: (settings) => representation(eventClasses(settings)),
};

function eventClasses({ notifyKeyspaceEvents: letters }: Settings): string {
  return [...NOTIFY_ALL].every((letter) => letters.includes(letter))
    ? `A${[...letters].filter((letter) => !NOTIFY_ALL.includes(letter)).join('')}`
    : letters;
}
