/**
 * Reads replies, RESP2 and RESP3, as they come in: what a Sentinel hears from an instance, or a
 * client of the world from its server.
 *
 * `feed` borrows the chunk; calling `next` until it gives undefined copies what is left of an
 * unfinished reply. Aggregates read so far are kept on a stack, so that an array of a million
 * elements is read once, however many chunks it comes in.
 *
 * Invariant: `open` holds the aggregates that have begun, outermost first, each with at least one element missing.
 *
 * Breaches of RESP throw ProtocolError; the reader must not be used after that.
 */

import { invariant, ProtocolError } from '../machine/errors.ts';
import { registerState } from '../machine/state.ts';
import { type Bytes, fromBorrowed, toLatin1 } from './bytes.ts';
import { parseDouble } from './double.ts';
import { InputBuffer } from './inputBuffer.ts';
import { parseInteger } from './integer.ts';

/**
 * `items` of a map are its keys and values in turn. Null is one type, however it was written.
 * `omitted` counts the bytes or elements that a reader with limits has read and not kept.
 */
export type Reply =
  | { readonly type: 'simple'; readonly text: string }
  | { readonly type: 'error'; readonly text: string }
  | { readonly type: 'integer'; readonly value: number | bigint }
  | { readonly type: 'bulk'; readonly bytes: Bytes; readonly omitted?: number }
  | {
      readonly type: 'verbatim';
      readonly format: string;
      readonly bytes: Bytes;
      readonly omitted?: number;
    }
  | { readonly type: 'double'; readonly value: number }
  | { readonly type: 'boolean'; readonly value: boolean }
  | { readonly type: 'bigNumber'; readonly text: string }
  | { readonly type: 'null' }
  | { readonly type: AggregateType; readonly items: readonly Reply[]; readonly omitted?: number };

type AggregateType = 'array' | 'map' | 'set' | 'push';

interface OpenAggregate {
  readonly type: AggregateType | 'attribute';
  readonly items: Reply[];
  missing: number;
  omitted: number;
}

/** What a reader takes; without them everything. */
export interface ReplyLimits {
  /** Of the bulk strings of one whole reply together; more is a breach of the protocol. */
  readonly bytesMax?: number;
  /** Of one whole reply, at every depth; more is a breach of the protocol. */
  readonly elementsMax?: number;
  /** Of each bulk or verbatim string; the rest is read past and counted: a person looks at the beginning. */
  readonly bytesKeptMax?: number;
  /** Of one whole reply, at every depth; the others are read past and counted. */
  readonly elementsKeptMax?: number;
}

interface OpenBulk {
  readonly type: string;
  /** Its bytes on the wire, without the CRLF behind them. */
  readonly length: number;
  /** The part that is kept, once it has come, of a string that is not kept whole. */
  head: Bytes | undefined;
  /** Bytes of it that have been read past. */
  passed: number;
}

const CR = 13;
const LINE_BYTES_MAX = 64 * 1024;
const BULK_BYTES_MAX = 512 * 1024 * 1024;
const COUNT_MAX = 0x7fff_ffff;
/** Deeper nesting than any Redis reply; a peer must not make us grow without end. */
const DEPTH_MAX = 128;
const NULL: Reply = { type: 'null' };

const AGGREGATES: Readonly<Record<string, OpenAggregate['type']>> = {
  '*': 'array',
  '%': 'map',
  '~': 'set',
  '>': 'push',
  '|': 'attribute',
};

export class ReplyReader extends InputBuffer {
  private readonly bytesMax: number;
  private readonly elementsMax: number;
  private readonly bytesKeptMax: number;
  private readonly elementsKeptMax: number;
  private open: OpenAggregate[] = [];
  /** The bulk string, verbatim string or bulk error that has begun; its length is then known. */
  private bulk: OpenBulk | undefined = undefined;
  /** What the reply under way has announced so far, and how many of its elements are kept. */
  private bytes = 0;
  private elements = 0;
  private elementsKept = 0;

  constructor(limits: ReplyLimits = {}) {
    super();
    const { bytesMax, elementsMax, bytesKeptMax, elementsKeptMax } = limits;
    this.bytesMax = bytesMax ?? Number.POSITIVE_INFINITY;
    this.elementsMax = elementsMax ?? Number.POSITIVE_INFINITY;
    this.bytesKeptMax = bytesKeptMax ?? Number.POSITIVE_INFINITY;
    this.elementsKeptMax = elementsKeptMax ?? Number.POSITIVE_INFINITY;
  }

  /** The next whole reply; undefined when more bytes are needed. Throws ProtocolError. */
  next(): Reply | undefined {
    for (;;) {
      const element = this.bulk === undefined ? this.readElement() : this.readBulk();
      if (element === undefined) {
        this.settle();
        return undefined;
      }
      if (element === 'opened') continue;
      const whole = this.place(element);
      if (whole === undefined) continue;
      this.bytes = 0;
      this.elements = 0;
      this.elementsKept = 0;
      return whole;
    }
  }

  /** Puts an element where it belongs; gives the outermost reply when that completes it. */
  private place(element: Reply): Reply | undefined {
    let reply = element;
    for (;;) {
      const parent = this.open.at(-1);
      if (parent === undefined) return reply;
      this.keep(parent, reply);
      parent.missing -= 1;
      if (parent.missing > 0) return undefined;
      this.open.pop();
      // Attributes describe the reply that follows; nobody here asks for them.
      if (parent.type === 'attribute') return undefined;
      const { type, items, omitted } = parent;
      reply = omitted === 0 ? { type, items } : { type, items, omitted };
    }
  }

  private keep(parent: OpenAggregate, reply: Reply): void {
    if (this.elementsKept >= this.elementsKeptMax) {
      parent.omitted += 1;
      return;
    }
    this.elementsKept += 1;
    parent.items.push(reply);
  }

  /** Reads one line and what it announces. */
  private readElement(): Reply | 'opened' | undefined {
    const lineEnd = this.findLineEnd();
    if (lineEnd < 0) return undefined;
    const type = String.fromCharCode(this.buffer[this.at]!);
    const text = this.buffer.latin1Slice(this.at + 1, lineEnd);
    this.at = lineEnd + 2;
    switch (type) {
      case '+':
        return { type: 'simple', text };
      case '-':
        return { type: 'error', text };
      case ':':
        return { type: 'integer', value: this.integer(text) };
      case '$':
      case '=':
      case '!':
        return this.openBulk(type, text);
      case '*':
      case '%':
      case '~':
      case '>':
      case '|':
        return this.openAggregate(AGGREGATES[type]!, text);
      case '_':
        return NULL;
      case '#':
        return { type: 'boolean', value: text === 't' };
      case ',':
        return { type: 'double', value: this.double(text) };
      case '(':
        return { type: 'bigNumber', text };
      default:
        throw new ProtocolError(`Protocol error, got ${JSON.stringify(type)} as reply type byte`);
    }
  }

  private openBulk(type: string, text: string): Reply | undefined {
    const length = this.count(text, BULK_BYTES_MAX);
    if (length < 0) return NULL;
    this.bytes += length;
    if (this.bytes > this.bytesMax) throw new ProtocolError('Too long a reply');
    this.bulk = { type, length, head: undefined, passed: 0 };
    return this.readBulk();
  }

  private readBulk(): Reply | undefined {
    const { type, length } = this.bulk!;
    if (length > this.bytesKeptMax) return this.readLongBulk(this.bulk!);
    const stop = this.at + length;
    if (this.end < stop + 2) {
      // Room for a long one at once, instead of by doubling; 1 MB ahead at most, as bytes prove it.
      if (length > LINE_BYTES_MAX) {
        this.own(Math.min(length + 2 - (this.end - this.at), 1024 * 1024));
      }
      return undefined;
    }
    const start = this.at;
    this.at = stop + 2;
    this.bulk = undefined;
    if (type === '$') return { type: 'bulk', bytes: fromBorrowed(this.buffer, start, stop) };
    if (type === '!') return { type: 'error', text: this.buffer.latin1Slice(start, stop) };
    if (length < 4) throw new ProtocolError('Verbatim string 4 bytes of content type are missing');
    return {
      type: 'verbatim',
      format: this.buffer.latin1Slice(start, start + 3),
      bytes: fromBorrowed(this.buffer, start + 4, stop),
    };
  }

  /** Keeps the beginning, and reads past the rest as it comes. */
  private readLongBulk(bulk: OpenBulk): Reply | undefined {
    const { type, length } = bulk;
    const { bytesKeptMax } = this;
    if (bulk.head === undefined) {
      if (this.end - this.at < bytesKeptMax) return undefined;
      bulk.head = fromBorrowed(this.buffer, this.at, this.at + bytesKeptMax);
    }
    const step = Math.min(this.end - this.at, length + 2 - bulk.passed);
    this.at += step;
    bulk.passed += step;
    if (bulk.passed < length + 2) return undefined;
    this.bulk = undefined;
    const omitted = length - bytesKeptMax;
    if (type === '$') return { type: 'bulk', bytes: bulk.head, omitted };
    if (type === '!') return { type: 'error', text: toLatin1(bulk.head) };
    const bytes = bulk.head.slice(4);
    return { type: 'verbatim', format: toLatin1(bulk.head.slice(0, 3)), bytes, omitted };
  }

  private openAggregate(type: OpenAggregate['type'], text: string): Reply | 'opened' {
    const count = this.count(text, COUNT_MAX);
    if (count < 0) return NULL;
    const missing = type === 'map' || type === 'attribute' ? count * 2 : count;
    this.elements += missing;
    if (this.elements > this.elementsMax) throw new ProtocolError('Too many elements in reply');
    if (missing === 0) return type === 'attribute' ? 'opened' : { type, items: [] };
    if (this.open.length === DEPTH_MAX) {
      throw new ProtocolError('No support for nested multi bulk replies this deep');
    }
    this.open.push({ type, items: [], missing, omitted: 0 });
    return 'opened';
  }

  /** A length or count; -1 for null. */
  private count(text: string, max: number): number {
    const value = parseInteger(text);
    if (typeof value !== 'number' || value < -1 || value > max) {
      throw new ProtocolError('Bad length in reply');
    }
    return value;
  }

  private integer(text: string): number | bigint {
    const value = parseInteger(text.startsWith('+') ? text.slice(1) : text);
    if (value === undefined) throw new ProtocolError('Bad integer value');
    return value;
  }

  private double(text: string): number {
    const value = /^-?nan$/i.test(text) ? Number.NaN : parseDouble(text);
    if (value === undefined) throw new ProtocolError('Bad double value');
    return value;
  }

  /** Index of the CR that ends the line at `at`; -1 while line end has not come whole. */
  private findLineEnd(): number {
    const buffer = this.buffer;
    const last = this.end - 1;
    let at = this.at;
    while (at < last && buffer[at] !== CR) at += 1;
    if (at < last) return at;
    if (this.end - this.at > LINE_BYTES_MAX) throw new ProtocolError('Too long a line in reply');
    return -1;
  }
}
registerState(ReplyReader);

/** The bytes of a bulk or verbatim string, or the text of a simple one, as latin1; undefined for others. */
export function replyText(reply: Reply): string | undefined {
  switch (reply.type) {
    case 'simple':
      return reply.text;
    case 'bulk':
    case 'verbatim':
      return typeof reply.bytes === 'string' ? reply.bytes : reply.bytes.latin1Slice();
    default:
      return undefined;
  }
}

/** The elements of an aggregate; throws InvariantError for a reply the caller has not checked. */
export function replyItems(reply: Reply): readonly Reply[] {
  invariant('items' in reply, `a ${reply.type} reply has no elements`);
  return reply.items;
}
