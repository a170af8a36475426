/**
 * The sandbox's interface for other threads: requests and answers, and for subscribers whole snapshots
 * and batches of the feed whenever gateway/ calls `pump`.
 *
 * Invariants: a request is answered exactly once, even when its execution or the delivery of the answer
 * throws: such a bug ends neither the thread nor, during an event, the world. A subscriber receives a
 * snapshot at once, and then only newer ones.
 */

import { displayed, SHOWN } from '../view/displayed.ts';
import type { Answer, FeedEntry, Message, Operation, Outcome, Request } from '../view/messages.ts';
import { addToRecent } from '../view/recentFeed.ts';
import type { Sandbox } from './sandbox.ts';

type Listener = (message: Message) => void;

export class Service {
  private readonly sandbox: Sandbox;
  private readonly listeners = new Set<Listener>();
  private recent: readonly FeedEntry[] = [];
  private toldRevision = -1;

  constructor(sandbox: Sandbox) {
    this.sandbox = sandbox;
  }

  perform(operation: Operation, done: (outcome: Outcome) => void): void {
    let isAnswered = false;
    const answer = (outcome: Outcome): void => {
      if (isAnswered) return;
      isAnswered = true;
      try {
        done(outcome);
      } catch (error) {
        this.bug(error);
      }
    };
    try {
      this.sandbox.perform(operation, answer);
    } catch (error) {
      answer(this.bug(error));
    }
  }

  /** An exception in an operation: it is reported in the feed and in the answer. */
  bug(error: unknown): Outcome {
    const text = `a bug of the sandbox: ${displayed(String(error), SHOWN.line)}`;
    this.sandbox.feed.say(this.sandbox.world.now, text);
    return { ok: false, error: `ERR ${text}` };
  }

  handle(request: Request, answer: (answer: Answer) => void): void {
    this.perform(request.operation, (outcome) =>
      answer({ kind: 'answer', id: request.id, outcome }),
    );
  }

  /** Returns the function that ends the subscription. */
  subscribe(listener: Listener): () => void {
    this.listeners.add(listener);
    listener({ kind: 'snapshot', snapshot: this.sandbox.snapshot() });
    if (this.recent.length > 0) listener({ kind: 'feed', entries: this.recent });
    return () => this.listeners.delete(listener);
  }

  /** Sends news to the subscribers; called at most ten times a second. */
  pump(): void {
    const entries = this.sandbox.takeFeed();
    if (entries.length > 0) {
      this.recent = addToRecent(this.recent, entries);
      this.tell({ kind: 'feed', entries });
    }
    const { revision } = this.sandbox;
    if (this.listeners.size === 0 || revision === this.toldRevision) return;
    this.toldRevision = revision;
    this.tell({ kind: 'snapshot', snapshot: this.sandbox.snapshot() });
  }

  private tell(message: Message): void {
    for (const listener of this.listeners) listener(message);
  }
}
