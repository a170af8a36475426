/**
 * The histories of replication that were seen in a run: who wrote each one last, how far it reached, and
 * which one it continues.
 *
 * A history is named by its replid. It begins with a promotion, with the restart of a master, or with a
 * new server, and it may continue another one up to an offset: r1, promoted at offset 870, continues the
 * history of m up to 870 in a history of its own.
 *
 * Invariant: a history's continuation never changes; the oldest histories are forgotten first.
 */

import { registerState } from '../../engine/machine/state.ts';

const HISTORIES_MAX = 200;

interface History {
  /** The server that wrote it last, and the last offset at which it was seen. */
  node: string;
  offset: number;
  /** The history that it continues; '' for none. */
  readonly parent: string;
  /** The event by which it left its parent (see Losses); 0 for none. */
  readonly event: number;
}

export class Histories {
  private readonly known = new Map<string, History>();

  has(replid: string): boolean {
    return this.known.has(replid);
  }

  /** A history begins with `node` as its master. */
  begin(replid: string, node: string, offset: number, parent: string, event: number): void {
    if (this.known.size === HISTORIES_MAX) this.known.delete(this.known.keys().next().value!);
    this.known.set(replid, { node, offset, parent, event });
  }

  /** Its master was seen at this offset. */
  extend(replid: string, node: string, offset: number): void {
    const history = this.known.get(replid);
    if (history !== undefined && history.node === node && offset > history.offset) {
      history.offset = offset;
    }
  }

  /** The master of a history and the last offset at which it was seen. */
  endOf(replid: string): { readonly node: string; readonly offset: number } | undefined {
    return this.known.get(replid);
  }

  /** Whether `replid` is `ancestor`, or continues it. */
  goesOnFrom(replid: string, ancestor: string): boolean {
    for (let id = replid; id !== ''; id = this.parentOf(id)) if (id === ancestor) return true;
    return false;
  }

  /**
   * The event by which a history that led to `present` left the one that had `other`'s writes: the last
   * common one. Undefined when they have nothing in common, or `present` is itself part of `other`.
   */
  parting(other: string, present: string): number | undefined {
    let child = '';
    for (let id = present; id !== ''; id = this.parentOf(id)) {
      if (this.goesOnFrom(other, id)) {
        return child === '' ? undefined : this.known.get(child)!.event;
      }
      child = id;
    }
    return undefined;
  }

  private parentOf(replid: string): string {
    return this.known.get(replid)?.parent ?? '';
  }
}
registerState('Histories', Histories);
