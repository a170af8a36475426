/** Ranges of sorted sets by rank, score or member: replies with them, stores, counts and removes them. */

import { ZsetValue } from '../data/types/zset.ts';
import type { DataCall } from '../execution/dataCall.ts';
import type { CommandSpec } from '../process/commandTable.ts';
import { keyAt } from '../process/keySpecs.ts';
import {
  existing,
  isWrongType,
  removeKey,
  replyEmptyArray,
  replyZero,
  storeResult,
} from './containers.ts';
import { family } from './family.ts';
import {
  NOT_A_LEX_RANGE,
  NOT_A_SCORE_RANGE,
  parseLexRange,
  parseScoreRange,
  type RankRange,
  rankCount,
  ranksOfIndexes,
  ranksOfMembers,
  ranksOfScores,
} from './scores.ts';

const entry = family('sortedset');

export const sortedSetRangeCommands: readonly CommandSpec<DataCall>[] = [
  entry('zrange', '1.2.0', -4, ['readonly'], [keyAt('RO access')], (call) =>
    zrange(call, undefined, undefined),
  ),
  entry(
    'zrangestore',
    '6.2.0',
    -5,
    ['write', 'denyoom'],
    [keyAt('OW update'), keyAt('RO access', 2)],
    zrangestore,
  ),
  entry('zrevrange', '1.2.0', -4, ['readonly'], [keyAt('RO access')], (call) =>
    zrange(call, 'rank', true),
  ),
  entry('zrangebyscore', '1.0.5', -4, ['readonly'], [keyAt('RO access')], (call) =>
    zrange(call, 'score', false),
  ),
  entry('zrevrangebyscore', '2.2.0', -4, ['readonly'], [keyAt('RO access')], (call) =>
    zrange(call, 'score', true),
  ),
  entry('zrangebylex', '2.8.9', -4, ['readonly'], [keyAt('RO access')], (call) =>
    zrange(call, 'lex', false),
  ),
  entry('zrevrangebylex', '2.8.9', -4, ['readonly'], [keyAt('RO access')], (call) =>
    zrange(call, 'lex', true),
  ),
  entry('zcount', '2.0.0', 4, ['readonly', 'fast'], [keyAt('RO access')], (call) =>
    count(call, 'score'),
  ),
  entry('zlexcount', '2.8.9', 4, ['readonly', 'fast'], [keyAt('RO access')], (call) =>
    count(call, 'lex'),
  ),
  entry('zremrangebyrank', '2.0.0', 4, ['write'], [keyAt('RW delete')], (call) =>
    remove(call, 'rank', 'zremrangebyrank'),
  ),
  entry('zremrangebyscore', '1.2.0', 4, ['write'], [keyAt('RW delete')], (call) =>
    remove(call, 'score', 'zremrangebyscore'),
  ),
  entry('zremrangebylex', '2.8.9', 4, ['write'], [keyAt('RW delete')], (call) =>
    remove(call, 'lex', 'zremrangebylex'),
  ),
];

type RangeKind = 'rank' | 'score' | 'lex';

const LIMIT_NOT_HERE =
  'ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX';
const SCORES_NOT_HERE = 'ERR syntax error, WITHSCORES not supported in combination with BYLEX';

interface RangeRequest {
  kind: RangeKind;
  reverse: boolean;
  withScores: boolean;
  offset: number;
  /** Negative: no limit. */
  limit: number;
}

/** Converts a parsed range to the ranks in a given sorted set. */
type RankFinder = (zset: ZsetValue, reverse: boolean) => RankRange;

/** Parses the ends of a range; argument `minIndex` is the lower one. Returns undefined after an error reply. */
function readEnds(
  call: DataCall,
  kind: RangeKind,
  minIndex: number,
  maxIndex: number,
): RankFinder | undefined {
  if (kind === 'rank') {
    const first = call.int(minIndex);
    const last = first === undefined ? undefined : call.int(maxIndex);
    if (first === undefined || last === undefined) return undefined;
    return (zset, reverse) => {
      const { start, stop } = ranksOfIndexes(zset.size, first, last);
      return reverse
        ? { start: zset.size - 1 - stop, stop: zset.size - 1 - start }
        : { start, stop };
    };
  }
  if (kind === 'score') {
    const range = parseScoreRange(call.str(minIndex), call.str(maxIndex));
    if (range !== undefined) return (zset) => ranksOfScores(zset, range);
    call.reply.error(NOT_A_SCORE_RANGE);
    return undefined;
  }
  const range = parseLexRange(call.str(minIndex), call.str(maxIndex));
  if (range !== undefined) return (zset) => ranksOfMembers(zset, range);
  call.reply.error(NOT_A_LEX_RANGE);
  return undefined;
}

/** Parses the options from argument `first` on. They set the kind and direction that the command leaves undefined. */
function readOptions(
  call: DataCall,
  first: number,
  store: boolean,
  fixedKind: RangeKind | undefined,
  fixedReverse: boolean | undefined,
): RangeRequest | undefined {
  let kind = fixedKind;
  let reverse = fixedReverse;
  const rest = { withScores: false, offset: 0, limit: -1 };
  for (let i = first; i < call.argc; i += 1) {
    const word = call.word(i);
    if (!store && word === 'withscores') {
      rest.withScores = true;
    } else if (word === 'limit' && i + 2 < call.argc) {
      const offset = call.int(i + 1);
      const limit = offset === undefined ? undefined : call.int(i + 2);
      if (offset === undefined || limit === undefined) return undefined;
      rest.offset = offset;
      rest.limit = limit;
      i += 2;
    } else if (reverse === undefined && word === 'rev') {
      reverse = true;
    } else if (kind === undefined && (word === 'bylex' || word === 'byscore')) {
      kind = word === 'bylex' ? 'lex' : 'score';
    } else {
      call.syntaxError();
      return undefined;
    }
  }
  return acceptOptions(call, { kind: kind ?? 'rank', reverse: reverse ?? false, ...rest });
}

function acceptOptions(call: DataCall, request: RangeRequest): RangeRequest | undefined {
  if (request.limit !== -1 && request.kind === 'rank') {
    call.reply.error(LIMIT_NOT_HERE);
  } else if (request.withScores && request.kind === 'lex') {
    call.reply.error(SCORES_NOT_HERE);
  } else {
    return request;
  }
  return undefined;
}

/** Parses the range from argument `first` on. In a reversed range by score or member the higher end comes first. */
function readRange(call: DataCall, { kind, reverse }: RangeRequest, first: number) {
  const swapped = reverse && kind !== 'rank';
  return readEnds(call, kind, swapped ? first + 1 : first, swapped ? first : first + 1);
}

function zrange(call: DataCall, kind: RangeKind | undefined, reverse: boolean | undefined): void {
  const { reply } = call;
  const request = readOptions(call, 4, false, kind, reverse);
  if (request === undefined) return;
  const find = readRange(call, request, 2);
  if (find === undefined) return;
  const zset = existing(call, call.read(call.str(1)), ZsetValue, replyEmptyArray);
  if (zset === undefined) return;
  const ranks = limitRanks(find(zset, request.reverse), request);
  const { withScores } = request;
  const nested = withScores && reply.protocol === 3;
  reply.array(rankCount(ranks) * (withScores && !nested ? 2 : 1));
  visitRanks(zset, ranks, request.reverse, (member, score) => {
    if (nested) reply.array(2);
    reply.bulk(member);
    if (withScores) reply.double(score);
  });
}

function zrangestore(call: DataCall): void {
  const request = readOptions(call, 5, true, undefined, undefined);
  if (request === undefined) return;
  const find = readRange(call, request, 3);
  if (find === undefined) return;
  const zset = call.read(call.str(2));
  if (isWrongType(call, zset, ZsetValue)) return;
  const result = new ZsetValue();
  if (zset !== undefined) {
    const ranks = limitRanks(find(zset, request.reverse), request);
    visitRanks(zset, ranks, request.reverse, (member, score) => {
      result.set(member, score);
    });
  }
  storeResult(call, call.str(1), result, 'z', 'zrangestore');
}

/**
 * Applies LIMIT. The offset counts in the direction of the range, and a negative offset skips all
 * entries. A range by rank accepts a count of -1 and ignores LIMIT.
 */
function limitRanks(ranks: RankRange, { kind, offset, limit, reverse }: RangeRequest): RankRange {
  if (kind === 'rank') return ranks;
  const skipped = offset < 0 ? rankCount(ranks) : offset;
  const wanted = limit < 0 ? rankCount(ranks) : limit;
  if (reverse) {
    const stop = ranks.stop - skipped;
    return { start: Math.max(ranks.start, stop - wanted + 1), stop };
  }
  const start = ranks.start + skipped;
  return { start, stop: Math.min(ranks.stop, start + wanted - 1) };
}

/** Visits the ranks in ascending or, with `reverse`, in descending order. */
function visitRanks(
  zset: ZsetValue,
  { start, stop }: RankRange,
  reverse: boolean,
  visit: (member: string, score: number) => void,
): void {
  const last = zset.size - 1;
  if (start > stop) return;
  if (reverse) zset.range(last - stop, last - start, true, visit);
  else zset.range(start, stop, false, visit);
}

function count(call: DataCall, kind: RangeKind): void {
  const find = readEnds(call, kind, 2, 3);
  if (find === undefined) return;
  const zset = existing(call, call.read(call.str(1)), ZsetValue, replyZero);
  if (zset === undefined) return;
  call.reply.integer(rankCount(find(zset, false)));
}

function remove(call: DataCall, kind: RangeKind, event: string): void {
  const find = readEnds(call, kind, 2, 3);
  if (find === undefined) return;
  const key = call.str(1);
  const zset = existing(call, call.write(key), ZsetValue, replyZero);
  if (zset === undefined) return;
  const members: string[] = [];
  visitRanks(zset, find(zset, false), false, (member) => {
    members.push(member);
  });
  for (const member of members) zset.delete(member);
  if (members.length > 0) {
    call.notify('z', event, key);
    if (zset.size === 0) removeKey(call, key);
    call.changed(key, members.length);
  }
  call.reply.integer(members.length);
}
