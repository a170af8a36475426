/**
 * Watches votes and elections: a Sentinel votes once an epoch, and an epoch has one leader at most.
 * Forced failovers (SENTINEL FAILOVER) ask nobody for a vote, in Redis as here, and do not count.
 */

import type { NoteView } from '../../src/world/views.ts';

export class Elections {
  readonly violations: string[] = [];
  /** `voter master epoch` to the candidate; by node, so that a restarted Sentinel is held to its vote. */
  private readonly votes = new Map<string, string>();
  /** `master epoch` to the leader. */
  private readonly leaders = new Map<string, string>();

  see({ node, note }: NoteView): void {
    if (note.kind === 'vote') {
      const what = `${node} for ${note.master} in epoch ${note.epoch}`;
      this.once(this.votes, what, note.for, 'voted');
    } else if (note.kind === 'elected' && !note.forced) {
      const what = `${note.master} in epoch ${note.epoch}`;
      this.once(this.leaders, what, node, 'has its leader');
    }
  }

  /**
   * A Sentinel has been removed: who takes its name has a vote of its own, also in an epoch in which
   * the one before it voted, and may decide that epoch anew.
   */
  forget(node: string): void {
    for (const what of this.votes.keys()) if (what.startsWith(`${node} `)) this.votes.delete(what);
    this.leaders.clear();
  }

  private once(known: Map<string, string>, what: string, value: string, verb: string): void {
    const before = known.get(what);
    known.set(what, value);
    if (before === undefined || before === value) return;
    this.violations.push(`${what} ${verb} twice: ${before} and ${value}`);
  }
}
