/** Who is meant by the addresses and IDs of notes. */

import { Sentinel } from '../../engine/sentinel/sentinel.ts';
import type { World } from '../../world/world.ts';

export interface Names {
  /** `r1` for `127.0.0.1:6401`; the address itself if no node has it. */
  node(address: string): string;
  /** `s1` for a Sentinel's ID; its beginning if no node has it. */
  sentinel(id: string): string;
}

/** How much of an ID is shown: enough to tell it from the others. */
const ID_CHARS = 8;

export function namesIn({ state }: World): Names {
  return {
    node: (address) => {
      const port = Number(address.slice(address.lastIndexOf(':') + 1));
      return state.ports.get(port)?.name ?? address;
    },
    sentinel: (id) => {
      for (const { name, machine } of state.nodes.values()) {
        if (machine instanceof Sentinel && machine.myId === id.toLowerCase()) return name;
      }
      return shortId(id);
    },
  };
}

/** `3f6a0c12…`. */
export function shortId(id: string): string {
  return id.length <= ID_CHARS ? id : `${id.slice(0, ID_CHARS)}…`;
}
