/** Which colour a server has, in the topology and on the ring alike: by its place in the snapshot. */

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
