/**
 * Where the cards of servers stand. A card gets its place when the page first shows its server: below
 * its master, as the roles are then. It keeps that place whatever happens, so that nothing moves under
 * the pointer; `arrange` moves the cards by the roles of now.
 *
 * Invariant: every server of the snapshot is in exactly one row.
 */

import type { NodeSnapshot } from '../../src/view/snapshot.ts';
import { rowsOf } from './topology.ts';

/** Names, by row from the top. `seed` is the sandbox's: another sandbox has other places. */
export interface Places {
  readonly seed: number | null;
  readonly rows: readonly (readonly string[])[];
}

export function arrange(seed: number | null, nodes: readonly NodeSnapshot[]): Places {
  return { seed, rows: rowsOf(nodes).map((row) => row.map(({ name }) => name)) };
}

/** The places after servers were added or removed; `places` itself if none was. */
export function settled(
  places: Places | undefined,
  seed: number | null,
  nodes: readonly NodeSnapshot[],
): Places {
  if (places === undefined || places.seed !== seed) return arrange(seed, nodes);
  const names = new Set(nodes.map(({ name }) => name));
  const known = new Set(places.rows.flat());
  const news = nodes.filter(({ name }) => !known.has(name));
  if (news.length === 0 && known.size === names.size) return places;
  const rows = places.rows.map((row) => row.filter((name) => names.has(name)));
  for (const node of news) {
    const above = rows.findIndex((row) => row.includes(node.master?.node ?? ''));
    const index = above + 1;
    rows[index] = [...(rows[index] ?? []), node.name];
  }
  return { seed, rows: rows.filter((row) => row.length > 0) };
}

/** Whether the cards stand as the roles are: then there is nothing to arrange. */
export function isArranged(places: Places, nodes: readonly NodeSnapshot[]): boolean {
  return JSON.stringify(places.rows) === JSON.stringify(arrange(places.seed, nodes).rows);
}
