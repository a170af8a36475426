/**
 * Reads one value, element by element.
 *
 * A collection in a plain encoding grows by one element per step, so a slice may end between any two. A
 * compact encoding (ziplist, listpack, intset, zipmap) is one blob and one step, as is each node of a
 * quicklist.
 *
 * Invariant: a step that lacks input has changed nothing (input.ts).
 */

import { HashValue } from '../../data/types/hash.ts';
import { ListValue } from '../../data/types/list.ts';
import { SetValue } from '../../data/types/set.ts';
import type { TypeName, Value } from '../../data/types/value.ts';
import { ZsetValue } from '../../data/types/zset.ts';
import { registerState } from '../../machine/state.ts';
import type { Bytes } from '../../resp/bytes.ts';
import { toLatin1 } from '../../resp/bytes.ts';
import { parseDouble } from '../../resp/double.ts';
import { corrupt, shortRead, unsupported } from './errors.ts';
import { QUICKLIST_NODE, TYPE } from './format.ts';
import type { RdbInput } from './input.ts';
import { intsetMembers } from './intset.ts';
import { listpackElements } from './listpack.ts';
import { ziplistElements } from './ziplist.ts';
import { zipmapElements } from './zipmap.ts';

/** Messages cut keys to this length. */
const NAMED_KEY_MAX = 128;

/** The RDB types of each type of values. */
const READ_FROM = {
  string: [TYPE.string],
  list: [TYPE.list, TYPE.listZiplist, TYPE.listQuicklist, TYPE.listQuicklist2],
  set: [TYPE.set, TYPE.setIntset],
  hash: [TYPE.hash, TYPE.hashZipmap, TYPE.hashZiplist, TYPE.hashListpack],
  zset: [TYPE.zset, TYPE.zset2, TYPE.zsetZiplist, TYPE.zsetListpack],
} satisfies Record<TypeName, readonly number[]>;

const READABLE: ReadonlySet<number> = new Set(Object.values(READ_FROM).flat());

/** Throws RdbError unless this engine has the type: `unsupported` for other types of Redis, otherwise `corrupt`. */
export function checkType(type: number, key: string, offset: number): void {
  if (READABLE.has(type)) return;
  if (!isValueType(type)) throw corrupt(`Unknown RDB encoding type ${type}`, offset);
  const what = type === TYPE.module || type === TYPE.module2 ? 'module data' : 'a stream';
  throw unsupported(
    `Key '${key.slice(0, NAMED_KEY_MAX)}' holds ${what}, which is not supported`,
    offset,
  );
}

/** Whether Redis 7.0 knows the type. */
export function isValueType(type: number): boolean {
  return type <= TYPE.streamListpacks2 && type !== 8;
}

export class ValueReader {
  private readonly type: number;
  /** Elements or quicklist nodes left to read; -1 before the count has been read. */
  private left = -1;
  private value: Value | undefined;

  constructor(type: number) {
    this.type = type;
  }

  /** Executes one step from the input's mark on. Returns the value if it is complete, otherwise undefined. */
  step(input: RdbInput): Value | undefined {
    if (this.left < 0) {
      switch (this.type) {
        case TYPE.string:
          return input.string();
        case TYPE.list:
        case TYPE.listQuicklist:
        case TYPE.listQuicklist2:
          return this.open(new ListValue(), input.length());
        case TYPE.set:
          return this.open(new SetValue(), input.length());
        case TYPE.zset:
        case TYPE.zset2:
          return this.open(new ZsetValue(), input.length());
        case TYPE.hash:
          return this.open(new HashValue(), input.length());
        default:
          return compactValue(this.type, input);
      }
    }
    this.readElement(input);
    this.left -= 1;
    return this.left === 0 ? this.value : undefined;
  }

  private open(value: Value, count: number): Value | undefined {
    this.value = value;
    this.left = count;
    return count === 0 ? value : undefined;
  }

  private readElement(input: RdbInput): void {
    switch (this.type) {
      case TYPE.list:
        (this.value as ListValue).pushRight(input.string());
        return;
      case TYPE.listQuicklist:
        pushAll(this.value as ListValue, ziplist(input, 'Ziplist integrity check failed.'));
        return;
      case TYPE.listQuicklist2:
        readQuicklistNode(this.value as ListValue, input);
        return;
      case TYPE.set:
        addMember(this.value as SetValue, input.key(), input);
        return;
      case TYPE.hash: {
        const field = input.key();
        addField(this.value as HashValue, field, input.string(), input);
        return;
      }
      default: {
        const member = input.key();
        const score = this.type === TYPE.zset2 ? input.double() : textScore(input);
        addScore(this.value as ZsetValue, member, score, input);
      }
    }
  }
}
registerState('ValueReader', ValueReader);

/** Reads a value that is one blob. */
function compactValue(type: number, input: RdbInput): Value {
  switch (type) {
    case TYPE.hashZipmap:
      return hashOf(checked(zipmapElements(input.blob()), 'Zipmap', input), input);
    case TYPE.listZiplist: {
      const list = new ListValue();
      pushAll(list, ziplist(input, 'List ziplist integrity check failed.'));
      return list;
    }
    case TYPE.setIntset: {
      const set = new SetValue();
      for (const member of checked(intsetMembers(input.blob()), 'Intset', input)) {
        addMember(set, member, input);
      }
      return set;
    }
    case TYPE.zsetZiplist:
      return zsetOf(checked(ziplistElements(input.blob()), 'Zset ziplist', input), input);
    case TYPE.zsetListpack:
      return zsetOf(checked(listpackElements(input.blob()), 'Zset listpack', input), input);
    case TYPE.hashZiplist:
      return hashOf(checked(ziplistElements(input.blob()), 'Hash ziplist', input), input);
    default:
      return hashOf(checked(listpackElements(input.blob()), 'Hash listpack', input), input);
  }
}

function checked<T>(elements: T[] | undefined, what: string, input: RdbInput): T[] {
  if (elements === undefined) throw corrupt(`${what} integrity check failed.`, input.offset);
  return elements;
}

function ziplist(input: RdbInput, failure: string): Bytes[] {
  const elements = ziplistElements(input.blob());
  if (elements === undefined) throw corrupt(failure, input.offset);
  return elements;
}

function readQuicklistNode(list: ListValue, input: RdbInput): void {
  const container = input.length();
  if (container === QUICKLIST_NODE.plain) {
    list.pushRight(input.string());
  } else if (container === QUICKLIST_NODE.packed) {
    pushAll(list, checked(listpackElements(input.blob()), 'Listpack', input));
  } else {
    throw corrupt('Quicklist integrity check failed.', input.offset);
  }
}

function pushAll(list: ListValue, elements: Bytes[]): void {
  for (const element of elements) list.pushRight(element);
}

function hashOf(elements: Bytes[], input: RdbInput): HashValue {
  if (elements.length % 2 === 1) throw corrupt('Hash integrity check failed.', input.offset);
  const hash = new HashValue();
  for (let i = 0; i < elements.length; i += 2) {
    addField(hash, toLatin1(elements[i]!), elements[i + 1]!, input);
  }
  return hash;
}

function zsetOf(elements: Bytes[], input: RdbInput): ZsetValue {
  if (elements.length % 2 === 1) throw corrupt('Zset integrity check failed.', input.offset);
  const zset = new ZsetValue();
  for (let i = 0; i < elements.length; i += 2) {
    const score = parseDouble(toLatin1(elements[i + 1]!)) ?? Number.NaN;
    addScore(zset, toLatin1(elements[i]!), score, input);
  }
  return zset;
}

function addMember(set: SetValue, member: string, input: RdbInput): void {
  if (!set.add(member)) throw corrupt('Duplicate set members detected', input.offset);
}

function addField(hash: HashValue, field: string, value: Bytes, input: RdbInput): void {
  if (!hash.set(field, value)) throw corrupt('Duplicate hash fields detected', input.offset);
}

function addScore(zset: ZsetValue, member: string, score: number, input: RdbInput): void {
  if (Number.isNaN(score)) throw corrupt('Zset with NAN score detected', input.offset);
  if (zset.set(member, score) !== 'added') {
    throw corrupt('Duplicate zset fields detected', input.offset);
  }
}

/** Values of a text score's first byte that are not the length of its text. */
const TEXT_SCORE = { nan: 253, infinity: 254, minusInfinity: 255 } as const;

/** A score of the ZSET type: its length in one byte, then its text. */
function textScore(input: RdbInput): number {
  const length = input.byte();
  if (length === TEXT_SCORE.nan) return Number.NaN;
  if (length === TEXT_SCORE.infinity) return Number.POSITIVE_INFINITY;
  if (length === TEXT_SCORE.minusInfinity) return Number.NEGATIVE_INFINITY;
  const score = parseDouble(input.borrow(length).latin1Slice());
  if (score === undefined) throw shortRead(input.offset);
  return score;
}
