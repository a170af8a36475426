/**
 * Parses the scores and ranges of sorted sets in arguments.
 *
 * Every range, by score or by member, is converted to ranks first: counting is then a subtraction, and
 * replying, removing and LIMIT are the same for all.
 */

import type { ZsetValue } from '../data/types/zset.ts';
import { parseDouble } from '../resp/double.ts';

/** A score as ZADD accepts it: no blanks around it, and in the range of doubles; undefined otherwise. */
export function parseScore(text: string): number | undefined {
  const value = parseDouble(text);
  if (value === undefined) return undefined;
  if (!Number.isFinite(value)) return /inf/i.test(text) ? value : undefined;
  if (value !== 0) return value;
  // Zero is valid for -0, 0x0 and 0e5, but 1e-400 is out of range.
  return /^[^e]*[1-9]/i.test(text) ? undefined : value;
}

/** A number as SORT accepts it: leading blanks are allowed, and empty text is zero. */
export function parseStrtod(text: string): number | undefined {
  return text === '' ? 0 : parseScore(text.replace(/^[ \t-\r]+/, ''));
}

/** Ranks from `start` to `stop`, inclusive; empty if `start` is greater. */
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

/** Parses `1`, `(1`, `-inf`; returns undefined if either end is invalid. */
export function parseScoreRange(min: string, max: string): ScoreRange | undefined {
  const minExclusive = min.startsWith('(');
  const maxExclusive = max.startsWith('(');
  const minScore = parseBound(minExclusive ? min.slice(1) : min);
  const maxScore = parseBound(maxExclusive ? max.slice(1) : max);
  if (minScore === undefined || maxScore === undefined) return undefined;
  return { min: minScore, minExclusive, max: maxScore, maxExclusive };
}

/** Parsed by strtod without checks (zslParseRange): leading blanks, text after a NUL, empty text and 1e400 are accepted. */
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

/** An end of a range by member: `-` is below all members, `+` above. */
type LexBound = '-' | '+' | { readonly member: string; readonly exclusive: boolean };

interface LexRange {
  readonly min: LexBound;
  readonly max: LexBound;
}

export const NOT_A_LEX_RANGE = 'ERR min or max not valid string range item';

/** Parses `[a`, `(a`, `-`, `+`; returns undefined if either end is invalid. */
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

/** The ranks of a range by member. As in Redis, it is meaningful only if all scores are equal. */
export function ranksOfMembers(zset: ZsetValue, range: LexRange): RankRange {
  return {
    start: firstRank(zset, range.min, false),
    stop: firstRank(zset, range.max, true) - 1,
  };
}

/** The first rank of a range that begins at the bound or, with `beyond`, the first after a range that ends there. */
function firstRank(zset: ZsetValue, bound: LexBound, beyond: boolean): number {
  if (bound === '-') return 0;
  if (bound === '+') return zset.size;
  return zset.firstRankFromLex(bound.member, bound.exclusive !== beyond);
}

/** Converts index arguments to ranks: negative ones count from the end, and both are clamped to the size. */
export function ranksOfIndexes(size: number, first: number, last: number): RankRange {
  return {
    start: Math.max(0, first < 0 ? first + size : first),
    stop: Math.min(size - 1, last < 0 ? last + size : last),
  };
}

export function rankCount({ start, stop }: RankRange): number {
  return Math.max(0, stop - start + 1);
}
