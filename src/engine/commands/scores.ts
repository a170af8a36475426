/**
 * Scores and ranges of sorted sets among the arguments.
 *
 * Every range, by score or by member, is turned into ranks first: counting is then a subtraction,
 * and emitting, removing and LIMIT are the same for all.
 */

import type { ZsetValue } from '../data/types/zset.ts';
import { parseDouble } from '../resp/double.ts';

/** A score as ZADD takes it: nothing around it, and neither too large nor too small for a double. */
export function parseScore(text: string): number | undefined {
  const value = parseDouble(text);
  if (value === undefined) return undefined;
  if (!Number.isFinite(value)) return /inf/i.test(text) ? value : undefined;
  if (value !== 0) return value;
  // 1e-400 vanished; -0, 0x0 and 0e5 did not.
  return /^[^e]*[1-9]/i.test(text) ? undefined : value;
}

/** A number as SORT takes it: blanks may come before it, and no text at all is zero. */
export function parseStrtod(text: string): number | undefined {
  return text === '' ? 0 : parseScore(text.replace(/^[ \t-\r]+/, ''));
}

/** Ranks from `start` to `stop`, inclusive; empty when `start` is above. */
export interface RankRange {
  readonly start: number;
  readonly stop: number;
}

interface ScoreRange {
  readonly min: number;
  readonly minExclusive: boolean;
  readonly max: number;
  readonly maxExclusive: boolean;
}

export const NOT_A_SCORE_RANGE = 'ERR min or max is not a float';

/** `1`, `(1`, `-inf`; undefined when one of the two is none. */
export function parseScoreRange(min: string, max: string): ScoreRange | undefined {
  const minExclusive = min.startsWith('(');
  const maxExclusive = max.startsWith('(');
  const minScore = parseBound(minExclusive ? min.slice(1) : min);
  const maxScore = parseBound(maxExclusive ? max.slice(1) : max);
  if (minScore === undefined || maxScore === undefined) return undefined;
  return { min: minScore, minExclusive, max: maxScore, maxExclusive };
}

/** Read by strtod alone: blanks before it, a NUL behind it, no digits at all and 1e400 are accepted. */
function parseBound(text: string): number | undefined {
  const nul = text.indexOf('\0');
  const whole = nul < 0 ? text : text.slice(0, nul);
  if (whole === '') return 0;
  return parseDouble(whole.replace(/^[ \t-\r]+/, ''));
}

export function ranksOfScores(zset: ZsetValue, range: ScoreRange): RankRange {
  return {
    start: zset.firstRankFrom(range.min, range.minExclusive),
    stop: zset.firstRankFrom(range.max, !range.maxExclusive) - 1,
  };
}

/** An end of a range by member: `-` and `+` are below and above everything. */
type LexBound = '-' | '+' | { readonly member: string; readonly exclusive: boolean };

interface LexRange {
  readonly min: LexBound;
  readonly max: LexBound;
}

export const NOT_A_LEX_RANGE = 'ERR min or max not valid string range item';

/** `[a`, `(a`, `-`, `+`; undefined when one of the two is none. */
export function parseLexRange(min: string, max: string): LexRange | undefined {
  const from = parseLexBound(min);
  const to = parseLexBound(max);
  return from === undefined || to === undefined ? undefined : { min: from, max: to };
}

function parseLexBound(text: string): LexBound | undefined {
  if (text === '-' || text === '+') return text;
  const exclusive = text.startsWith('(');
  if (!exclusive && !text.startsWith('[')) return undefined;
  return { member: text.slice(1), exclusive };
}

/** Meaningful, as in Redis, only while all scores are equal. */
export function ranksOfMembers(zset: ZsetValue, range: LexRange): RankRange {
  return {
    start: firstRank(zset, range.min, false),
    stop: firstRank(zset, range.max, true) - 1,
  };
}

/** The rank at which a range begins; with `beyond`, the first one behind a range that ends there. */
function firstRank(zset: ZsetValue, bound: LexBound, beyond: boolean): number {
  if (bound === '-') return 0;
  if (bound === '+') return zset.size;
  return zset.firstRankFromLex(bound.member, bound.exclusive !== beyond);
}

/** Ranks as arguments give them, negative ones counted from the end, cut to what there is. */
export function ranksOfIndexes(size: number, first: number, last: number): RankRange {
  return {
    start: Math.max(0, first < 0 ? first + size : first),
    stop: Math.min(size - 1, last < 0 ? last + size : last),
  };
}

export function rankCount({ start, stop }: RankRange): number {
  return Math.max(0, stop - start + 1);
}
