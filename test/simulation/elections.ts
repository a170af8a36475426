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
      const what = `${node} for ${note['master']} in epoch ${note['epoch']}`;
      this.once(this.votes, what, String(note['for']), 'voted');
    } else if (note.kind === 'elected' && note['forced'] !== true) {
      const what = `${note['master']} in epoch ${note['epoch']}`;
      this.once(this.leaders, what, node, 'has its leader');
    }
  }

  private once(known: Map<string, string>, what: string, value: string, verb: string): void {
    const before = known.get(what);
    known.set(what, value);
    if (before === undefined || before === value) return;
    this.violations.push(`${what} ${verb} twice: ${before} and ${value}`);
  }
}
