/**
 * How values of one type of directive are read, shown by CONFIG GET, and written into a file. Error
 * texts are Redis 7.0's.
 */

import type { ValueSpec, ValueTypes } from '../directives/directive.ts';

export type ValueType = keyof ValueTypes;
type SpecOf<T extends ValueType> = Extract<ValueSpec, { readonly type: T }>;

/** A value, or why the words are none. */
export type Parsed<V> = { readonly value: V } | { readonly error: string };

/** What reading may depend on besides the words. */
export interface ParseContext<T extends ValueType> {
  /** The directive's present name. */
  readonly name: string;
  readonly spec: SpecOf<T>;
  /** The value until now. */
  readonly before: ValueTypes[T];
}

/** What follows the directive's name on a line of a file. */
export interface FileLine {
  readonly value: string;
  /** To be written even when the file has no such line yet. */
  readonly needed: boolean;
}

export interface Codec<T extends ValueType> {
  /** The value may be several words; otherwise it is exactly one. */
  readonly several?: true;
  parse(words: readonly string[], context: ParseContext<T>): Parsed<ValueTypes[T]>;
  print(value: ValueTypes[T]): string;
  /** The value on a line of a file where that is not as it is printed; undefined: no line. */
  fileValue?(value: ValueTypes[T], spec: SpecOf<T>): string | undefined;
  /** All lines, where the value is not one line. */
  fileLines?(value: ValueTypes[T], standard: ValueTypes[T]): readonly FileLine[];
}

/** What C's strtoll reads as a whole; undefined for anything else. An empty text is 0. */
export function leadingNumber(word: string): number | undefined {
  if (word === '') return 0;
  return /^\s*[+-]?\d+$/.test(word) ? Number(word) : undefined;
}
