/** Hash commands. A hash whose last field is deleted is deleted, too. */

import { HashValue } from '../data/types/hash.ts';
import type { DataCall } from '../execution/dataCall.ts';
import type { CommandSpec } from '../process/commandTable.ts';
import { keyAt } from '../process/keySpecs.ts';
import { replyErrors } from '../process/replyErrors.ts';
import { type Bytes, fromLatin1, toLatin1 } from '../resp/bytes.ts';
import { fitsInt64, parseInt64, parseInteger } from '../resp/integer.ts';
import { storeValue } from './arguments.ts';
import { scanCollection } from './collectionScan.ts';
import {
  existing,
  isWrongType,
  removeKey,
  replyEmptyArray,
  replyEmptyMap,
  replyNull,
  replyZero,
} from './containers.ts';
import { settle } from './encoding.ts';
import { family } from './family.ts';
import { addLongDouble, formatLongDouble, isInfinite, parseLongDouble } from './longDouble.ts';
import { readDrawRequest, replyDrawn, replyNoneDrawn } from './randomMembers.ts';
import { matches } from './scanOptions.ts';

const entry = family('hash');

export const hashCommands: readonly CommandSpec<DataCall>[] = [
  entry('hset', '2.0.0', -4, ['write', 'denyoom', 'fast'], [keyAt('RW update')], hset),
  entry('hsetnx', '2.0.0', 4, ['write', 'denyoom', 'fast'], [keyAt('RW insert')], hsetnx),
  entry('hmset', '2.0.0', -4, ['write', 'denyoom', 'fast'], [keyAt('RW update')], hmset),
  entry('hget', '2.0.0', 3, ['readonly', 'fast'], [keyAt('RO access')], hget),
  entry('hmget', '2.0.0', -3, ['readonly', 'fast'], [keyAt('RO access')], hmget),
  entry('hgetall', '2.0.0', 2, ['readonly'], [keyAt('RO access')], hgetall, {
    tips: ['nondeterministic_output_order'],
  }),
  entry('hdel', '2.0.0', -3, ['write', 'fast'], [keyAt('RW delete')], hdel),
  entry('hlen', '2.0.0', 2, ['readonly', 'fast'], [keyAt('RO')], hlen),
  entry('hstrlen', '3.2.0', 3, ['readonly', 'fast'], [keyAt('RO')], hstrlen),
  entry('hexists', '2.0.0', 3, ['readonly', 'fast'], [keyAt('RO')], hexists),
  entry('hkeys', '2.0.0', 2, ['readonly'], [keyAt('RO access')], hkeys, {
    tips: ['nondeterministic_output_order'],
  }),
  entry('hvals', '2.0.0', 2, ['readonly'], [keyAt('RO access')], hvals, {
    tips: ['nondeterministic_output_order'],
  }),
  entry('hincrby', '2.0.0', 4, ['write', 'denyoom', 'fast'], [keyAt('RW access update')], hincrby),
  entry(
    'hincrbyfloat',
    '2.6.0',
    4,
    ['write', 'denyoom', 'fast'],
    [keyAt('RW access update')],
    hincrbyfloat,
  ),
  entry('hrandfield', '6.2.0', -2, ['readonly'], [keyAt('RO access')], hrandfield, {
    tips: ['nondeterministic_output'],
  }),
  entry('hscan', '2.8.0', -3, ['readonly'], [keyAt('RO access')], hscan, {
    tips: ['nondeterministic_output'],
  }),
];

/** HSCAN returns a hash of at most this many fields whole (the default of hash-max-listpack-entries). */
const COMPACT_FIELDS = 512;

const HASH_NOT_INTEGER = 'ERR hash value is not an integer';
const HASH_NOT_FLOAT = 'ERR hash value is not a float';
const OVERFLOW = 'ERR increment or decrement would overflow';
const INCREMENT_INFINITE = 'ERR value is NaN or Infinity';
const SUM_INFINITE = 'ERR increment would produce NaN or Infinity';

/** Sets all pairs. Returns the number of new fields; undefined after an error reply. */
function setPairs(call: DataCall): number | undefined {
  const { argc } = call;
  if (argc % 2 === 1) {
    call.wrongArity();
    return undefined;
  }
  const key = call.str(1);
  const old = call.write(key);
  if (isWrongType(call, old, HashValue)) return undefined;
  const hash = old ?? new HashValue();
  let created = 0;
  for (let i = 2; i < argc; i += 2) {
    if (hash.set(call.str(i), call.arg(i + 1))) created += 1;
  }
  settle(hash, call.limits);
  if (old === undefined) storeValue(call, key, hash);
  call.changed(key, argc / 2 - 1);
  call.notify('h', 'hset', key);
  return created;
}

function hset(call: DataCall): void {
  const created = setPairs(call);
  if (created !== undefined) call.reply.integer(created);
}

function hmset(call: DataCall): void {
  if (setPairs(call) !== undefined) call.reply.ok();
}

function hsetnx(call: DataCall): void {
  const key = call.str(1);
  const field = call.str(2);
  const old = call.write(key);
  if (isWrongType(call, old, HashValue)) return;
  if (old?.has(field)) {
    call.reply.integer(0);
    return;
  }
  setField(call, key, old, field, call.arg(3));
  call.reply.integer(1);
  call.notify('h', 'hset', key);
}

/** Sets one field; creates the hash if there is none. */
function setField(
  call: DataCall,
  key: string,
  old: HashValue | undefined,
  field: string,
  value: Bytes,
): void {
  const hash = old ?? new HashValue();
  hash.set(field, value);
  settle(hash, call.limits);
  if (old === undefined) storeValue(call, key, hash);
  call.changed(key);
}

function hget(call: DataCall): void {
  const hash = existing(call, call.read(call.str(1)), HashValue, replyNull);
  if (hash === undefined) return;
  call.reply.bulkOrNull(hash.get(call.str(2)));
}

function hmget(call: DataCall): void {
  const hash = call.read(call.str(1));
  if (isWrongType(call, hash, HashValue)) return;
  call.reply.array(call.argc - 2);
  for (let i = 2; i < call.argc; i += 1) call.reply.bulkOrNull(hash?.get(call.str(i)));
}

function hgetall(call: DataCall): void {
  const { reply } = call;
  const hash = existing(call, call.read(call.str(1)), HashValue, replyEmptyMap);
  if (hash === undefined) return;
  reply.map(hash.size);
  hash.forEach((field, value) => {
    reply.bulk(field);
    reply.bulk(value);
  });
}

function hkeys(call: DataCall): void {
  const { reply } = call;
  const hash = existing(call, call.read(call.str(1)), HashValue, replyEmptyArray);
  if (hash === undefined) return;
  reply.array(hash.size);
  hash.forEach((field) => {
    reply.bulk(field);
  });
}

function hvals(call: DataCall): void {
  const { reply } = call;
  const hash = existing(call, call.read(call.str(1)), HashValue, replyEmptyArray);
  if (hash === undefined) return;
  reply.array(hash.size);
  hash.forEach((_field, value) => {
    reply.bulk(value);
  });
}

function hdel(call: DataCall): void {
  const key = call.str(1);
  const hash = existing(call, call.write(key), HashValue, replyZero);
  if (hash === undefined) return;
  let deleted = 0;
  for (let i = 2; i < call.argc; i += 1) {
    if (hash.delete(call.str(i))) deleted += 1;
  }
  if (deleted > 0) {
    call.changed(key, deleted);
    call.notify('h', 'hdel', key);
    if (hash.size === 0) removeKey(call, key);
  }
  call.reply.integer(deleted);
}

function hlen(call: DataCall): void {
  const hash = existing(call, call.read(call.str(1)), HashValue, replyZero);
  if (hash === undefined) return;
  call.reply.integer(hash.size);
}

function hstrlen(call: DataCall): void {
  const hash = existing(call, call.read(call.str(1)), HashValue, replyZero);
  if (hash === undefined) return;
  call.reply.integer(hash.get(call.str(2))?.length ?? 0);
}

function hexists(call: DataCall): void {
  const hash = existing(call, call.read(call.str(1)), HashValue, replyZero);
  if (hash === undefined) return;
  call.reply.integer(hash.has(call.str(2)) ? 1 : 0);
}

function hincrby(call: DataCall): void {
  const key = call.str(1);
  const field = call.str(2);
  const increment = parseInteger(call.str(3));
  if (increment === undefined) {
    call.reply.error(replyErrors.notAnInteger);
    return;
  }
  const old = call.write(key);
  if (isWrongType(call, old, HashValue)) return;
  const stored = old?.get(field);
  const current = stored === undefined ? 0n : parseInt64(toLatin1(stored));
  if (current === undefined) {
    call.reply.error(HASH_NOT_INTEGER);
    return;
  }
  const sum = current + BigInt(increment);
  if (!fitsInt64(sum)) {
    call.reply.error(OVERFLOW);
    return;
  }
  setField(call, key, old, field, sum.toString());
  call.reply.integer(sum);
  call.notify('h', 'hincrby', key);
}

function hincrbyfloat(call: DataCall): void {
  const key = call.str(1);
  const field = call.str(2);
  const increment = parseLongDouble(call.str(3));
  if (increment === undefined) {
    call.reply.error(replyErrors.notAFloat);
    return;
  }
  if (isInfinite(increment)) {
    call.reply.error(INCREMENT_INFINITE);
    return;
  }
  const old = call.write(key);
  if (isWrongType(call, old, HashValue)) return;
  const current = parseLongDouble(toLatin1(old?.get(field) ?? '0'));
  if (current === undefined) {
    call.reply.error(HASH_NOT_FLOAT);
    return;
  }
  const sum = addLongDouble(current, increment);
  if (sum === undefined) {
    call.reply.error(SUM_INFINITE);
    return;
  }
  const value = fromLatin1(formatLongDouble(sum));
  setField(call, key, old, field, value);
  call.reply.bulk(value);
  call.notify('h', 'hincrbyfloat', key);
  // Replicas get the sum, not the increment: another floating-point implementation may add differently.
  call.rewrite('HSET', call.arg(1), call.arg(2), value);
}

function hrandfield(call: DataCall): void {
  const request = readDrawRequest(call, 'withvalues');
  if (request === undefined) return;
  const hash = existing(call, call.read(call.str(1)), HashValue, (call) =>
    replyNoneDrawn(call, request),
  );
  if (hash === undefined) return;
  replyDrawn(call, request, {
    size: hash.size,
    member: (slot) => call.reply.bulk(hash.fieldAt(slot)),
    detail: (slot) => call.reply.bulk(hash.valueAt(slot)),
  });
}

function hscan(call: DataCall): void {
  scanCollection(call, HashValue, COMPACT_FIELDS, (hash, { from, slots, options, found }) =>
    hash.scan(from, slots, (field, value) => {
      if (matches(options, field)) found.push(field, value);
    }),
  );
}
