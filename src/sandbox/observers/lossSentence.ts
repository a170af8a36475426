/** A loss of data, and the sentence that says what it cost and why. */

import type { Micros } from '../../engine/machine/machine.ts';
import type { LossCause } from '../../view/snapshot.ts';

export interface Loss {
  readonly id: number;
  readonly cause: LossCause;
  readonly at: Micros;
  /** The event of the world after which it was observed. */
  readonly seq: number;
  /** The promoted, restarted or synchronizing server, and the offset up to which it continues. */
  readonly node: string;
  readonly offset: number;
  /** The history that was left, and the one that began. */
  readonly replid: string;
  readonly newReplid: string;
  /** The last master of the history that was left, and how far it came. */
  readonly oldNode: string;
  oldOffset: number;
  /** Whether the old master is still a master in its own history. */
  oldLivesOn: boolean;
  /** LOAD runs and has not read its keys back from a master after this event. */
  counting: boolean;
  isTold: boolean;
  /** The number of acknowledged writes of LOAD that are gone; undefined when none were counted. */
  writes: number | undefined;
  /** Their sequence numbers. */
  readonly lost: number[];
}

/** `old master m at offset 900, promoted r1 at 870: 30 bytes, 1 acknowledged write gone`. */
export function lossSentence(loss: Loss): string {
  const { cause, node, oldNode, oldOffset, offset } = loss;
  switch (cause) {
    case 'promotion':
      return `old master ${oldNode} at offset ${oldOffset}, promoted ${node} at ${offset}: ${cost(loss)}`;
    case 'restart':
      return `${node} restarts from offset ${offset} of its history, which had come to ${oldOffset}: ${cost(loss)}`;
    case 'powerLoss':
      return `${node} comes back from a power loss at offset ${offset} of its history, which had come to ${oldOffset}: ${cost(loss)}`;
    case 'resync':
      return `${node} is the master, whose history never had what was written to ${oldNode === '' ? 'another one' : oldNode}: ${cost(loss)}`;
    case 'commands':
      return `commands have removed or overwritten what LOAD had written to ${node}: ${cost(loss)}`;
    case 'undone':
      return `the promotion of ${node} at ${offset} is undone: it follows the history of ${oldNode} again`;
  }
}

function cost(loss: Loss): string {
  const { cause, writes, oldOffset, offset, oldNode } = loss;
  const hasBytes = cause !== 'resync' && cause !== 'commands';
  const bytes = count(Math.max(0, oldOffset - offset), 'byte');
  if (writes !== undefined) {
    const gone = `${count(writes, 'acknowledged write')} gone`;
    return hasBytes ? `${bytes}, ${gone}` : gone;
  }
  if (loss.counting) return `${bytes} gone, acknowledged writes are being counted`;
  return loss.oldLivesOn ? `${bytes} between them, ${oldNode} is still a master` : `${bytes} gone`;
}

function count(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? '' : 's'}`;
}
