/**
 * How the values of one type of directive are parsed, shown by CONFIG GET, and written to a file.
 * Error texts are Redis 7.0's.
 */

import type { ValueSpec, ValueTypes } from '../directives/directive.ts';

export type ValueType = keyof ValueTypes;
type SpecOf<T extends ValueType> = Extract<ValueSpec, { readonly type: T }>;

/** A value, or why the words are invalid. */
export type Parsed<V> = { readonly value: V } | { readonly error: string };

/** What parsing may depend on besides the words. */
export interface ParseContext<T extends ValueType> {
  /** The directive's present name. */
  readonly name: string;
  readonly spec: SpecOf<T>;
  /** The present value. */
  readonly before: ValueTypes[T];
}

/** What follows the directive's name on a line of a file. */
export interface FileLine {
  readonly value: string;
  /** The line is written even if the file does not have it yet. */
  readonly needed: boolean;
}

export interface Codec<T extends ValueType> {
  /** The value may have several words; without this it is exactly one. */
  readonly several?: true;
  parse(words: readonly string[], context: ParseContext<T>): Parsed<ValueTypes[T]>;
  print(value: ValueTypes[T]): string;
  /** The value on a line of a file, if it differs from `print`; undefined: no line. */
  fileValue?(value: ValueTypes[T], spec: SpecOf<T>): string | undefined;
  /** All lines of a value that may have several. */
  fileLines?(value: ValueTypes[T], standard: ValueTypes[T]): readonly FileLine[];
}

/** The number if C's strtoll consumes the whole word; otherwise undefined. An empty word is 0. */
export function leadingNumber(word: string): number | undefined {
  if (word === '') return 0;
  return /^\s*[+-]?\d+$/.test(word) ? Number(word) : undefined;
}
