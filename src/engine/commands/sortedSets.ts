/**
 * Sorted-set commands on single members. Ranges are in sortedSetRanges.ts, pops in sortedSetPops.ts,
 * unions and the like in sortedSetAlgebra.ts. `sortedSetCommands` contains all of them.
 */

import { ZsetValue } from '../data/types/zset.ts';
import type { DataCall } from '../execution/dataCall.ts';
import type { CommandSpec } from '../process/commandTable.ts';
import { keyAt } from '../process/keySpecs.ts';
import { replyErrors } from '../process/replyErrors.ts';
import { formatDouble } from '../resp/double.ts';
import { storeValue } from './arguments.ts';
import { scanCollection } from './collectionScan.ts';
import { existing, isWrongType, removeKey, replyNull, replyZero } from './containers.ts';
import { settle } from './encoding.ts';
import { family } from './family.ts';
import { readDrawRequest, replyDrawn, replyNoneDrawn } from './randomMembers.ts';
import { matches } from './scanOptions.ts';
import { parseScore } from './scores.ts';
import { sortedSetAlgebraCommands } from './sortedSetAlgebra.ts';
import { sortedSetPopCommands } from './sortedSetPops.ts';
import { sortedSetRangeCommands } from './sortedSetRanges.ts';

const entry = family('sortedset');

export const sortedSetCommands: readonly CommandSpec<DataCall>[] = [
  entry('zadd', '1.2.0', -4, ['write', 'denyoom', 'fast'], [keyAt('RW update')], (call) =>
    zadd(call, false),
  ),
  entry('zincrby', '1.2.0', 4, ['write', 'denyoom', 'fast'], [keyAt('RW access update')], (call) =>
    zadd(call, true),
  ),
  entry('zrem', '1.2.0', -3, ['write', 'fast'], [keyAt('RW delete')], zrem),
  entry('zcard', '1.2.0', 2, ['readonly', 'fast'], [keyAt('RO')], zcard),
  entry('zscore', '1.2.0', 3, ['readonly', 'fast'], [keyAt('RO access')], zscore),
  entry('zmscore', '6.2.0', -3, ['readonly', 'fast'], [keyAt('RO access')], zmscore),
  entry('zrank', '2.0.0', 3, ['readonly', 'fast'], [keyAt('RO access')], (call) =>
    zrank(call, false),
  ),
  entry('zrevrank', '2.0.0', 3, ['readonly', 'fast'], [keyAt('RO access')], (call) =>
    zrank(call, true),
  ),
  entry('zrandmember', '6.2.0', -2, ['readonly'], [keyAt('RO access')], zrandmember, {
    tips: ['nondeterministic_output'],
  }),
  entry('zscan', '2.8.0', -3, ['readonly'], [keyAt('RO access')], zscan, {
    tips: ['nondeterministic_output'],
  }),
  ...sortedSetRangeCommands,
  ...sortedSetPopCommands,
  ...sortedSetAlgebraCommands,
];

/** ZSCAN returns a sorted set of at most this many members whole (the default of zset-max-listpack-entries). */
const COMPACT_MEMBERS = 128;

interface AddOptions {
  nx: boolean;
  xx: boolean;
  gt: boolean;
  lt: boolean;
  ch: boolean;
  incr: boolean;
}

const OPTION_WORDS: ReadonlySet<string> = new Set(['nx', 'xx', 'gt', 'lt', 'ch', 'incr']);

/** ZADD and ZINCRBY, which is ZADD INCR and accepts the same options. */
function zadd(call: DataCall, increment: boolean): void {
  const options = { nx: false, xx: false, gt: false, lt: false, ch: false, incr: increment };
  let first = 2;
  for (; first < call.argc; first += 1) {
    const word = call.word(first);
    if (!OPTION_WORDS.has(word)) break;
    options[word as keyof AddOptions] = true;
  }
  if (!acceptsOptions(call, options, call.argc - first)) return;
  const scores = readScores(call, first);
  if (scores === undefined) return;
  const key = call.str(1);
  const old = call.write(key);
  if (isWrongType(call, old, ZsetValue)) return;
  // With XX there is nothing to update in a missing key, and the key must not be created.
  if (old === undefined && options.xx) {
    replyAdded(call, options, 0, undefined);
    return;
  }
  const zset = old ?? new ZsetValue();
  let added = 0;
  let updated = 0;
  let score: number | undefined;
  for (let i = 0; i < scores.length; i += 1) {
    const member = call.str(first + 2 * i + 1);
    score = scoreToSet(zset.score(member), scores[i]!, options);
    if (Number.isNaN(score)) {
      call.reply.error('ERR resulting score is not a number (NaN)');
      return;
    }
    if (score === undefined) continue;
    const outcome = zset.set(member, score);
    if (outcome === 'added') added += 1;
    else if (outcome === 'updated') updated += 1;
  }
  settle(zset, call.limits);
  if (old === undefined) storeValue(call, key, zset);
  replyAdded(call, options, options.ch ? added + updated : added, score);
  if (added + updated === 0) return;
  call.changed(key, added + updated);
  call.notify('z', options.incr ? 'zincr' : 'zadd', key);
}

/** Checks the number of arguments after the options, and their combination. Returns false after an error reply. */
function acceptsOptions(call: DataCall, options: AddOptions, rest: number): boolean {
  const { nx, xx, gt, lt, incr } = options;
  let error: string | undefined;
  if (rest === 0 || rest % 2 === 1) {
    error = replyErrors.syntax;
  } else if (nx && xx) {
    error = 'ERR XX and NX options at the same time are not compatible';
  } else if ((gt && nx) || (lt && nx) || (gt && lt)) {
    error = 'ERR GT, LT, and/or NX options at the same time are not compatible';
  } else if (incr && rest > 2) {
    error = 'ERR INCR option supports a single increment-element pair';
  }
  if (error !== undefined) call.reply.error(error);
  return error === undefined;
}

/** Parses all scores before the first is used: an invalid one leaves the sorted set unchanged. */
function readScores(call: DataCall, first: number): number[] | undefined {
  const scores: number[] = [];
  for (let i = first; i < call.argc; i += 2) {
    const score = parseScore(call.str(i));
    if (score === undefined) {
      call.reply.error(replyErrors.notAFloat);
      return undefined;
    }
    scores.push(score);
  }
  return scores;
}

/** The new score of a member; undefined if the options leave it unchanged; NaN for inf - inf. */
function scoreToSet(
  current: number | undefined,
  argument: number,
  options: AddOptions,
): number | undefined {
  if (current === undefined) return options.xx ? undefined : argument;
  if (options.nx) return undefined;
  const score = options.incr ? current + argument : argument;
  if ((options.lt && score >= current) || (options.gt && score <= current)) return undefined;
  return score;
}

function replyAdded(
  call: DataCall,
  options: AddOptions,
  count: number,
  score: number | undefined,
): void {
  if (!options.incr) call.reply.integer(count);
  else if (score === undefined) call.reply.null();
  else call.reply.double(score);
}

function zrem(call: DataCall): void {
  const key = call.str(1);
  const zset = existing(call, call.write(key), ZsetValue, replyZero);
  if (zset === undefined) return;
  let deleted = 0;
  for (let i = 2; i < call.argc; i += 1) {
    if (zset.delete(call.str(i))) deleted += 1;
  }
  if (deleted > 0) {
    call.notify('z', 'zrem', key);
    if (zset.size === 0) removeKey(call, key);
    call.changed(key, deleted);
  }
  call.reply.integer(deleted);
}

function zcard(call: DataCall): void {
  const zset = existing(call, call.read(call.str(1)), ZsetValue, replyZero);
  if (zset === undefined) return;
  call.reply.integer(zset.size);
}

function zscore(call: DataCall): void {
  const zset = existing(call, call.read(call.str(1)), ZsetValue, replyNull);
  if (zset === undefined) return;
  replyScore(call, zset.score(call.str(2)));
}

function zmscore(call: DataCall): void {
  const zset = call.read(call.str(1));
  if (isWrongType(call, zset, ZsetValue)) return;
  call.reply.array(call.argc - 2);
  for (let i = 2; i < call.argc; i += 1) replyScore(call, zset?.score(call.str(i)));
}

function replyScore(call: DataCall, score: number | undefined): void {
  if (score === undefined) call.reply.null();
  else call.reply.double(score);
}

function zrank(call: DataCall, reverse: boolean): void {
  const zset = existing(call, call.read(call.str(1)), ZsetValue, replyNull);
  if (zset === undefined) return;
  const rank = zset.rank(call.str(2));
  if (rank < 0) {
    call.reply.null();
    return;
  }
  call.reply.integer(reverse ? zset.size - 1 - rank : rank);
}

function zrandmember(call: DataCall): void {
  const request = readDrawRequest(call, 'withscores');
  if (request === undefined) return;
  const zset = existing(call, call.read(call.str(1)), ZsetValue, (call) =>
    replyNoneDrawn(call, request),
  );
  if (zset === undefined) return;
  replyDrawn(call, request, {
    size: zset.size,
    member: (rank) => call.reply.bulk(zset.entryAt(rank)!.member),
    detail: (rank) => call.reply.double(zset.entryAt(rank)!.score),
  });
}

function zscan(call: DataCall): void {
  scanCollection(call, ZsetValue, COMPACT_MEMBERS, (zset, { from, slots, options, found }) =>
    zset.scan(from, slots, (member, score) => {
      if (matches(options, member)) found.push(member, scannedScore(score, !zset.large));
    }),
  );
}

/** A score as ZSCAN prints it, always a string: in the compact form 1e18 is printed as an integer. */
function scannedScore(score: number, compact: boolean): string {
  if (compact && Number.isInteger(score) && Math.abs(score) < 2 ** 62) return String(BigInt(score));
  return formatDouble(score);
}
