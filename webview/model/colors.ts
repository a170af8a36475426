/** The colour of a server, by its index in the snapshot: the same in the topology and on the ring. */

import type { Snapshot } from '../../src/view/snapshot.ts';

/** As many as styles/base.css defines: `.color-0` and on. */
const COLORS = 6;

export function colorOf(snapshot: Snapshot, name: string): number {
  return (
    Math.max(
      0,
      snapshot.nodes.findIndex((node) => node.name === name),
    ) % COLORS
  );
}
