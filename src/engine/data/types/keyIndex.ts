/**
 * Key -> slot of a large dictionary. A Map of V8 holds at most 16.7 million keys and throws for more, so
 * further Maps are added before that, and a look-up tries each. Usually there is only one.
 *
 * Invariant: a key is in one Map at most.
 */

import { registerState } from '../../machine/state.ts';

const MAP_KEYS_MAX = 2 ** 23;

export class KeyIndex {
  private readonly maps: Map<string, number>[] = [new Map()];
  private readonly mapKeysMax: number;

  /** Only tests pass `mapKeysMax`. */
  constructor(mapKeysMax = MAP_KEYS_MAX) {
    this.mapKeysMax = mapKeysMax;
  }

  get(key: string): number | undefined {
    const { maps } = this;
    if (maps.length === 1) return maps[0]!.get(key);
    for (const map of maps) {
      const slot = map.get(key);
      if (slot !== undefined) return slot;
    }
    return undefined;
  }

  set(key: string, slot: number): void {
    this.mapFor(key).set(key, slot);
  }

  delete(key: string): void {
    for (const map of this.maps) {
      if (map.delete(key)) return;
    }
  }

  /** The Map that has the key, otherwise one with room for it. */
  private mapFor(key: string): Map<string, number> {
    const { maps, mapKeysMax } = this;
    if (maps.length === 1 && maps[0]!.size < mapKeysMax) return maps[0]!;
    const holder = maps.find((map) => map.has(key)) ?? maps.find((map) => map.size < mapKeysMax);
    if (holder !== undefined) return holder;
    const opened = new Map<string, number>();
    maps.push(opened);
    return opened;
  }
}
registerState('KeyIndex', KeyIndex);
