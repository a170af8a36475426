/** What the user reads about a sandbox that has died, or that a bug has stopped. */

import type { FailureReport } from '../gateway/hostMessages.ts';

interface DeathText {
  /** `has died: its thread ended with exit code 1`, `ran out of memory: it had used up …`. */
  readonly what: string;
  readonly advice: string;
}

/** `reason` is what SandboxWorker reports: a line or a stack. */
export function deathText(reason: string): DeathText {
  const [first = ''] = reason.split('\n', 1);
  const isHeap = first.includes('ERR_WORKER_OUT_OF_MEMORY');
  if (isHeap || first.startsWith('out of memory')) {
    return {
      what: isHeap ? 'ran out of memory: its heap is full' : `ran ${first}`,
      advice:
        'Its data is gone. Start it again and write less, or raise replicationSandbox.memoryLimitMb.',
    };
  }
  const cause = /^exit code \d+$/.test(first) ? `its thread ended with ${first}` : first;
  return {
    what: `has died: ${cause}`,
    advice: 'Its data is gone. The output channel “Replication Sandbox” has the details.',
  };
}

/** `title` is the sandbox's. */
export function failureText(title: string, { error, event, node }: FailureReport): string {
  const where = node === '' ? `event ${event}` : `event ${event}, node ${node}`;
  return `a bug has stopped ${title}: ${error} (${where}). It stands still so that you can inspect it. To continue, stop it and start it again.`;
}
