/**
 * LOAD: an application inside the world that finds its master according to Redis's guidelines for
 * Sentinel clients, and records its writes.
 *
 *   ask a Sentinel → connect → ROLE says master → read all keys back → write, until the connection
 *   breaks, the master replies READONLY, no answer comes for a while, or a Sentinel publishes
 *   +switch-master; then from the beginning.
 *
 * The count of lost writes is exact because the keys are read back before the first new write
 * overwrites one.
 *
 * Invariant: requests on the master's connection are answered in order, so `unanswered` contains exactly
 * the writes without an answer, oldest first, and nothing else is outstanding after them.
 */

import { ProtocolError } from '../../engine/machine/errors.ts';
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
} from '../../engine/machine/machine.ts';
import { registerState } from '../../engine/machine/state.ts';
import { type Reply, ReplyReader, replyText } from '../../engine/resp/replyReader.ts';
import { encodeRequest, errorCode, itemsOf, textsOf } from '../requests.ts';
import {
  type Address,
  type LoadInstruction,
  type LoadSettings,
  readLoadSettings,
} from './loadSettings.ts';
import { Pacer } from './pacer.ts';
import { type Heard, SwitchWatch } from './switchWatch.ts';
import { keyOf, sequenceIn, WriteBook, writeText } from './writeBook.ts';

/** How long a Sentinel or a master may take to answer. */
const ANSWER_MICROS = 2_000_000;
/** The pause between two attempts to find a master. */
const RETRY_MICROS = 200_000;
/** Keys in one MGET while reading back. */
const READ_KEYS = 32;

type LoadPhase =
  | 'stopped'
  | 'waiting'
  | 'asking'
  | 'connecting'
  | 'checking role'
  | 'reading back'
  | 'writing';

export class LoadClient implements Machine {
  book = new WriteBook();
  phase: LoadPhase = 'stopped';
  rate = 0;
  bytes = 0;
  /** The master's address, once it was found. */
  master: Address | undefined = undefined;
  checks = 0;
  /** The address where the keys were last read back, and the first write after that. */
  checkedAt: Address | undefined = undefined;
  checkedBefore = 1;
  /** The instant since which no write was acknowledged although one was due. */
  downSince: Micros | undefined = undefined;
  unwritableMicros: Micros = 0;
  private settings!: LoadSettings;
  private readonly watch = new SwitchWatch();
  private readonly pacer = new Pacer();
  private stopping = false;
  /** The connection of the present phase: to a Sentinel or to the master. */
  private conn: ConnId | undefined = undefined;
  private reader = new ReplyReader();
  private inFlight = 0;
  private nextSentinel = 0;
  /** When the present request or attempt times out. */
  private giveUpAt: Micros = NEVER;
  private retryAt: Micros = NEVER;
  private unanswered: number[] = [];
  private readSlot = 0;
  private readLost = 0;

  /** Whether it runs, or was stopped and must still read its keys back. */
  get isRunning(): boolean {
    return this.phase !== 'stopped';
  }

  start(_now: Micros, facts: Facts, _files: Files, _out: Effects): void {
    this.settings = readLoadSettings(facts);
    this.watch.configure(this.settings);
    this.book = new WriteBook(this.settings.slots);
  }

  signal(_now: Micros, name: string, out: Effects): void {
    if (name === 'SIGTERM' || name === 'SIGINT') out.exit(0);
  }

  /** Follows a LoadInstruction. */
  instructed(now: Micros, instruction: Instruction, out: Effects): void {
    const order = instruction as LoadInstruction;
    switch (order.kind) {
      case 'rate':
        return this.changeRate(now, order.rate, order.bytes, out);
      case 'stop':
        return this.stop(now, out);
      case 'sentinels':
        this.settings = { ...this.settings, sentinels: order.sentinels };
        this.watch.configure(this.settings);
        if (this.isRunning) this.watch.start(now, out);
    }
  }

  private changeRate(now: Micros, rate: number, bytes: number, out: Effects): void {
    this.rate = rate;
    this.bytes = bytes;
    this.stopping = false;
    this.pacer.begin(now, rate);
    if (this.phase !== 'stopped') return;
    this.watch.start(now, out);
    this.find(now, out);
  }

  private stop(now: Micros, out: Effects): void {
    if (this.phase === 'stopped') return;
    this.stopping = true;
    if (this.phase === 'writing' && this.unanswered.length === 0) this.beginReading(now, out);
  }

  accepted(_now: Micros, conn: ConnId, _peer: Peer, out: Effects): void {
    out.close(conn); // It has no clients.
  }

  connected(
    now: Micros,
    conn: ConnId,
    _peer: Peer | undefined,
    error: string | undefined,
    out: Effects,
  ): void {
    if (this.watch.connected(now, conn, error, out) || conn !== this.conn) return;
    if (error !== undefined) {
      this.conn = undefined;
      this.lose(now, out);
    } else if (this.phase === 'asking') {
      this.request(now, ['SENTINEL', 'get-master-addr-by-name', this.settings.masterName], out);
    } else {
      this.phase = 'checking role';
      this.request(now, ['ROLE'], out);
    }
  }

  receive(now: Micros, conn: ConnId, chunk: Buffer, out: Effects): void {
    const heard = this.watch.receive(now, conn, chunk, out);
    if (heard !== undefined) this.hear(now, heard, out);
    if (conn !== this.conn) return;
    this.reader.feed(chunk);
    try {
      while (conn === this.conn) {
        const reply = this.reader.next();
        if (reply === undefined) break;
        this.answered(now, reply, out);
      }
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.lose(now, out);
    }
  }

  drained(_now: Micros, conn: ConnId, bytes: number): void {
    if (conn === this.conn) this.inFlight -= bytes;
  }

  closed(now: Micros, conn: ConnId, _reason: string, out: Effects): void {
    if (this.watch.closed(now, conn) || conn !== this.conn) return;
    this.conn = undefined;
    this.lose(now, out);
  }

  fileDone(): void {}
  childDone(): void {}

  run(): boolean {
    return false;
  }

  tick(now: Micros, out: Effects): void {
    this.watch.tick(now, out);
    if (now >= this.giveUpAt) this.lose(now, out);
    if (now >= this.retryAt) this.find(now, out);
    if (this.phase === 'writing' && !this.stopping && now >= this.pacer.nextAt) {
      this.write(now, out);
    }
  }

  nextDeadline(): Micros {
    const writeAt = this.phase === 'writing' && !this.stopping ? this.pacer.nextAt : NEVER;
    return Math.min(this.giveUpAt, this.retryAt, this.watch.nextDeadline(), writeAt);
  }

  // Finding the master.

  private find(now: Micros, out: Effects): void {
    this.retryAt = NEVER;
    const { sentinels, master } = this.settings;
    if (sentinels.length === 0) {
      this.connectTo(now, master, out);
      return;
    }
    this.phase = 'asking';
    const sentinel = sentinels[this.nextSentinel % sentinels.length]!;
    this.open(now, sentinel, out);
  }

  private connectTo(now: Micros, address: Address, out: Effects): void {
    this.retryAt = NEVER;
    this.phase = 'connecting';
    this.master = address;
    this.open(now, address, out);
  }

  private open(now: Micros, address: Address, out: Effects): void {
    this.conn = out.connect(address.host, address.port);
    this.reader = new ReplyReader();
    this.inFlight = 0;
    this.giveUpAt = now + ANSWER_MICROS;
  }

  /** The connection or its request has failed: tries again after a pause. */
  private lose(now: Micros, out: Effects): void {
    if (this.phase === 'asking') this.nextSentinel += 1;
    this.drop(now, out);
    this.phase = 'waiting';
    this.retryAt = now + RETRY_MICROS;
  }

  private drop(now: Micros, out: Effects): void {
    if (this.conn !== undefined) out.close(this.conn);
    this.conn = undefined;
    this.giveUpAt = NEVER;
    if (this.phase === 'writing' || this.phase === 'reading back') this.noteDown(now);
    for (const sequence of this.unanswered) this.book.forsake(sequence);
    this.unanswered = [];
  }

  /**
   * A Sentinel has told the master's address. An answer to a query matters only if it differs from
   * ours.
   */
  private hear(now: Micros, { address, isSwitch }: Heard, out: Effects): void {
    const { phase } = this;
    const isThere = this.master?.host === address.host && this.master.port === address.port;
    if (phase === 'stopped' || (isThere && (phase !== 'waiting' || !isSwitch))) return;
    if (!isSwitch && (phase === 'waiting' || phase === 'asking')) return;
    const source = isSwitch ? '+switch-master' : 'New subscription at a Sentinel';
    out.log('notice', 'X', `${source}: the master is now ${address.host}:${address.port}`);
    this.drop(now, out);
    this.connectTo(now, address, out);
  }

  private noteDown(now: Micros): void {
    if (this.downSince === undefined && this.book.acked > 0) this.downSince = now;
  }

  // Requests and answers.

  private request(now: Micros, words: readonly string[], out: Effects): void {
    this.giveUpAt = now + ANSWER_MICROS;
    this.transmit(encodeRequest(words), out);
  }

  private transmit(bytes: Buffer, out: Effects): void {
    this.inFlight += bytes.length;
    out.send(this.conn!, bytes);
  }

  private answered(now: Micros, reply: Reply, out: Effects): void {
    this.giveUpAt = NEVER;
    switch (this.phase) {
      case 'asking':
        return this.told(now, reply, out);
      case 'checking role':
        if (replyText(itemsOf(reply)[0] ?? reply) === 'master') this.beginReading(now, out);
        else this.lose(now, out);
        return;
      case 'reading back':
        return this.readBack(now, reply, out);
      case 'writing':
        return this.wrote(now, reply, out);
      default:
        this.lose(now, out);
    }
  }

  /** A Sentinel's answer: the address, or null when it does not monitor that master. */
  private told(now: Micros, reply: Reply, out: Effects): void {
    const [host, port] = textsOf(reply);
    if (host === undefined || port === undefined) {
      this.lose(now, out);
      return;
    }
    this.drop(now, out);
    this.connectTo(now, { host, port: Number(port) }, out);
  }

  // Reading back.

  private beginReading(now: Micros, out: Effects): void {
    this.phase = 'reading back';
    this.readSlot = 0;
    this.readLost = 0;
    this.book.beginCheck();
    this.readNext(now, out);
  }

  private readNext(now: Micros, out: Effects): void {
    const { usedSlots } = this.book;
    if (this.readSlot >= usedSlots) {
      this.readDone(now, out);
      return;
    }
    const keys = [];
    const stop = Math.min(usedSlots, this.readSlot + READ_KEYS);
    for (let i = this.readSlot; i < stop; i += 1) keys.push(keyOf(this.book.slotAt(i)));
    this.request(now, ['MGET', ...keys], out);
  }

  private readBack(now: Micros, reply: Reply, out: Effects): void {
    if (reply.type !== 'array') {
      this.lose(now, out);
      return;
    }
    for (const item of reply.items) {
      const text = replyText(item);
      const found = text === undefined ? 0 : sequenceIn(text);
      // A value of another client says nothing about our writes.
      if (found !== undefined)
        this.readLost += this.book.check(this.book.slotAt(this.readSlot), found);
      this.readSlot += 1;
    }
    this.readNext(now, out);
  }

  private readDone(now: Micros, out: Effects): void {
    const { host, port } = this.master!;
    const { acked, lost } = this.book;
    this.checks += 1;
    this.checkedAt = this.master;
    this.checkedBefore = this.book.sent + 1;
    if (this.book.sent > 0) {
      out.log(
        'notice',
        'X',
        `Read ${this.book.usedSlots} keys back from ${host}:${port}: ${this.readLost} acknowledged writes gone`,
      );
      out.note({ kind: 'load-read-back', host, port, acked, gone: this.readLost, lost });
    }
    if (this.stopping) {
      this.phase = 'stopped';
      this.downSince = undefined; // No further write is due.
      this.drop(now, out);
      this.watch.stop(out);
      return;
    }
    this.phase = 'writing';
    this.pacer.begin(now, this.rate);
  }

  // Writing.

  private write(now: Micros, out: Effects): void {
    const wasIdle = this.unanswered.length === 0;
    for (let due = this.pacer.take(now); due > 0; due -= 1) {
      const sequence = this.book.sent + 1;
      const words = ['SET', keyOf(this.book.slotOf(sequence)), writeText(sequence, this.bytes)];
      const bytes = encodeRequest(words);
      if (this.inFlight + bytes.length > SEND_WINDOW_BYTES) break; // The window is full; the write is not counted.
      this.book.issue();
      this.unanswered.push(sequence);
      this.transmit(bytes, out);
    }
    if (wasIdle && this.unanswered.length > 0) this.giveUpAt = now + ANSWER_MICROS;
  }

  private wrote(now: Micros, reply: Reply, out: Effects): void {
    const sequence = this.unanswered.shift();
    if (sequence === undefined) {
      this.lose(now, out);
      return;
    }
    if (this.unanswered.length > 0) this.giveUpAt = now + ANSWER_MICROS;
    if (reply.type !== 'error') {
      this.book.acknowledge(sequence);
      if (this.downSince !== undefined) this.unwritableMicros += now - this.downSince;
      this.downSince = undefined;
    } else {
      const code = errorCode(reply.text);
      this.book.refuse(sequence, code);
      this.noteDown(now);
      if (code === 'READONLY') {
        this.lose(now, out); // It is no longer a master: ask the Sentinels again.
        return;
      }
    }
    if (this.stopping && this.unanswered.length === 0) this.beginReading(now, out);
  }
}
registerState('LoadClient', LoadClient);
