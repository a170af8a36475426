/** Values made of several numbers or parts: save points, the master, limits, percentiles, scores. */

import { parseDouble } from '../../resp/double.ts';
import type { OutputBufferLimit, SavePoint } from '../directives/directive.ts';
import { ULONG_MAX } from '../directives/directive.ts';
import { type Codec, leadingNumber } from './codec.ts';
import { formatMemory, parseMemory } from './numbers.ts';

export const savePoints: Codec<'savePoints'> = {
  several: true,
  parse: (words) => {
    if (words.length === 1 && words[0] === '') return { value: [] };
    const points: SavePoint[] = [];
    for (let at = 0; at < words.length; at += 2) {
      const seconds = leadingNumber(words[at]!);
      const changes = leadingNumber(words[at + 1] ?? '?');
      if (seconds === undefined || changes === undefined || seconds < 1 || changes < 0) {
        return { error: 'Invalid save parameters' };
      }
      points.push({ seconds, changes: changes | 0 });
    }
    return { value: points };
  },
  print: (value) => value.map(pointLine).join(' '),
  // All lines are needed: a file with any save line has exactly its own save points, not the defaults.
  fileLines: (value) =>
    (value.length === 0 ? ['""'] : value.map(pointLine)).map((line) => ({
      value: line,
      needed: true,
    })),
};

function pointLine({ seconds, changes }: SavePoint): string {
  return `${seconds} ${changes}`;
}

const PORT_MAX = 65535;

export const master: Codec<'master'> = {
  several: true,
  parse: (words) => {
    const [host, portText] = words;
    if (words.length !== 2) return { error: 'wrong number of arguments' };
    if (host!.toLowerCase() === 'no' && portText!.toLowerCase() === 'one') {
      return { value: undefined };
    }
    const port = leadingNumber(portText!);
    if (port === undefined || port < 0 || port > PORT_MAX) return { error: 'Invalid master port' };
    return { value: { host: host!, port } };
  },
  print: (value) => (value === undefined ? '' : `${value.host} ${value.port}`),
  fileValue: (value) => (value === undefined ? undefined : `${value.host} ${value.port}`),
};

export const bufferLimits: Codec<'bufferLimits'> = {
  several: true,
  parse: (words, { before }) => {
    if (words.length % 4 !== 0) {
      return { error: 'Wrong number of arguments in buffer limit configuration.' };
    }
    const limits = { ...before };
    for (let at = 0; at < words.length; at += 4) {
      const name = words[at]!.toLowerCase();
      const kind = name === 'slave' ? 'replica' : name;
      if (kind !== 'normal' && kind !== 'replica' && kind !== 'pubsub') {
        return { error: 'Invalid client class specified in buffer limit configuration.' };
      }
      const limit = parseLimit(words.slice(at + 1, at + 4));
      if (limit === undefined) {
        return {
          error: 'Error in hard, soft or soft_seconds setting in buffer limit configuration.',
        };
      }
      limits[kind] = limit;
    }
    return { value: limits };
  },
  print: ({ normal, replica, pubsub }) =>
    `${printedLimit('normal', normal)} ${printedLimit('slave', replica)} ${printedLimit('pubsub', pubsub)}`,
  fileLines: (value, standard) =>
    (['normal', 'replica', 'pubsub'] as const).map((kind) => {
      const line = limitLine(kind, value[kind]);
      return { value: line, needed: line !== limitLine(kind, standard[kind]) };
    }),
};

function parseLimit([hardText, softText, secondsText]: readonly string[]):
  | OutputBufferLimit
  | undefined {
  const hard = parseMemory(hardText!);
  const soft = parseMemory(softText!);
  const seconds = leadingNumber(secondsText!);
  if (hard === undefined || soft === undefined || seconds === undefined || seconds < 0) {
    return undefined;
  }
  return { hard: Number(hard), soft: Number(soft), softSeconds: seconds | 0 };
}

function printedLimit(kind: string, { hard, soft, softSeconds }: OutputBufferLimit): string {
  return `${kind} ${exactBytes(hard)} ${exactBytes(soft)} ${softSeconds}`;
}

function limitLine(kind: string, { hard, soft, softSeconds }: OutputBufferLimit): string {
  return `${kind} ${formatMemory(exactBytes(hard))} ${formatMemory(exactBytes(soft))} ${softSeconds}`;
}

/** A limit above 2^53 is stored as a double, which rounds 2^64 - 1 up to 2^64: that is clamped back. */
function exactBytes(bytes: number): number | bigint {
  if (Number.isSafeInteger(bytes)) return bytes;
  const exact = BigInt(bytes);
  return exact > ULONG_MAX ? ULONG_MAX : exact;
}

export const percentiles: Codec<'percentiles'> = {
  several: true,
  parse: (words, { name }) => {
    if (words.length === 1 && words[0] === '') return { value: [] };
    const value: number[] = [];
    for (const word of words) {
      const percentile = parseDouble(word);
      if (percentile === undefined) return { error: `Invalid ${name} parameters` };
      if (percentile < 0 || percentile > 100) {
        return { error: `${name} parameters should sit between [0.0,100.0]` };
      }
      value.push(percentile);
    }
    return { value };
  },
  print: (value) => value.map(printPercentile).join(' '),
  fileLines: (value) => [
    { value: value.length === 0 ? '""' : percentiles.print(value), needed: true },
  ],
};

/** At most six decimals, without trailing zeros; -0 keeps its sign. */
function printPercentile(value: number): string {
  return Object.is(value, -0) ? '-0' : String(Number(value.toFixed(6)));
}

const SCORE_MAX = 2000;

export const oomScores: Codec<'oomScores'> = {
  several: true,
  parse: (words, { name }) => {
    if (words.length !== 3) return { error: 'wrong number of arguments' };
    const value = words.map(leadingNumber);
    if (value.every((score) => score !== undefined && Math.abs(score) <= SCORE_MAX)) {
      return { value: value as number[] };
    }
    return {
      error: `Invalid ${name}, elements must be between -${SCORE_MAX} and ${SCORE_MAX}.`,
    };
  },
  print: (value) => value.join(' '),
};
