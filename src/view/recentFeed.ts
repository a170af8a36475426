/** The part of the feed that a new page receives: the last entries without hidden traffic. */

import type { FeedEntry } from './messages.ts';

const RECENT_MAX = 300;

export function addToRecent(
  recent: readonly FeedEntry[],
  news: readonly FeedEntry[],
): readonly FeedEntry[] {
  const told = news.filter((entry) => (entry.event?.quiet ?? null) === null);
  return [...recent, ...told].slice(-RECENT_MAX);
}
