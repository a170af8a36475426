/**
 * What the state of a machine consists of, and how it is copied.
 *
 * State is a graph of primitives, plain objects, arrays, Map, Set, Buffers, typed arrays and instances
 * of registered classes. It contains no function, symbol, promise or instance of an unregistered class.
 * `copyState` copies the whole graph and preserves cycles and shared references. A class with parts
 * that copies may share (pages protected by epochs) or that are derived (an index) has its own `copier`.
 *
 * Invariant: after `copyState(x)` no change in one graph is visible in the other.
 */

import { InvariantError, invariant } from './errors.ts';

/** Copies a part of the value being copied. The same part always yields the same copy. */
type Copy = <T>(value: T) => T;

// biome-ignore lint/suspicious/noExplicitAny: any class can be registered, whatever its constructor takes.
type AnyClass<T> = abstract new (...args: any[]) => T;

/** Fields that follow from the others: a file has no place for them, and a reader computes them anew. */
type Derived<T> = Readonly<Record<string, (value: T) => unknown>>;

export interface Registration {
  /** Stands for the class in files. It is written out, because bundling may rename a class. */
  readonly name: string;
  readonly prototype: object;
  readonly copier: ((value: object, copy: Copy) => object) | undefined;
  /** Copies share the instances: they are immutable, or protected by epochs. */
  readonly shared: boolean;
  readonly derived: Derived<object>;
}

const registrations = new Map<object, Registration>();
const byName = new Map<string, Registration>();

/**
 * Registers a class of the state. `copier` replaces the copy field by field; it must not call `copy` on a
 * part that refers back to the instance. Throws InvariantError if another class has the name.
 */
export function registerState<T extends object>(
  name: string,
  type: AnyClass<T>,
  copier?: (value: T, copy: Copy) => T,
  derived: Derived<T> = {},
): void {
  register(name, type, copier as Registration['copier'], false, derived);
}

/** Registers a class whose instances are shared by copies: immutable ones, or pages protected by epochs. */
export function registerShared<T extends object>(
  name: string,
  type: AnyClass<T>,
  derived: Derived<T> = {},
): void {
  register(name, type, undefined, true, derived);
}

function register<T extends object>(
  name: string,
  type: AnyClass<T>,
  copier: Registration['copier'],
  shared: boolean,
  derived: Derived<T>,
): void {
  const { prototype } = type;
  invariant((byName.get(name)?.prototype ?? prototype) === prototype, `two classes are ${name}`);
  const fields = derived as Derived<object>;
  const registration = { name, prototype, copier, shared, derived: fields };
  registrations.set(prototype, registration);
  byName.set(name, registration);
}

/** The registration of a value's class; undefined if there is none. */
export function registrationOf(value: object): Registration | undefined {
  return registrations.get(Object.getPrototypeOf(value));
}

/** The class with this name; undefined if there is none. */
export function registrationNamed(name: string): Registration | undefined {
  return byName.get(name);
}

/** The names of all registered classes. */
export function registeredNames(): string[] {
  return [...byName.keys()];
}

/**
 * Replaces a leaf of the graph in the copy. `field` is the name of the property that holds it, of the
 * collection that holds it, or ''.
 */
type Replace = <T extends string | number | Buffer>(leaf: T, field: string) => T;

/**
 * Copies a graph of state, with its texts, numbers and Buffers as `replace` returns them. Throws
 * InvariantError for a value that state must not contain.
 */
export function copyState<T>(root: T, replace?: Replace): T {
  const copier = new Copier(replace);
  return copier.copy(root, '');
}

class Copier {
  private readonly copies = new Map<object, object>();
  private readonly replace: Replace | undefined;

  constructor(replace: Replace | undefined) {
    this.replace = replace;
  }

  copy<V>(value: V, field: string): V {
    if (typeof value === 'object' && value !== null) {
      return (this.copies.get(value) ?? this.copyObject(value, field)) as V;
    }
    if (typeof value === 'function' || typeof value === 'symbol') {
      throw new InvariantError(`state holds a ${typeof value}: ${String(value).slice(0, 80)}`);
    }
    if (this.replace === undefined) return value;
    return typeof value === 'string' || typeof value === 'number'
      ? this.replace(value, field)
      : value;
  }

  private copyObject(value: object, field: string): object {
    const { copies } = this;
    if (Array.isArray(value)) {
      const result: unknown[] = new Array(value.length);
      copies.set(value, result);
      for (let i = 0; i < value.length; i += 1) result[i] = this.copy(value[i], field);
      return result;
    }
    if (ArrayBuffer.isView(value)) {
      const result = this.copyView(value, field);
      copies.set(value, result);
      return result;
    }
    if (value instanceof Map) {
      const result = new Map();
      copies.set(value, result);
      for (const [key, item] of value) result.set(this.copy(key, field), this.copy(item, field));
      return result;
    }
    if (value instanceof Set) {
      const result = new Set();
      copies.set(value, result);
      for (const item of value) result.add(this.copy(item, field));
      return result;
    }
    return this.copyInstance(value);
  }

  private copyView(value: ArrayBufferView, field: string): ArrayBufferView {
    if (Buffer.isBuffer(value)) {
      const copy = Buffer.from(value);
      return this.replace === undefined ? copy : this.replace(copy, field);
    }
    if (value instanceof DataView) throw new InvariantError('state holds a DataView');
    return (value as Uint8Array).slice();
  }

  private copyInstance(value: object): object {
    const prototype = Object.getPrototypeOf(value);
    const registration = registrations.get(prototype);
    if (registration === undefined && prototype !== Object.prototype && prototype !== null) {
      throw new InvariantError(`state holds an unregistered ${prototype.constructor?.name}`);
    }
    if (registration?.shared) return value;
    if (registration?.copier !== undefined) {
      const result = registration.copier(value, (part) => this.copy(part, ''));
      this.copies.set(value, result);
      return result;
    }
    const result = Object.create(prototype) as Record<string, unknown>;
    this.copies.set(value, result);
    for (const key of Object.keys(value)) {
      result[key] = this.copy((value as Record<string, unknown>)[key], key);
    }
    return result;
  }
}
