/**
 * Unions, intersections and differences of sorted sets. A set counts as a sorted set whose scores are
 * all 1.
 *
 * All keys are read and their types checked before the options are parsed. As in Redis, smaller sources
 * are aggregated first: the order affects the last digit of a sum.
 */

import { SetValue } from '../data/types/set.ts';
import { ZsetValue } from '../data/types/zset.ts';
import type { DataCall } from '../execution/dataCall.ts';
import type { CommandFlag, CommandSpec } from '../process/commandTable.ts';
import { countedKeys, keyAt } from '../process/keySpecs.ts';
import { replyErrors } from '../process/replyErrors.ts';
import { storeResult } from './containers.ts';
import { cardinalityLimit } from './countArguments.ts';
import { family } from './family.ts';
import { parseScore } from './scores.ts';

type Operation = 'union' | 'inter' | 'diff';

const entry = family('sortedset');
const INPUTS = [countedKeys('RO access', 1)];
const STORED = [keyAt('OW update'), countedKeys('RO access', 2)];
const READ: readonly CommandFlag[] = ['readonly'];
const WRITE: readonly CommandFlag[] = ['write', 'denyoom'];

export const sortedSetAlgebraCommands: readonly CommandSpec<DataCall>[] = [
  entry('zunion', '6.2.0', -3, READ, INPUTS, (call) => reply(call, 'union')),
  entry('zinter', '6.2.0', -3, READ, INPUTS, (call) => reply(call, 'inter')),
  entry('zdiff', '6.2.0', -3, READ, INPUTS, (call) => reply(call, 'diff')),
  entry('zunionstore', '2.0.0', -4, WRITE, STORED, (call) => store(call, 'union', 'zunionstore')),
  entry('zinterstore', '2.0.0', -4, WRITE, STORED, (call) => store(call, 'inter', 'zinterstore')),
  entry('zdiffstore', '6.2.0', -4, WRITE, STORED, (call) => store(call, 'diff', 'zdiffstore')),
  entry('zintercard', '7.0.0', -3, READ, INPUTS, zintercard),
];

interface Source {
  readonly value: SetValue | ZsetValue;
  weight: number;
}

type Aggregate = (a: number, b: number) => number;

const AGGREGATES: Readonly<Record<string, Aggregate>> = {
  // inf + -inf is 0 (zunionInterAggregate).
  sum: (a, b) => zeroForNaN(a + b),
  min: (a, b) => (isBelow(b, a) ? b : a),
  max: (a, b) => (isBelow(a, b) ? b : a),
};

/** False for NaN (inf × 0), so NaN never replaces a score. Math.min would return NaN. */
function isBelow(a: number, b: number): boolean {
  return a < b;
}

interface Options {
  aggregate: Aggregate;
  withScores: boolean;
}

const NO_SET = new SetValue();

function reply(call: DataCall, operation: Operation): void {
  const { reply: writer } = call;
  const sources = readSources(call, 1);
  if (sources === undefined) return;
  const options = readOptions(call, 2 + sources.length, sources, operation, false);
  if (options === undefined) return;
  // Sorted here instead of in a ZsetValue, whose compact form has no -0: a reply may contain one (0 × -1).
  const entries: Entry[] = [];
  compute(operation, sources, options.aggregate, (member, score) => {
    entries.push({ member, score });
  });
  entries.sort(inOrder);
  const { withScores } = options;
  const nested = withScores && writer.protocol === 3;
  writer.array(entries.length * (withScores && !nested ? 2 : 1));
  for (const { member, score } of entries) {
    if (nested) writer.array(2);
    writer.bulk(member);
    if (withScores) writer.double(score);
  }
}

interface Entry {
  readonly member: string;
  readonly score: number;
}

/** Compares by score, then by member. Scores are not subtracted, because inf - inf is NaN. */
function inOrder(a: Entry, b: Entry): number {
  if (a.score !== b.score) return a.score < b.score ? -1 : 1;
  return a.member < b.member ? -1 : 1;
}

function store(call: DataCall, operation: Operation, event: string): void {
  const sources = readSources(call, 2);
  if (sources === undefined) return;
  const options = readOptions(call, 3 + sources.length, sources, operation, true);
  if (options === undefined) return;
  const result = new ZsetValue();
  compute(operation, sources, options.aggregate, (member, score) => {
    result.set(member, score);
  });
  storeResult(call, call.str(1), result, 'z', event);
}

function zintercard(call: DataCall): void {
  const sources = readSources(call, 1);
  if (sources === undefined) return;
  const limit = cardinalityLimit(call, 2 + sources.length);
  if (limit === undefined) return;
  let size = 0;
  compute('inter', sources, AGGREGATES['sum']!, () => {
    size += 1;
  });
  call.reply.integer(Math.min(size, limit));
}

/** Parses `numkeys key…` from argument `index` on. Returns undefined after an error reply. */
function readSources(call: DataCall, index: number): Source[] | undefined {
  const count = call.int(index);
  if (count === undefined) return undefined;
  if (count < 1) {
    call.reply.error(`ERR at least 1 input key is needed for '${call.entry.name}' command`);
    return undefined;
  }
  if (count > call.argc - index - 1) {
    call.syntaxError();
    return undefined;
  }
  const sources: Source[] = [];
  for (let i = index + 1; i <= index + count; i += 1) {
    const value = call.read(call.str(i)) ?? NO_SET;
    if (!(value instanceof ZsetValue || value instanceof SetValue)) {
      call.reply.error(replyErrors.wrongType);
      return undefined;
    }
    sources.push({ value, weight: 1 });
  }
  return sources;
}

/** Parses the options; weights are stored in their sources. Returns undefined after an error reply. */
function readOptions(
  call: DataCall,
  first: number,
  sources: readonly Source[],
  operation: Operation,
  storing: boolean,
): Options | undefined {
  const options: Options = { aggregate: AGGREGATES['sum']!, withScores: false };
  let i = first;
  while (i < call.argc) {
    const word = call.word(i);
    const following = call.argc - i - 1;
    if (operation !== 'diff' && word === 'weights' && following >= sources.length) {
      if (!readWeights(call, i + 1, sources)) return undefined;
      i += 1 + sources.length;
    } else if (operation !== 'diff' && word === 'aggregate' && following >= 1) {
      const name = call.word(i + 1);
      const aggregate = Object.hasOwn(AGGREGATES, name) ? AGGREGATES[name] : undefined;
      if (aggregate === undefined) break;
      options.aggregate = aggregate;
      i += 2;
    } else if (!storing && word === 'withscores') {
      options.withScores = true;
      i += 1;
    } else {
      break;
    }
  }
  if (i >= call.argc) return options;
  call.syntaxError();
  return undefined;
}

function readWeights(call: DataCall, first: number, sources: readonly Source[]): boolean {
  for (const [at, source] of sources.entries()) {
    const weight = parseScore(call.str(first + at));
    if (weight === undefined) {
      call.reply.error('ERR weight value is not a float');
      return false;
    }
    source.weight = weight;
  }
  return true;
}

type Emit = (member: string, score: number) => void;

function compute(
  operation: Operation,
  sources: readonly Source[],
  aggregate: Aggregate,
  emit: Emit,
): void {
  if (operation === 'diff') {
    subtract(sources, emit);
    return;
  }
  const ordered = sources.toSorted((a, b) => a.value.size - b.value.size);
  if (operation === 'union') unite(ordered, aggregate, emit);
  else intersect(ordered, aggregate, emit);
}

function unite(sources: readonly Source[], aggregate: Aggregate, emit: Emit): void {
  const scores = new Map<string, number>();
  for (const { value, weight } of sources) {
    forEachScore(value, (member, score) => {
      const weighted = zeroForNaN(score * weight);
      const current = scores.get(member);
      scores.set(member, current === undefined ? weighted : aggregate(current, weighted));
    });
  }
  for (const [member, score] of scores) emit(member, score);
}

function intersect(sources: readonly Source[], aggregate: Aggregate, emit: Emit): void {
  const [smallest, ...others] = sources;
  forEachScore(smallest!.value, (member, score) => {
    let total = zeroForNaN(score * smallest!.weight);
    for (const { value, weight } of others) {
      const other = scoreIn(value, member);
      if (other === undefined) return;
      total = aggregate(total, other * weight);
    }
    emit(member, total);
  });
}

function subtract(sources: readonly Source[], emit: Emit): void {
  const [first, ...others] = sources;
  forEachScore(first!.value, (member, score) => {
    if (others.every(({ value }) => scoreIn(value, member) === undefined)) emit(member, score);
  });
}

function forEachScore(value: SetValue | ZsetValue, visit: Emit): void {
  if (value instanceof ZsetValue) value.forEach(visit);
  else {
    value.forEach((member) => {
      visit(member, 1);
    });
  }
}

function scoreIn(value: SetValue | ZsetValue, member: string): number | undefined {
  if (value instanceof ZsetValue) return value.score(member);
  return value.has(member) ? 1 : undefined;
}

function zeroForNaN(value: number): number {
  return Number.isNaN(value) ? 0 : value;
}
