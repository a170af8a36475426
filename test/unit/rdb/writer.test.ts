/** Writing RDB files in slices: bytes, options, and a keyspace that changes meanwhile. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dbDigest } from '../../../src/engine/data/digest.ts';
import { Keyspace } from '../../../src/engine/data/table/keyspace.ts';
import { SetValue } from '../../../src/engine/data/types/set.ts';
import { copyState } from '../../../src/engine/machine/state.ts';
import { RdbWriter } from '../../../src/engine/persistence/rdb/writer.ts';
import { AUX, drain, expiries, readAll, sampleKeyspace, writeAll } from './support.ts';

const PLAIN = { compression: false, checksum: false };
const FULL = { compression: true, checksum: true };

test('an empty keyspace, byte by byte', () => {
  const file = writeAll(new Keyspace(16), PLAIN, 1000, { ctime: 1, usedMemory: 70_000 });
  const expected = [
    '524544495330303130', // REDIS0010
    'fa0972656469732d76657206372e302e3135', // redis-ver 7.0.15
    'fa0a72656469732d62697473c040', // redis-bits 64
    'fa056374696d65c001', // ctime 1
    'fa08757365642d6d656dc270110100', // used-mem 70000
    'fa08616f662d62617365c000', // aof-base 0
    'ff0000000000000000',
  ];
  assert.equal(file.toString('hex'), expected.join(''));
});

test('keys, an expiry and two databases, byte by byte', () => {
  const keyspace = new Keyspace(16);
  keyspace.databases[0]!.set('k', '1000');
  keyspace.databases[0]!.setExpireAt('k', 0x1_0203_0405);
  const set = new SetValue();
  set.add('m');
  keyspace.databases[9]!.set('s', set);
  const hex = writeAll(keyspace, PLAIN).toString('hex');
  const first = 'fe00' + 'fb0101' + 'fc0504030201000000' + '00' + '016b' + 'c1e803';
  const second = 'fe09' + 'fb0100' + '02' + '0173' + '01' + '016d';
  assert.ok(hex.endsWith(`${first}${second}ff0000000000000000`), hex);
});

test('packed collections are written as the objects they were', () => {
  const keyspace = sampleKeyspace();
  const packed = copyState(keyspace);
  for (const database of packed.databases) database.pack(0);
  for (const options of [PLAIN, FULL]) {
    for (const slice of [10, 1000]) {
      assert.ok(writeAll(packed, options, slice).equals(writeAll(keyspace, options, slice)));
    }
  }
});

test('replication fields and functions are written when given', () => {
  const aux = {
    ...AUX,
    replStreamDb: 3,
    replId: 'f'.repeat(40),
    replOffset: 2 ** 40,
    aofBase: true,
  };
  const functions = ['#!lua name=a\n', '#!lua name=b\n'];
  const sink = readAll(writeAll(new Keyspace(16), FULL, 1000, { ...aux, functions }));
  assert.deepEqual(Object.fromEntries(sink.auxFields), {
    'redis-ver': '7.0.15',
    'redis-bits': '64',
    ctime: String(AUX.ctime),
    'used-mem': String(AUX.usedMemory),
    'repl-stream-db': '3',
    'repl-id': 'f'.repeat(40),
    'repl-offset': '1099511627776',
    'aof-base': '1',
  });
  assert.deepEqual(sink.functions, functions);
});

test('everything written is read back, in all combinations of options', () => {
  const keyspace = sampleKeyspace();
  for (const compression of [true, false]) {
    for (const checksum of [true, false]) {
      const sink = readAll(writeAll(keyspace, { compression, checksum }), 4096);
      assert.equal(dbDigest(sink.keyspace), dbDigest(keyspace));
      assert.deepEqual(expiries(sink.keyspace), expiries(keyspace));
      assert.deepEqual(sink.hints[1], [1, 1]);
      assert.deepEqual(sink.emptyKeys, []);
    }
  }
});

test('the size of the slices does not change the file', () => {
  const keyspace = sampleKeyspace();
  const file = writeAll(keyspace, FULL, 1 << 24);
  for (const sliceBytes of [1, 50, 4096]) {
    assert.ok(writeAll(keyspace, FULL, sliceBytes).equals(file), `slices of ${sliceBytes}`);
  }
});

test('a slice stays near its limit inside one big key, and inside one big value', () => {
  const keyspace = new Keyspace(16);
  const set = new SetValue();
  for (let i = 0; i < 50_000; i += 1) set.add(`member ${i}`);
  keyspace.databases[0]!.set('set', set);
  keyspace.databases[0]!.set('value', Buffer.alloc(3_000_000, 'x'));
  const writer = new RdbWriter(keyspace.snapshot(), AUX, PLAIN);
  const sizes: number[] = [];
  for (let piece = writer.next(10_000); piece !== undefined; piece = writer.next(10_000)) {
    sizes.push(piece.length);
  }
  assert.ok(sizes.length > 300);
  assert.ok(Math.max(...sizes) <= 20_000 && Math.min(...sizes) > 0);
});

test('what is written to the live keyspace meanwhile is not in the file', () => {
  const keyspace = sampleKeyspace();
  const before = writeAll(keyspace);
  const writer = new RdbWriter(keyspace.snapshot(), AUX, FULL);
  const head = writer.next(100_000)!;
  (keyspace.databases[0]!.own('set:3000') as SetValue).add('later');
  keyspace.databases[0]!.set('later', 'x');
  keyspace.databases[3]!.clear();
  assert.ok(Buffer.concat([head, drain(writer, 5000)]).equals(before));
});

test('a copy of a writer goes on where the original stands', () => {
  const writer = new RdbWriter(sampleKeyspace().snapshot(), AUX, FULL);
  for (let round = 0; round < 20; round += 1) writer.next(3000);
  const copy = copyState(writer);
  const first = writer.next(3000)!;
  const rest = drain(copy, 3000);
  assert.ok(Buffer.concat([first, drain(writer, 700)]).equals(rest));
  assert.equal(copy.next(1000), undefined);
});
