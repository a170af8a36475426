/**
 * The sandbox for those who are not in its thread: requests in, answers out, and to every
 * subscriber whole snapshots and batches of feed when somebody (gateway/) calls `pump`.
 *
 * Invariants: a request is answered exactly once, also when carrying it out or giving the answer throws
 * (a bug of ours ends neither the thread nor, in the middle of an event, the world); a subscriber gets
 * a snapshot when it comes and then only what is newer.
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

  /** An exception in what an asker wanted: said in the feed, and answered. */
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

  /** Gives the function that ends the subscription. */
  subscribe(listener: Listener): () => void {
    this.listeners.add(listener);
    listener({ kind: 'snapshot', snapshot: this.sandbox.snapshot() });
    if (this.recent.length > 0) listener({ kind: 'feed', entries: this.recent });
    return () => this.listeners.delete(listener);
  }

  /** Tells subscribers what is new; called at most ten times a second. */
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
