/**
 * SORT and SORT_RO: sort the elements of a list, set or sorted set by themselves, or by values at other
 * keys.
 *
 *   SORT users BY weight_* GET name_* GET #   → by the numbers at weight_<user>: name, user, name, …
 *   SORT users BY info_*->age                 → by the field `age` of the hash info_<user>
 *   SORT users BY nosort                      → a pattern without `*`: not sorted
 */

import { HashValue } from '../data/types/hash.ts';
import { ListValue } from '../data/types/list.ts';
import { SetValue } from '../data/types/set.ts';
import { isString, type Value } from '../data/types/value.ts';
import { ZsetValue } from '../data/types/zset.ts';
import type { DataCall } from '../execution/dataCall.ts';
import type { CommandSpec } from '../process/commandTable.ts';
import { keyAt, unknownKeys } from '../process/keySpecs.ts';
import { replyErrors } from '../process/replyErrors.ts';
import { type Bytes, fromLatin1, toLatin1 } from '../resp/bytes.ts';
import { storeValue } from './arguments.ts';
import { family } from './family.ts';
import { parseStrtod } from './scores.ts';

const NOT_A_NUMBER = "ERR One or more scores can't be converted into double";

const spec = family('set', 'sortedset', 'list', 'dangerous');

export const sortCommands: readonly CommandSpec<DataCall>[] = [
  spec(
    'sort',
    '1.0.0',
    -2,
    ['write', 'denyoom'],
    [keyAt('RO access'), unknownKeys('RO access'), unknownKeys('OW update')],
    (call) => sort(call, true),
    { keysAt: keysOfSort },
  ),
  spec(
    'sort_ro',
    '7.0.0',
    -2,
    ['readonly'],
    [keyAt('RO access'), unknownKeys('RO access')],
    (call) => sort(call, false),
  ),
];

/** Positions of the key and, with STORE, of the destination; the last STORE counts (sortGetKeys). */
function keysOfSort(args: readonly Bytes[]): number[] {
  const argumentsOf: Readonly<Record<string, number>> = { limit: 2, get: 1, by: 1 };
  let destination: number | undefined;
  for (let at = 2; at < args.length; at += 1) {
    const word = toLatin1(args[at]!).toLowerCase();
    if (word === 'store' && at + 1 < args.length) {
      at += 1;
      destination = at;
    } else {
      at += argumentsOf[word] ?? 0;
    }
  }
  return destination === undefined ? [1] : [1, destination];
}

interface Options {
  descending: boolean;
  alpha: boolean;
  /** LIMIT's offset and count; a negative count means all. */
  offset: number;
  count: number;
  by: string | undefined;
  /** Patterns, or `#` for the element itself. */
  readonly get: string[];
  store: string | undefined;
}

function sort(call: DataCall, mayStore: boolean): void {
  const options = parseOptions(call, mayStore);
  if (options === undefined) return;
  const value = call.read(call.str(1));
  if (value !== undefined && !isSortable(value)) {
    call.reply.error(replyErrors.wrongType);
    return;
  }
  // As in Redis, where SORT iterates over the skiplist. OBJECT ENCODING shows it, and -0 is preserved.
  if (value instanceof ZsetValue && !value.large) {
    (call.db.own(call.str(1)) as ZsetValue).enlarge();
  }
  const sorted = ordered(call, value, options);
  if (sorted === undefined) {
    call.reply.error(NOT_A_NUMBER);
    return;
  }
  const start = Math.min(Math.max(options.offset, 0), sorted.length);
  const stop = options.count < 0 ? sorted.length : start + options.count;
  const output: (Bytes | undefined)[] = [];
  for (const element of sorted.slice(start, stop)) {
    if (options.get.length === 0) output.push(fromLatin1(element));
    for (const pattern of options.get) output.push(lookUp(call, pattern, element));
  }
  if (options.store === undefined) {
    call.reply.array(output.length);
    for (const item of output) call.reply.bulkOrNull(item);
  } else {
    store(call, options.store, output);
  }
}

function parseOptions(call: DataCall, mayStore: boolean): Options | undefined {
  const options: Options = {
    descending: false,
    alpha: false,
    offset: 0,
    count: -1,
    by: undefined,
    get: [],
    store: undefined,
  };
  for (let at = 2; at < call.argc; at += 1) {
    const word = call.word(at);
    const left = call.argc - at - 1;
    if (word === 'asc') options.descending = false;
    else if (word === 'desc') options.descending = true;
    else if (word === 'alpha') options.alpha = true;
    else if (word === 'limit' && left >= 2) {
      const offset = call.int(at + 1);
      const count = offset === undefined ? undefined : call.int(at + 2);
      if (count === undefined) return undefined;
      options.offset = offset!;
      options.count = count;
      at += 2;
    } else if (left >= 1 && (word === 'by' || word === 'get' || (word === 'store' && mayStore))) {
      at += 1;
      if (word === 'get') options.get.push(call.str(at));
      else options[word] = call.str(at);
    } else {
      call.syntaxError();
      return undefined;
    }
  }
  return options;
}

type Sortable = ListValue | SetValue | ZsetValue;

function isSortable(value: Value): value is Sortable {
  return value instanceof ListValue || value instanceof SetValue || value instanceof ZsetValue;
}

/** The elements in the requested order; undefined if a number is needed and an element or its value is none. */
function ordered(
  call: DataCall,
  value: Sortable | undefined,
  options: Options,
): string[] | undefined {
  let { by, alpha } = options;
  let asTheyCome = by !== undefined && !by.includes('*');
  // A set has no order, so the stored list would be arbitrary: sort it (sortCommandGeneric).
  if (asTheyCome && value instanceof SetValue && options.store !== undefined) {
    asTheyCome = false;
    alpha = true;
    by = undefined;
  }
  const elements = elementsOf(value, asTheyCome && options.descending);
  if (asTheyCome) return elements;
  const sign = options.descending ? -1 : 1;
  if (alpha) {
    const words = wordsOf(call, elements, by);
    return words.sort((a, b) => sign * compareWords(a.word, b.word)).map(({ element }) => element);
  }
  const scored = scoresOf(call, elements, by);
  return scored
    ?.sort((a, b) => sign * (a.score - b.score || compareWords(a.element, b.element)))
    .map(({ element }) => element);
}

/** The elements in the order of the value or, if `reversed`, in the opposite order; sets have no order. */
function elementsOf(value: Sortable | undefined, reversed: boolean): string[] {
  const elements: string[] = [];
  const add = (element: Bytes) => {
    elements.push(toLatin1(element));
  };
  if (value instanceof ZsetValue) value.range(0, value.size - 1, reversed, add);
  else value?.forEach(add);
  if (reversed && value instanceof ListValue) elements.reverse();
  return elements;
}

function wordsOf(
  call: DataCall,
  elements: readonly string[],
  by: string | undefined,
): { element: string; word: string | undefined }[] {
  return elements.map((element) => {
    if (by === undefined) return { element, word: element };
    const found = lookUp(call, by, element);
    return { element, word: found === undefined ? undefined : toLatin1(found) };
  });
}

function scoresOf(
  call: DataCall,
  elements: readonly string[],
  by: string | undefined,
): { element: string; score: number }[] | undefined {
  const scored: { element: string; score: number }[] = [];
  let valid = true;
  for (const element of elements) {
    const text = by === undefined ? element : lookUp(call, by, element);
    // An element without a value at the BY key has the score 0.
    const score = text === undefined ? 0 : parseStrtod(toLatin1(text));
    if (score === undefined) valid = false;
    else scored.push({ element, score });
  }
  return valid ? scored : undefined;
}

/** Compares bytewise; a missing word comes first. */
function compareWords(a: string | undefined, b: string | undefined): number {
  if (a === b) return 0;
  if (a === undefined) return -1;
  if (b === undefined) return 1;
  return a < b ? -1 : 1;
}

/** The value that `pattern` names for the element, which replaces the first `*` of the pattern. */
function lookUp(call: DataCall, pattern: string, element: string): Bytes | undefined {
  if (pattern === '#') return fromLatin1(element);
  const star = pattern.indexOf('*');
  if (star < 0) return undefined;
  const arrow = pattern.indexOf('->', star + 1);
  const hasField = arrow >= 0 && arrow + 2 < pattern.length;
  const end = hasField ? arrow : pattern.length;
  const key = pattern.slice(0, star) + element + pattern.slice(star + 1, end);
  const value = call.read(key);
  if (value === undefined) return undefined;
  if (hasField) return value instanceof HashValue ? value.get(pattern.slice(arrow + 2)) : undefined;
  return isString(value) ? value : undefined;
}

function store(call: DataCall, key: string, output: readonly (Bytes | undefined)[]): void {
  if (output.length > 0) {
    const list = new ListValue();
    for (const item of output) list.pushRight(item ?? '');
    storeValue(call, key, list);
    call.changed(key, output.length);
    call.notify('l', 'sortstore', key);
  } else if (call.write(key) !== undefined) {
    call.db.delete(key);
    call.changed(key);
    call.notify('g', 'del', key);
  }
  call.reply.integer(output.length);
}
