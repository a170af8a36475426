/**
 * Parses RESP2 and RESP3 replies incrementally: the replies of an instance to a Sentinel, or of a
 * server to a client of the world.
 *
 * `feed` borrows the chunk. `next` must be called until it returns undefined: that copies the bytes of
 * an incomplete reply. Incomplete aggregates are kept on a stack, so an array of a million elements is
 * parsed once, however many chunks it arrives in.
 *
 * Invariant: `open` contains the incomplete aggregates, outermost first, each with at least one element
 * missing.
 *
 * Violations of RESP throw ProtocolError; the reader must not be used after that.
 */

import { invariant, ProtocolError } from '../machine/errors.ts';
import { registerState } from '../machine/state.ts';
import { type Bytes, fromBorrowed, toLatin1 } from './bytes.ts';
import { parseDouble } from './double.ts';
import { InputBuffer } from './inputBuffer.ts';
import { parseInteger } from './integer.ts';

/**
 * The `items` of a map alternate between keys and values. All forms of null are one type. `omitted`
 * counts the bytes or elements that a reader with limits has read but not kept.
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

/** Limits of a reader; a missing one means no limit. */
export interface ReplyLimits {
  /** Total bytes of the bulk strings in one complete reply; more is a protocol error. */
  readonly bytesMax?: number;
  /** Total elements in one complete reply, at every depth; more is a protocol error. */
  readonly elementsMax?: number;
  /** Bytes kept of each bulk or verbatim string, for display; the rest is skipped and counted. */
  readonly bytesKeptMax?: number;
  /** Elements kept of one complete reply, at every depth; the others are skipped and counted. */
  readonly elementsKeptMax?: number;
}

interface OpenBulk {
  readonly type: string;
  /** Its bytes on the wire, without the CRLF after them. */
  readonly length: number;
  /** The bytes kept, if the string is too long to be kept whole; undefined until they have arrived. */
  head: Bytes | undefined;
  /** Bytes that have been skipped, the kept ones included. */
  passed: number;
}

const CR = 13;
const LINE_BYTES_MAX = 64 * 1024;
const BULK_BYTES_MAX = 512 * 1024 * 1024;
const COUNT_MAX = 0x7fff_ffff;
/** Deeper than any reply of Redis; it bounds the memory that a peer can make the stack use. */
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
  /** The incomplete bulk string, verbatim string or bulk error, once its length is known. */
  private bulk: OpenBulk | undefined = undefined;
  // Of the incomplete reply: bytes and elements announced so far, and elements kept.
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

  /** Returns the next complete reply; undefined if more bytes are needed. Throws ProtocolError. */
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

  /** Adds an element to its aggregate. Returns the outermost reply if that is now complete. */
  private place(element: Reply): Reply | undefined {
    let reply = element;
    for (;;) {
      const parent = this.open.at(-1);
      if (parent === undefined) return reply;
      this.keep(parent, reply);
      parent.missing -= 1;
      if (parent.missing > 0) return undefined;
      this.open.pop();
      // Attributes describe the reply that follows; they are not used here.
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

  /** Reads one line and, as far as it has arrived, the string that it announces. */
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
      // Makes room for a long string at once instead of doubling, but at most 1 MB before its bytes arrive.
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

  /** Keeps the beginning of the string, and skips the rest as it arrives. */
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

  /** Parses a length or count; -1 means null. */
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

  /** Index of the CR that ends the line at `at`; -1 if CR LF has not arrived. */
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
registerState('ReplyReader', ReplyReader);

/** A simple, bulk or verbatim string as latin1; undefined for other replies. */
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

/** The elements of an aggregate. Throws InvariantError for any other reply: callers check the type first. */
export function replyItems(reply: Reply): readonly Reply[] {
  invariant('items' in reply, `a ${reply.type} reply has no elements`);
  return reply.items;
}
