/**
 * The operator: sends commands to nodes as a user with redis-cli would, over connections from the
 * pseudo-node `operator`. So the effects of our commands are in the trace and in the recording. It knows
 * every password, because it has written the configuration files.
 *
 * Invariant: each connection carries one command, which is answered exactly once: by the node, by the
 * end of the connection, by a time-out, or with QUEUED because the world is paused: no request ever waits for a
 * RESUME by another user.
 */

import { ProtocolError } from '../engine/machine/errors.ts';
import type { Micros } from '../engine/machine/machine.ts';
import { type Reply, ReplyReader, replyText } from '../engine/resp/replyReader.ts';
import { displayed, SHOWN } from '../view/displayed.ts';
import type { Outcome } from '../view/messages.ts';
import type { Input } from '../world/input.ts';
import { HIDDEN, namesSecret } from '../world/secrets/hideWords.ts';
import { SHOWN_REPLY } from './replyLines.ts';
import { encodeRequest } from './requests.ts';

export const OPERATOR = 'operator';
const ANSWER_MICROS = 5_000_000;
/** The most commands that may wait for answers at the same time. */
const ERRANDS_MAX = 1_000;

export type Done = (outcome: Outcome) => void;
export type ReadReply = (reply: Reply) => Outcome;

interface Errand {
  readonly conn: number;
  readonly node: string;
  readonly reader: ReplyReader;
  readonly deadline: Micros;
  /** Whether the reply to AUTH comes first. */
  isAuthenticating: boolean;
  done: Done;
  /** Whether the caller has already been answered, because the world was paused. */
  isQueued: boolean;
  readonly read: ReadReply;
}

export class Operator {
  private readonly inject: (input: Input) => void;
  /** Receives a node's reply to a command whose caller was answered earlier. */
  private readonly tell: (text: string) => void;
  private readonly errands = new Map<number, Errand>();

  constructor(inject: (input: Input) => void, tell: (text: string) => void) {
    this.inject = inject;
    this.tell = tell;
  }

  /** Whether too many commands wait for answers, so that no further one is accepted. */
  get isFull(): boolean {
    return this.errands.size >= ERRANDS_MAX;
  }

  /** Sends the command; `done` is called when the node has answered. */
  command(
    now: Micros,
    conn: number,
    node: { readonly name: string; readonly port: number; readonly password: string },
    words: readonly string[],
    done: Done,
    read: ReadReply = outcomeOf,
  ): void {
    const errand: Errand = {
      conn,
      node: node.name,
      reader: new ReplyReader(SHOWN_REPLY),
      deadline: now + ANSWER_MICROS,
      isAuthenticating: node.password !== '',
      done,
      isQueued: false,
      read,
    };
    this.errands.set(conn, errand);
    // No client has port 1, so CLIENT LIST identifies the operator.
    const peer = '127.0.0.1:1';
    const place = { node: node.name, port: node.port, from: OPERATOR, isOperator: true };
    this.inject({ kind: 'accept', conn, peer, ...place });
    const requests = errand.isAuthenticating ? [['AUTH', node.password], words] : [words];
    this.inject({ kind: 'data', conn, bytes: Buffer.concat(requests.map(encodeRequest)) });
  }

  /** True when the bytes were for the operator. */
  received(conn: number, bytes: Buffer): boolean {
    const errand = this.errands.get(conn);
    if (errand === undefined) return false;
    // This runs during an event: whatever the node has sent must lead to an answer, not an exception.
    try {
      errand.reader.feed(bytes);
      let reply = errand.reader.next();
      if (reply !== undefined && errand.isAuthenticating) {
        // The reply to the command shows whether the password was right.
        errand.isAuthenticating = false;
        reply = errand.reader.next();
      }
      if (reply !== undefined) this.finish(errand, errand.read(reply));
    } catch (error) {
      const cause = error instanceof ProtocolError ? error.message : String(error);
      this.finish(errand, {
        ok: false,
        error: `ERR ${errand.node}: ${displayed(cause, SHOWN.line)}`,
      });
    }
    return true;
  }

  /** True when the connection was the operator's. */
  closed(conn: number): boolean {
    const errand = this.errands.get(conn);
    if (errand === undefined) return false;
    this.errands.delete(conn);
    const error = `ERR ${errand.node} closed the connection without a reply; see its log`;
    errand.done({ ok: false, error });
    return true;
  }

  /** Answers commands that have waited too long; they may still be executed. */
  expire(now: Micros): void {
    for (const errand of this.errands.values()) {
      if (now < errand.deadline) continue;
      const error = `ERR ${errand.node} has not replied within ${ANSWER_MICROS / 1e6} s: it is frozen, busy or cut off from ${OPERATOR}; the command may still be executed`;
      this.finish(errand, { ok: false, error });
    }
  }

  /** The world is paused: answers all pending commands now; later replies are reported in the feed. */
  queue(): void {
    for (const errand of this.errands.values()) {
      const { done, node, isQueued } = errand;
      if (isQueued) continue;
      errand.isQueued = true;
      errand.done = (outcome) => {
        const text = outcome.ok ? outcome.text : outcome.error;
        this.tell(`${node} replies: ${namesSecret(text) ? HIDDEN : text}`);
      };
      const text = `QUEUED the world is paused: ${node} executes the command after RESUME or STEP, and the feed shows its reply`;
      done({ ok: true, text });
    }
  }

  /** The world has failed: no pending command will be executed. */
  abandon(error: string): void {
    const abandoned = [...this.errands.values()];
    this.errands.clear();
    for (const errand of abandoned) errand.done({ ok: false, error });
  }

  private finish(errand: Errand, outcome: Outcome): void {
    this.errands.delete(errand.conn);
    this.inject({ kind: 'eof', conn: errand.conn });
    errand.done(outcome);
  }
}

function outcomeOf(reply: Reply): Outcome {
  if (reply.type === 'error') return { ok: false, error: displayed(reply.text, SHOWN.line) };
  return { ok: true, text: displayed(replyText(reply) ?? '', SHOWN.line) };
}
