/**
 * Which rows of the feed ask for attention. Redis logs its start and its orderly end at the level
 * warning, too; these lines are not a warning to anybody.
 */

import type { FeedEntry } from '../../src/view/messages.ts';

export type FeedTone = 'plain' | 'warn' | 'bad';

const BENIGN: readonly RegExp[] = [
  /^oO0OoO0OoO0Oo Redis is starting/,
  /^Redis version=/,
  /^Directives without effect in this /,
  /^Configuration loaded$/,
  /^Server initialized$/,
  /^Sentinel ID is /,
  /^\+monitor /,
  /^-[so]down /,
  /^CONFIG REWRITE executed with success\.$/,
  /^User requested shutdown\.\.\.$/,
  / is now ready to exit, bye bye\.\.\.$/,
];

/** `30 bytes, 12 acknowledged writes gone`: what the sandbox says of a loss, whatever caused it. */
const LOSS = /(^|\D)[1-9][\d,]* acknowledged writes?\b/;

export function toneOf({ source, level, text }: FeedEntry): FeedTone {
  if (source === 'sandbox') return LOSS.test(text) ? 'bad' : 'plain';
  if (level !== 'warning') return 'plain';
  return BENIGN.some((pattern) => pattern.test(text)) ? 'plain' : 'warn';
}
