/**
 * Parses and prints the value of any directive, by its type.
 *
 * Invariant: a value is at most WORDS_TEXT_MAX bytes long, so that any value that a client sets can be
 * split into words, escaped for a file and shown.
 */

import { splitArguments } from '../../resp/splitArguments.ts';
import { firstParts, WORDS_TEXT_MAX } from '../../resp/words.ts';
import type { ValueSpec, ValueTypes } from '../directives/directive.ts';
import type { Codec, FileLine, ParseContext, Parsed, ValueType } from './codec.ts';
import { bufferLimits, master, oomScores, percentiles, savePoints } from './lines.ts';
import { integer, memory, memoryOrPercent, octal } from './numbers.ts';
import { addresses, choice, eventClasses, shutdownOptions, text, yesNo } from './words.ts';

/** A value of any type; the spec of its directive tells which. */
export type Value = ValueTypes[ValueType];

const codecs: { readonly [T in ValueType]: Codec<T> } = {
  yesNo,
  integer,
  octal,
  memory,
  memoryOrPercent,
  choice,
  shutdownOptions,
  text,
  addresses,
  oomScores,
  percentiles,
  eventClasses,
  savePoints,
  master,
  bufferLimits,
};

/** Spec and value always have the same type, which the type system cannot express for the union: hence the cast. */
function codecOf(spec: ValueSpec): Codec<'text'> {
  return codecs[spec.type] as Codec<ValueType> as Codec<'text'>;
}

interface Context {
  readonly name: string;
  readonly spec: ValueSpec;
  readonly before: Value;
}

/** Parses the words after the directive's name, on a line of a file or on the command line. */
export function parseWords(words: readonly string[], context: Context): Parsed<Value> {
  const isSeveral = codecOf(context.spec).several === true;
  if (!isSeveral) {
    return words.length === 1 ? parse(words, context) : { error: 'wrong number of arguments' };
  }
  // One quoted word may contain all words: save "900 1".
  const split = words.length === 1 && words[0] !== '' ? splitArguments(words[0]!) : words;
  return parse(split ?? words, context);
}

/** Parses the value in CONFIG SET: one argument, whose words are separated by single blanks. */
export function parseArgument(argument: string, context: Context): Parsed<Value> {
  if (argument.length > WORDS_TEXT_MAX) {
    return { error: `argument is longer than ${WORDS_TEXT_MAX} bytes` };
  }
  const isSeveral = codecOf(context.spec).several === true;
  if (isSeveral)
    return parse(argument === '' ? [] : firstParts(argument, ' ', WORDS_TEXT_MAX), context);
  return parse([argument], context);
}

function parse(words: readonly string[], context: Context): Parsed<Value> {
  return codecOf(context.spec).parse(words, context as unknown as ParseContext<'text'>);
}

/** The value as CONFIG GET shows it. */
export function printValue(spec: ValueSpec, value: Value): string {
  return codecOf(spec).print(value as string);
}

/** The lines that CONFIG REWRITE may write for a value, without the directive's name. */
export function fileLines(spec: ValueSpec, value: Value, standard: Value): readonly FileLine[] {
  const codec = codecOf(spec) as Codec<ValueType> as {
    print(value: Value): string;
    fileValue?(value: Value, spec: ValueSpec): string | undefined;
    fileLines?(value: Value, standard: Value): readonly FileLine[];
  };
  if (codec.fileLines !== undefined) return codec.fileLines(value, standard);
  const line = codec.fileValue === undefined ? codec.print(value) : codec.fileValue(value, spec);
  if (line === undefined) return [];
  return [{ value: line, needed: codec.print(value) !== codec.print(standard) }];
}
