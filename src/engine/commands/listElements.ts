/** List commands that access elements by index or by value. */

import { ListValue } from '../data/types/list.ts';
import type { DataCall } from '../execution/dataCall.ts';
import type { CommandSpec } from '../process/commandTable.ts';
import { keyAt } from '../process/keySpecs.ts';
import { replyErrors } from '../process/replyErrors.ts';
import { type Bytes, equalBytes } from '../resp/bytes.ts';
import {
  existing,
  isWrongType,
  removeKey,
  replyEmptyArray,
  replyNoSuchKey,
  replyNull,
  replyOk,
  replyZero,
} from './containers.ts';
import { countAtLeast } from './countArguments.ts';
import { family } from './family.ts';

const entry = family('list');

export const listElementCommands: readonly CommandSpec<DataCall>[] = [
  entry('llen', '1.0.0', 2, ['readonly', 'fast'], [keyAt('RO')], llen),
  entry('lindex', '1.0.0', 3, ['readonly'], [keyAt('RO access')], lindex),
  entry('lset', '1.0.0', 4, ['write', 'denyoom'], [keyAt('RW update')], lset),
  entry('lrange', '1.0.0', 4, ['readonly'], [keyAt('RO access')], lrange),
  entry('ltrim', '1.0.0', 4, ['write'], [keyAt('RW delete')], ltrim),
  entry('lrem', '1.0.0', 4, ['write'], [keyAt('RW delete')], lrem),
  entry('linsert', '2.2.0', 5, ['write', 'denyoom'], [keyAt('RW insert')], linsert),
  entry('lpos', '6.0.6', -3, ['readonly'], [keyAt('RO access')], lpos),
];

const INT64_MIN = '-9223372036854775808';
const RANK_ZERO =
  "ERR RANK can't be zero: use 1 to start from the first match, 2 from the second ... or use negative to start from the end of the list";
/** Elements that `search` compares before it checks whether it has found enough. */
const SEARCH_BLOCK = 256;

function llen(call: DataCall): void {
  const list = existing(call, call.read(call.str(1)), ListValue, replyZero);
  if (list === undefined) return;
  call.reply.integer(list.length);
}

/** Converts an index argument to an index from the head: -1 is the last element. */
function fromHead(index: number, length: number): number {
  return index < 0 ? index + length : index;
}

function lindex(call: DataCall): void {
  const list = existing(call, call.read(call.str(1)), ListValue, replyNull);
  if (list === undefined) return;
  const index = call.int(2);
  if (index === undefined) return;
  call.reply.bulkOrNull(list.get(fromHead(index, list.length)));
}

function lset(call: DataCall): void {
  const key = call.str(1);
  const list = existing(call, call.write(key), ListValue, replyNoSuchKey);
  if (list === undefined) return;
  const argument = call.int(2);
  if (argument === undefined) return;
  const index = fromHead(argument, list.length);
  if (index < 0 || index >= list.length) {
    call.reply.error(replyErrors.indexOutOfRange);
    return;
  }
  list.set(index, call.arg(3));
  call.reply.ok();
  call.changed(key);
  call.notify('l', 'lset', key);
}

function lrange(call: DataCall): void {
  const { reply } = call;
  const first = call.int(2);
  if (first === undefined) return;
  const last = call.int(3);
  if (last === undefined) return;
  const list = existing(call, call.read(call.str(1)), ListValue, replyEmptyArray);
  if (list === undefined) return;
  const start = Math.max(0, fromHead(first, list.length));
  const stop = Math.min(list.length - 1, fromHead(last, list.length));
  if (start > stop) {
    reply.array(0);
    return;
  }
  reply.array(stop - start + 1);
  list.range(start, stop, (element) => {
    reply.bulk(element);
  });
}

function ltrim(call: DataCall): void {
  const first = call.int(2);
  if (first === undefined) return;
  const last = call.int(3);
  if (last === undefined) return;
  const key = call.str(1);
  const list = existing(call, call.write(key), ListValue, replyOk);
  if (list === undefined) return;
  const before = list.length;
  const start = Math.max(0, fromHead(first, before));
  const stop = Math.min(before - 1, fromHead(last, before));
  list.trim(start, stop);
  call.notify('l', 'ltrim', key);
  if (list.length === 0) removeKey(call, key);
  // A trim that removes nothing still breaks WATCH, but adds nothing to the count of changes.
  call.changed(key, before - list.length);
  call.reply.ok();
}

function lrem(call: DataCall): void {
  const count = call.int(2);
  if (count === undefined) return;
  const key = call.str(1);
  const list = existing(call, call.write(key), ListValue, replyZero);
  if (list === undefined) return;
  const limit = count === 0 ? list.length : Math.abs(count);
  const found = search(list, call.arg(3), { fromTail: count < 0, limit, lookAt: list.length });
  // From the highest index down, so that the remaining indexes stay valid.
  found.sort((a, b) => b - a);
  for (const index of found) list.removeAt(index);
  if (found.length > 0) {
    call.notify('l', 'lrem', key);
    if (list.length === 0) removeKey(call, key);
    call.changed(key, found.length);
  }
  call.reply.integer(found.length);
}

function linsert(call: DataCall): void {
  const where = call.word(2);
  if (where !== 'before' && where !== 'after') {
    call.syntaxError();
    return;
  }
  const key = call.str(1);
  const list = existing(call, call.write(key), ListValue, replyZero);
  if (list === undefined) return;
  const all = { fromTail: false, limit: 1, lookAt: list.length };
  const [pivot] = search(list, call.arg(3), all);
  if (pivot === undefined) {
    call.reply.integer(-1);
    return;
  }
  list.insert(where === 'before' ? pivot : pivot + 1, call.arg(4));
  call.changed(key);
  call.notify('l', 'linsert', key);
  call.reply.integer(list.length);
}

interface PositionOptions {
  rank: number;
  /** undefined: the reply is one position, not an array. */
  count: number | undefined;
  /** Maximum number of elements to compare; 0: all. */
  maxLength: number;
}

function readPositionOptions(call: DataCall): PositionOptions | undefined {
  const options: PositionOptions = { rank: 1, count: undefined, maxLength: 0 };
  for (let i = 3; i < call.argc; i += 2) {
    const word = i + 1 < call.argc ? call.word(i) : '';
    let value: number | undefined;
    if (word === 'rank') {
      value = call.int(i + 1);
      if (value === 0) call.reply.error(RANK_ZERO);
      if (value === undefined || value === 0) return undefined;
      // Redis negates the rank in 64 bits. -2^63 stays negative and has the effect of -1.
      options.rank = call.str(i + 1) === INT64_MIN ? -1 : value;
    } else if (word === 'count') {
      value = countAtLeast(call, i + 1, 0, "ERR COUNT can't be negative");
      if (value === undefined) return undefined;
      options.count = value;
    } else if (word === 'maxlen') {
      value = countAtLeast(call, i + 1, 0, "ERR MAXLEN can't be negative");
      if (value === undefined) return undefined;
      options.maxLength = value;
    } else {
      call.syntaxError();
      return undefined;
    }
  }
  return options;
}

function lpos(call: DataCall): void {
  const { reply } = call;
  const options = readPositionOptions(call);
  if (options === undefined) return;
  const { rank, count, maxLength } = options;
  const list = call.read(call.str(1));
  if (list === undefined) {
    if (count === undefined) reply.null();
    else reply.array(0);
    return;
  }
  if (isWrongType(call, list, ListValue)) return;
  const skipped = Math.abs(rank) - 1;
  const wanted = count === 0 ? list.length : (count ?? 1);
  const found = search(list, call.arg(2), {
    fromTail: rank < 0,
    limit: skipped + wanted,
    lookAt: maxLength === 0 ? list.length : maxLength,
  }).slice(skipped);
  if (count === undefined) {
    if (found.length === 0) reply.null();
    else reply.integer(found[0]!);
    return;
  }
  reply.array(found.length);
  for (const index of found) reply.integer(index);
}

interface Search {
  readonly fromTail: boolean;
  /** Maximum number of matches. */
  readonly limit: number;
  /** Maximum number of elements to compare. */
  readonly lookAt: number;
}

/** Indexes of the elements equal to `element`, in the order in which they are found. */
function search(list: ListValue, element: Bytes, { fromTail, limit, lookAt }: Search): number[] {
  const found: number[] = [];
  const total = Math.min(lookAt, list.length);
  for (let seen = 0; seen < total && found.length < limit; seen += SEARCH_BLOCK) {
    const block = Math.min(SEARCH_BLOCK, total - seen);
    const start = fromTail ? list.length - seen - block : seen;
    const inBlock: number[] = [];
    list.range(start, start + block - 1, (candidate, index) => {
      if (equalBytes(candidate, element)) inBlock.push(index);
    });
    if (fromTail) inBlock.reverse();
    for (const index of inBlock) found.push(index);
  }
  return found.length > limit ? found.slice(0, limit) : found;
}
