/** What a page that comes late is shown of the feed: the last entries, small talk left out. */

import type { FeedEntry } from './messages.ts';

const RECENT_MAX = 300;

export function addToRecent(
  recent: readonly FeedEntry[],
  news: readonly FeedEntry[],
): readonly FeedEntry[] {
  const told = news.filter((entry) => (entry.event?.quiet ?? null) === null);
  return [...recent, ...told].slice(-RECENT_MAX);
}
