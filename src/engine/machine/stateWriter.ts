/**
 * Writes graphs of state in the layout of codec.ts. A class is written field by field, without those that
 * its registration derives.
 */

import { ByteWriter } from './byteWriter.ts';
import { SHAPE, SMALL, SMALL_MAX, TAG, VIEW_LENGTH_BYTES, VIEWS } from './codec.ts';
import { InvariantError } from './errors.ts';
import { ObjectNumbers } from './objectNumbers.ts';
import { registrationOf } from './state.ts';

interface WrittenShape {
  readonly number: number;
  /** All fields of the instance, in its order. */
  readonly keys: readonly string[];
  readonly writtenKeys: readonly string[];
}

export class StateWriter {
  private readonly out = new ByteWriter();
  private readonly numbers = new ObjectNumbers();
  /** By prototype; null has none. */
  private readonly shapes = new Map<object | null, WrittenShape[]>();
  private shapeCount = 0;
  /** Objects without a body yet. */
  private waiting: object[] = [];

  /**
   * Returns the bytes of a graph, in parts. Objects written with an earlier root become references, so
   * one reader must read all roots, in order. Long parts are the state's own memory: use them before the
   * state changes. Throws InvariantError for a value that state must not contain.
   */
  write(root: unknown): Buffer[] {
    this.value(root);
    while (this.waiting.length > 0) {
      const { waiting } = this;
      this.waiting = [];
      for (const object of waiting) this.body(object);
    }
    return this.out.take();
  }

  private value(value: unknown): void {
    const { out } = this;
    switch (typeof value) {
      case 'number':
        this.number(value);
        break;
      case 'string':
        this.text(value);
        break;
      case 'boolean':
        out.u8(value ? TAG.true : TAG.false);
        break;
      case 'undefined':
        out.u8(TAG.undefined);
        break;
      case 'bigint':
        this.digits(value.toString(16));
        break;
      case 'object':
        if (value === null) out.u8(TAG.null);
        else this.reference(value);
        break;
      default:
        throw new InvariantError(`state holds a ${typeof value}`);
    }
  }

  private number(value: number): void {
    const { out } = this;
    if (!Number.isSafeInteger(value) || Object.is(value, -0)) {
      out.u8(TAG.double);
      out.double(value);
    } else if (value < 0) {
      out.u8(TAG.negative);
      out.varint(-value);
    } else if (value <= SMALL_MAX) {
      out.u8(SMALL + value);
    } else {
      out.u8(TAG.integer);
      out.varint(value);
    }
  }

  private text(text: string): void {
    const { out } = this;
    const isShort = isLatin1(text);
    out.u8(isShort ? TAG.latin1 : TAG.utf16);
    out.varint(text.length);
    if (isShort) out.latin1(text);
    else out.utf16(text);
  }

  private digits(text: string): void {
    this.out.u8(TAG.bigint);
    this.out.varint(text.length);
    this.out.latin1(text);
  }

  private reference(value: object): void {
    const known = this.numbers.get(value);
    if (known !== undefined) {
      this.out.u8(TAG.reference);
      this.out.varint(known);
      return;
    }
    this.numbers.add(value);
    if (ArrayBuffer.isView(value)) this.view(value);
    else this.introduce(value);
  }

  private view(view: ArrayBufferView): void {
    const { out } = this;
    const kind = VIEWS.findIndex((type) => view instanceof type);
    if (kind < 0) throw new InvariantError(`state holds a ${view.constructor.name}`);
    out.u8(TAG.view);
    out.u8(kind);
    out.integer(view.byteLength, VIEW_LENGTH_BYTES);
    out.bytes(view);
  }

  private introduce(value: object): void {
    const { out } = this;
    this.waiting.push(value);
    if (Array.isArray(value)) {
      out.u8(TAG.array);
      out.varint(value.length);
    } else if (value instanceof Map || value instanceof Set) {
      out.u8(value instanceof Map ? TAG.map : TAG.set);
      out.u32(value.size);
    } else {
      out.u8(TAG.object);
      const shape = this.shapeOf(value);
      if (shape === undefined) this.addShape(value);
      else out.varint(shape.number);
    }
  }

  private body(value: object): void {
    if (Array.isArray(value)) {
      for (let i = 0; i < value.length; i += 1) this.value(value[i]);
    } else if (value instanceof Map) {
      for (const [key, item] of value) {
        this.value(key);
        this.value(item);
      }
    } else if (value instanceof Set) {
      for (const item of value) this.value(item);
    } else {
      const fields = value as Record<string, unknown>;
      for (const key of this.shapeOf(value)!.writtenKeys) this.value(fields[key]);
    }
  }

  private shapeOf(value: object): WrittenShape | undefined {
    const shapes = this.shapes.get(Object.getPrototypeOf(value));
    if (shapes === undefined) return undefined;
    const keys = Object.keys(value);
    return shapes.find((shape) => isEqualList(shape.keys, keys));
  }

  private addShape(value: object): void {
    const { out } = this;
    const prototype = Object.getPrototypeOf(value) as object | null;
    const registration = registrationOf(value);
    const isPlain = prototype === Object.prototype || prototype === null;
    if (registration === undefined && !isPlain) {
      throw new InvariantError(`state holds an unregistered ${prototype?.constructor?.name}`);
    }
    const keys = Object.keys(value);
    const derived = registration?.derived ?? {};
    const writtenKeys = keys.filter((key) => !Object.hasOwn(derived, key));
    const shape = { number: this.shapeCount, keys, writtenKeys };
    this.shapeCount += 1;
    const shapes = this.shapes.get(prototype);
    if (shapes === undefined) this.shapes.set(prototype, [shape]);
    else shapes.push(shape);
    out.varint(shape.number);
    if (registration !== undefined) {
      out.u8(SHAPE.class);
      out.varint(registration.name.length);
      out.latin1(registration.name);
    } else {
      out.u8(prototype === null ? SHAPE.withoutPrototype : SHAPE.plain);
    }
    out.varint(writtenKeys.length);
    for (const key of writtenKeys) this.text(key);
  }
}

function isLatin1(text: string): boolean {
  for (let i = 0; i < text.length; i += 1) if (text.charCodeAt(i) > 255) return false;
  return true;
}

function isEqualList(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((item, index) => item === b[index]);
}
