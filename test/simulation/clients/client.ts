/**
 * A client of the world: connects to one of its servers, talks to it at random times, moves on to
 * the next one when the server goes away, is silent, or is not what the client wants.
 *
 * Invariant, and a check: replies come in the order of the requests. Every so often the client
 * sends an ECHO of its own; an answer that is not that word throws, and the world stops there.
 */

import { InvariantError, ProtocolError } from '../../../src/engine/machine/errors.ts';
import {
  type ConnId,
  type Effects,
  type Facts,
  type Files,
  type Instruction,
  type Machine,
  type Micros,
  NEVER,
  type Peer,
  SEND_WINDOW_BYTES,
} from '../../../src/engine/machine/machine.ts';
import { Random } from '../../../src/engine/machine/random.ts';
import { type Reply, ReplyReader, replyText } from '../../../src/engine/resp/replyReader.ts';
import { encodeRequest, errorCode } from '../../../src/sandbox/requests.ts';
import { type ClientSettings, readSettings } from './directory.ts';
import type { Words } from './vocabulary.ts';

const ANSWER_MICROS = 3_000_000;
const RETRY_MICROS = 300_000;
const OUTSTANDING_MAX = 200;

export abstract class SimulatedClient implements Machine {
  protected settings!: ClientSettings;
  protected random!: Random;
  protected name = '';
  private conn: ConnId | undefined = undefined;
  private isOpen = false;
  private reader = new ReplyReader();
  private nextPort = 0;
  private actAt: Micros = NEVER;
  private giveUpAt: Micros = NEVER;
  private inFlight = 0;
  private echoes = 0;
  private isStopped = false;
  /** One for each request without an answer: the word an ECHO must answer with, or ''. */
  private expected: string[] = [];
  readonly errors: Map<string, number> = new Map();
  answered = 0;

  start(now: Micros, facts: Facts, _files: Files, out: Effects): void {
    this.settings = readSettings(facts);
    this.random = new Random(facts.seed);
    this.name = facts.name;
    this.nextPort = this.random.below(this.settings.ports.length);
    this.connect(now, out);
  }

  /** What is said first on every connection. */
  protected abstract greet(): Words[];
  /** What to say now; every list of words is a request. */
  protected abstract speak(): Words[];
  /** A reply that is not an ECHO's; true when the client wants another server. */
  protected abstract heard(reply: Reply): boolean;

  accepted(_now: Micros, conn: ConnId, _peer: Peer, out: Effects): void {
    out.close(conn);
  }

  connected(
    now: Micros,
    conn: ConnId,
    _peer: Peer | undefined,
    error: string | undefined,
    out: Effects,
  ): void {
    if (conn !== this.conn) return;
    if (error !== undefined) {
      this.conn = undefined;
      this.lose(now, out);
      return;
    }
    this.isOpen = true;
    this.giveUpAt = NEVER;
    for (const words of this.greet()) this.request(now, words, out);
    this.actAt = now;
  }

  receive(now: Micros, conn: ConnId, chunk: Buffer, out: Effects): void {
    if (conn !== this.conn) return;
    this.reader.feed(chunk);
    let movesOn = false;
    try {
      for (let reply = this.reader.next(); reply !== undefined; reply = this.reader.next()) {
        movesOn = this.take(reply) || movesOn;
      }
    } catch (error) {
      if (error instanceof ProtocolError) throw new InvariantError(`no RESP: ${error.message}`);
      throw error;
    }
    this.giveUpAt = this.expected.length === 0 ? NEVER : now + ANSWER_MICROS;
    if (movesOn) this.lose(now, out);
  }

  private take(reply: Reply): boolean {
    if (reply.type === 'push' || this.isMessage(reply)) return this.heard(reply);
    const expected = this.expected.shift();
    if (expected === undefined) throw new InvariantError('a reply nobody asked for');
    this.answered += 1;
    if (reply.type === 'error') {
      const code = errorCode(reply.text);
      this.errors.set(code, (this.errors.get(code) ?? 0) + 1);
    } else if (expected !== '' && replyText(reply) !== expected) {
      throw new InvariantError(`ECHO ${expected} was answered with ${replyText(reply)}`);
    }
    return this.heard(reply);
  }

  /** Whether a reply answers no request: a message of RESP2 Pub/Sub. */
  protected isMessage(_reply: Reply): boolean {
    return false;
  }

  drained(_now: Micros, conn: ConnId, bytes: number): void {
    if (conn === this.conn) this.inFlight -= bytes;
  }

  closed(now: Micros, conn: ConnId, _reason: string, out: Effects): void {
    if (conn !== this.conn) return;
    this.conn = undefined;
    this.lose(now, out);
  }

  fileDone(): void {}
  childDone(): void {}

  run(): boolean {
    return false;
  }

  signal(_now: Micros, _name: string, out: Effects): void {
    out.exit(0);
  }

  /** `stop`: it disconnects and stays idle. */
  instructed(_now: Micros, { kind }: Instruction, out: Effects): void {
    if (kind !== 'stop') throw new InvariantError(`no instruction ${kind}`);
    this.isStopped = true;
    this.drop(out);
    this.actAt = NEVER;
  }

  tick(now: Micros, out: Effects): void {
    if (now >= this.giveUpAt) this.lose(now, out);
    if (now < this.actAt) return;
    if (this.conn === undefined) {
      this.connect(now, out);
      return;
    }
    if (this.expected.length < OUTSTANDING_MAX) this.act(now, out);
    this.actAt = now + 1 + this.random.below(2 * this.settings.periodMicros);
  }

  nextDeadline(): Micros {
    return Math.min(this.actAt, this.giveUpAt);
  }

  private act(now: Micros, out: Effects): void {
    for (const words of this.speak()) this.request(now, words, out);
    if (!this.random.chance(0.05)) return;
    this.echoes += 1;
    this.request(now, ['ECHO', `${this.name}-${this.echoes}`], out);
  }

  private request(now: Micros, words: Words, out: Effects): void {
    const bytes = encodeRequest(words);
    if (!this.isOpen || this.inFlight + bytes.length > SEND_WINDOW_BYTES) return;
    this.inFlight += bytes.length;
    if (this.expects(words)) this.expected.push(words[0] === 'ECHO' ? words[1]! : '');
    if (this.giveUpAt === NEVER && this.expected.length > 0) this.giveUpAt = now + ANSWER_MICROS;
    out.send(this.conn!, bytes);
  }

  /** Whether the request has an answer of its own. */
  protected expects(_words: Words): boolean {
    return true;
  }

  private connect(now: Micros, out: Effects): void {
    const { ports } = this.settings;
    const port = ports[this.nextPort % ports.length]!;
    this.nextPort += 1;
    this.conn = out.connect('127.0.0.1', port);
    this.reader = new ReplyReader();
    this.inFlight = 0;
    this.expected = [];
    this.actAt = NEVER;
    this.giveUpAt = now + ANSWER_MICROS;
  }

  private lose(now: Micros, out: Effects): void {
    this.drop(out);
    this.actAt = this.isStopped ? NEVER : now + 1 + this.random.below(RETRY_MICROS);
  }

  private drop(out: Effects): void {
    if (this.conn !== undefined) out.close(this.conn);
    this.conn = undefined;
    this.isOpen = false;
    this.giveUpAt = NEVER;
  }
}
