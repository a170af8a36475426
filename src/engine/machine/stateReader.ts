/**
 * Reads graphs of state in the layout of codec.ts, from bytes that may be wrong in any way.
 *
 * Objects are created empty where they are first named and filled later, in order, so there is no
 * recursion, and a reference may name an object that is still empty.
 *
 * Invariant: `owed` is the number of values that the objects read so far still lack. Each takes a byte at
 * least, so it never exceeds the bytes that are left: no room is made for what cannot follow.
 */

import type { ByteReader } from './byteReader.ts';
import { CodecError, SHAPE, SMALL, TAG, VIEW_LENGTH_BYTES, VIEWS } from './codec.ts';
import { type Registration, registrationNamed } from './state.ts';

/** More is no number of this program, and converting it would take quadratic time. */
const BIGINT_DIGITS_MAX = 4_096;

interface ReadShape {
  readonly prototype: object | null;
  readonly registration: Registration | undefined;
  readonly keys: readonly string[];
}

export class StateReader {
  private readonly objects: object[] = [];
  /** By object: the items of an array, Map or Set; the shape's number of any other object; 0 of a view. */
  private readonly details: number[] = [];
  private readonly shapes: ReadShape[] = [];
  /** The first object whose body has not been read. */
  private next = 0;
  private owed = 0;

  /**
   * Reads all bytes of `input` as the next root. Throws CodecError; the reader is then of no further
   * use.
   */
  read(input: ByteReader): unknown {
    try {
      const first = this.next;
      this.owed = 1;
      const root = this.value(input);
      for (; this.next < this.objects.length; this.next += 1) this.body(input, this.next);
      if (input.left > 0) input.fail(`${input.left} bytes too many`);
      for (let number = first; number < this.next; number += 1) this.derive(number);
      return root;
    } catch (error) {
      if (error instanceof CodecError) throw error;
      // A limit of the platform, such as that of a Map's size, or a part that derives from nonsense.
      return input.fail(error instanceof Error ? error.message : String(error));
    }
  }

  private value(input: ByteReader): unknown {
    const tag = input.u8();
    this.owed -= 1;
    if (tag >= SMALL) return tag - SMALL;
    switch (tag) {
      case TAG.undefined:
        return undefined;
      case TAG.null:
        return null;
      case TAG.false:
        return false;
      case TAG.true:
        return true;
      case TAG.integer:
        return input.varint();
      case TAG.negative:
        return -input.varint();
      case TAG.double:
        return input.double();
      case TAG.latin1:
        return input.latin1();
      case TAG.utf16:
        return input.utf16();
      case TAG.bigint:
        return bigintOf(input);
      default:
        return this.object(input, tag);
    }
  }

  private object(input: ByteReader, tag: number): object {
    switch (tag) {
      case TAG.reference: {
        const number = input.varint();
        return this.objects[number] ?? input.fail(`object ${number} is not known`);
      }
      case TAG.array:
        return this.array(input, input.varint());
      case TAG.map:
        return this.container(input, new Map(), input.u32(), 2);
      case TAG.set:
        return this.container(input, new Set(), input.u32(), 1);
      case TAG.view:
        return this.add(viewOf(input), 0);
      case TAG.object:
        return this.instance(input, input.varint());
      default:
        return input.fail(`tag ${tag} is not known`);
    }
  }

  private array(input: ByteReader, length: number): object {
    this.owe(input, length);
    return this.add(new Array(length), length);
  }

  private container(input: ByteReader, empty: object, size: number, valuesEach: number): object {
    this.owe(input, size * valuesEach);
    return this.add(empty, size);
  }

  private instance(input: ByteReader, number: number): object {
    if (number === this.shapes.length) this.shapes.push(shapeOf(input));
    const shape = this.shapes[number];
    if (shape === undefined) return input.fail(`shape ${number} is not known`);
    this.owe(input, shape.keys.length);
    return this.add(emptyOf(shape.prototype), number);
  }

  private owe(input: ByteReader, values: number): void {
    input.need(values, 'a content');
    this.owed += values;
    input.need(this.owed, 'all content');
  }

  private add(object: object, detail: number): object {
    this.objects.push(object);
    this.details.push(detail);
    return object;
  }

  private body(input: ByteReader, number: number): void {
    const object = this.objects[number]!;
    const detail = this.details[number]!;
    if (ArrayBuffer.isView(object)) return;
    if (Array.isArray(object)) {
      for (let i = 0; i < detail; i += 1) object[i] = this.value(input);
    } else if (object instanceof Map) {
      for (let i = 0; i < detail; i += 1) object.set(this.value(input), this.value(input));
      if (object.size !== detail) input.fail('a Map with the same key twice');
    } else if (object instanceof Set) {
      for (let i = 0; i < detail; i += 1) object.add(this.value(input));
      if (object.size !== detail) input.fail('a Set with the same item twice');
    } else {
      const fields = object as Record<string, unknown>;
      for (const key of this.shapes[detail]!.keys) fields[key] = this.value(input);
    }
  }

  /** Computes the fields that are not in the bytes. */
  private derive(number: number): void {
    const object = this.objects[number]!;
    if (ArrayBuffer.isView(object) || Array.isArray(object)) return;
    if (object instanceof Map || object instanceof Set) return;
    const registration = this.shapes[this.details[number]!]!.registration;
    if (registration === undefined) return;
    for (const [key, derivedFrom] of Object.entries(registration.derived)) {
      (object as Record<string, unknown>)[key] = derivedFrom(object);
    }
  }
}

function emptyOf(prototype: object | null): object {
  // What Object.create(null) returns is a hash table, which takes three times as much memory.
  if (prototype === null) return Object.setPrototypeOf({}, null) as object;
  return Object.create(prototype) as object;
}

function bigintOf(input: ByteReader): bigint {
  const text = input.latin1();
  const match = /^(-?)([0-9a-f]+)$/.exec(text.length <= BIGINT_DIGITS_MAX ? text : '');
  if (match === null) return input.fail('a bigint that is no number');
  const magnitude = BigInt(`0x${match[2]!}`);
  return match[1] === '-' ? -magnitude : magnitude;
}

/** A view of memory of its own. */
function viewOf(input: ByteReader): ArrayBufferView {
  const kind = input.u8();
  const type = VIEWS[kind] ?? input.fail(`view ${kind} is not known`);
  const bytes = input.take(input.integer(VIEW_LENGTH_BYTES));
  if (type === Buffer) return Buffer.from(bytes);
  const itemBytes = (type as typeof Uint8Array).BYTES_PER_ELEMENT;
  if (bytes.length % itemBytes !== 0) input.fail(`${bytes.length} bytes for a ${type.name}`);
  const view = new (type as typeof Uint8Array)(bytes.length / itemBytes);
  bytes.copy(new Uint8Array(view.buffer));
  return view;
}

function shapeOf(input: ByteReader): ReadShape {
  const kind = input.u8();
  const registration = kind === SHAPE.class ? classNamed(input, input.latin1()) : undefined;
  if (kind > SHAPE.class) input.fail(`shape of kind ${kind} is not known`);
  const count = input.varint();
  input.need(2 * count, 'names');
  const keys = new Set<string>();
  for (let i = 0; i < count; i += 1) {
    const key = keyOf(input);
    if (keys.has(key)) input.fail(`field ${key} twice`);
    const isDerived = Object.hasOwn(registration?.derived ?? {}, key);
    if (key === '__proto__' || isDerived) input.fail(`field ${key} may not be in a file`);
    keys.add(key);
  }
  const plain = kind === SHAPE.plain ? Object.prototype : null;
  return { prototype: registration?.prototype ?? plain, registration, keys: [...keys] };
}

function keyOf(input: ByteReader): string {
  const tag = input.u8();
  if (tag === TAG.latin1) return input.latin1();
  return tag === TAG.utf16 ? input.utf16() : input.fail(`tag ${tag} in place of a name`);
}

function classNamed(input: ByteReader, name: string): Registration {
  return registrationNamed(name) ?? input.fail(`class ${name.slice(0, 80)} is not known`);
}
