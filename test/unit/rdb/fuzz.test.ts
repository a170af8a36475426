/**
 * Whatever the bytes, a reader decodes them or throws RdbError: never anything else, never without
 * end. Checksums are off, so that damage reaches the decoders.
 */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Keyspace } from '../../../src/engine/data/table/keyspace.ts';
import { ListValue } from '../../../src/engine/data/types/list.ts';
import { ZsetValue } from '../../../src/engine/data/types/zset.ts';
import { Random, seedFromNumber } from '../../../src/engine/machine/random.ts';
import { RdbError } from '../../../src/engine/persistence/rdb/errors.ts';
import { bytes, file, oldEncodings, raw, record } from './builders.ts';
import { readAll, writeAll } from './support.ts';

const ROUNDS = 20_000;
const RANDOM_BYTES_MAX = 200;

/** Bytes that mean something somewhere in the format. */
const TELLING = [0, 1, 0x3f, 0x40, 0x7f, 0x80, 0x81, 0xc0, 0xc3, 0xf4, 0xfa, 0xfc, 0xfe, 0xff];

function corpus(): Buffer[] {
  const keyspace = new Keyspace(2);
  const zset = new ZsetValue();
  const list = new ListValue();
  for (let i = 0; i < 5; i += 1) {
    zset.set(`m${i}`, i / 3);
    list.pushRight(i % 2 === 0 ? String(i) : 'abc'.repeat(20));
  }
  keyspace.databases[0]!.set('zset', zset);
  keyspace.databases[0]!.set('list', list);
  keyspace.databases[1]!.set('string', 'compressible '.repeat(10));
  keyspace.databases[1]!.setExpireAt('string', 1);
  const functions = Buffer.concat([bytes(0xf6), raw('n'), raw('e'), bytes(0), raw('c')]);
  const each = oldEncodings().map((one) => file([one]));
  const small = file([functions, record('zset', 'z', bytes(1, 1, 97, 1, 49)), bytes(0xf9, 1)]);
  return [...each, small, file(oldEncodings()), writeAll(keyspace)];
}

function mutate(random: Random, input: Buffer, others: readonly Buffer[]): Buffer {
  const at = random.below(input.length);
  switch (random.below(6)) {
    case 0: {
      const result = Buffer.from(input);
      result[at]! ^= 1 << random.below(8);
      return result;
    }
    case 1: {
      const result = Buffer.from(input);
      result[at] = TELLING[random.below(TELLING.length)]!;
      return result;
    }
    case 2:
      return input.subarray(0, at);
    case 3: {
      const other = others[random.below(others.length)]!;
      return Buffer.concat([input.subarray(0, at), other.subarray(random.below(other.length))]);
    }
    case 4: {
      const inserted = Array.from({ length: 1 + random.below(9) }, () => random.below(256));
      return Buffer.concat([input.subarray(0, at), Buffer.from(inserted), input.subarray(at)]);
    }
    default:
      return Buffer.concat([input.subarray(0, at), input.subarray(at + 1 + random.below(5))]);
  }
}

function randomInput(random: Random): Buffer {
  const header = random.chance(0.9) ? Buffer.from('REDIS0010') : Buffer.alloc(0);
  const body = Array.from({ length: random.below(RANDOM_BYTES_MAX) }, () =>
    random.chance(0.3) ? random.below(20) : random.below(256),
  );
  return Buffer.concat([header, Buffer.from(body)]);
}

test(`${ROUNDS} random and damaged inputs`, () => {
  const random = new Random(seedFromNumber(20_000));
  const originals = corpus();
  for (const original of originals) readAll(original, original.length, false);
  let refused = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    let input = randomInput(random);
    if (random.chance(0.85)) {
      input = originals[random.below(originals.length)]!;
      const damages = 1 + random.below(3);
      for (let i = 0; i < damages && input.length > 0; i += 1) {
        input = mutate(random, input, originals);
      }
    }
    const chunkBytes = random.chance(0.5) ? 1 + random.below(50) : Math.max(1, input.length);
    try {
      readAll(input, chunkBytes, false);
    } catch (error) {
      if (!(error instanceof RdbError)) {
        assert.fail(`round ${round}: ${(error as Error).stack}\n${input.toString('hex')}`);
      }
      refused += 1;
    }
  }
  // Both outcomes must be common, or the damage is of the wrong kind.
  assert.ok(refused > ROUNDS / 4 && refused < (ROUNDS * 95) / 100, `${refused} refused`);
});
