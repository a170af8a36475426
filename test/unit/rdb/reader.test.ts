/** Reading RDB files in slices: every encoding, every division into chunks, every damage. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dbDigest } from '../../../src/engine/data/digest.ts';
import { Keyspace } from '../../../src/engine/data/table/keyspace.ts';
import type { HashValue } from '../../../src/engine/data/types/hash.ts';
import type { ListValue } from '../../../src/engine/data/types/list.ts';
import type { SetValue } from '../../../src/engine/data/types/set.ts';
import type { ZsetValue } from '../../../src/engine/data/types/zset.ts';
import { copyState } from '../../../src/engine/machine/state.ts';
import { RdbError, type RdbFault } from '../../../src/engine/persistence/rdb/errors.ts';
import { RdbReader } from '../../../src/engine/persistence/rdb/reader.ts';
import { bytes, file, latin1, length, oldEncodings, raw, record } from './builders.ts';
import { DATABASES, KeyspaceSink, readAll, sampleKeyspace, writeAll } from './support.ts';

function assertFault(input: Buffer, fault: RdbFault, message: RegExp): void {
  assert.throws(
    () => readAll(input),
    (error) => {
      assert.ok(error instanceof RdbError, String(error));
      assert.equal(error.fault, fault);
      assert.match(error.message, message);
      return true;
    },
  );
}

function get<T>(sink: KeyspaceSink, key: string): T {
  return sink.keyspace.databases[0]!.get(key) as T;
}

function listOf(list: ListValue): string[] {
  const items: string[] = [];
  list.forEach((item) => {
    items.push(item.toString('latin1'));
  });
  return items;
}

test('chunks of any size give the same data', () => {
  const keyspace = sampleKeyspace();
  const input = writeAll(keyspace);
  for (const chunkBytes of [1, 7, 1000, 100_000]) {
    assert.equal(dbDigest(readAll(input, chunkBytes).keyspace), dbDigest(keyspace));
  }
});

test('old encodings hold what they were built from', () => {
  for (const chunkBytes of [1, 10_000]) {
    const sink = readAll(file(oldEncodings()), chunkBytes);
    const hash = get<HashValue>(sink, 'zipmap:unused');
    assert.deepEqual([hash.size, hash.get('f'), hash.get('g')], [2, 'v', 'w']);
    const items = listOf(get<ListValue>(sink, 'ziplist'));
    assert.equal(items.length, 20);
    assert.deepEqual(items.slice(4, 8), ['0', '12', '13', '-1']);
    assert.deepEqual(items.slice(-2), ['9223372036854775807', '-9223372036854775808']);
    assert.deepEqual(listOf(get<ListValue>(sink, 'quicklist')), [...items, 'b', 'c']);
    assert.deepEqual(listOf(get<ListValue>(sink, 'quicklist2')).slice(0, 20), items);
    assert.ok(get<SetValue>(sink, 'intset:64').has('-5000000000000'));
    assert.equal(get<ZsetValue>(sink, 'zset:ziplist').score('b'), 0.5);
    assert.equal(get<ZsetValue>(sink, 'zset:listpack').score('d'), Number.POSITIVE_INFINITY);
    assert.equal(get<ZsetValue>(sink, 'zset:text').score('c'), Number.NEGATIVE_INFINITY);
    assert.equal(get<ZsetValue>(sink, 'zset:text').score('d'), -300);
    assert.equal(get<HashValue>(sink, 'hash:listpack').get('g'), '7');
  }
});

test('records around keys', () => {
  const sink = readAll(
    file([
      bytes(0xfb, 1, 1),
      bytes(0xf9, 7), // FREQ
      bytes(0xf8, 0x41, 0), // IDLE
      bytes(0xfd, 2, 0, 0, 0), // expires at second 2
      record('string', 'a', raw('1')),
      record('string', 'b', raw('2')),
      Buffer.concat([bytes(0xf5), raw('#!lua name=new\ncode')]),
      Buffer.concat([bytes(0xf6), raw('old'), raw('LUA'), bytes(1), raw('about'), raw('code')]),
      record('set', 'nothing', bytes(0)),
    ]),
  );
  assert.equal(sink.keyspace.databases[0]!.expireAt('a'), 2000);
  assert.equal(sink.keyspace.databases[0]!.expireAt('b'), -1);
  assert.deepEqual(sink.functions, ['#!lua name=new\ncode', '#!LUA name=old\ncode']);
  assert.deepEqual(sink.emptyKeys, ['nothing']);
});

test('versions before 5 end without a checksum', () => {
  const sink = readAll(file([record('string', 'a', raw('1'))], 4));
  assert.equal(sink.keyspace.databases[0]!.size, 1);
});

test('what follows the file is left alone', () => {
  const reader = new RdbReader({ checksum: true, databases: DATABASES });
  const input = writeAll(new Keyspace(1));
  reader.push(Buffer.concat([input, Buffer.from('EOF ')]));
  reader.push(Buffer.from('mark'));
  assert.equal(reader.read(new KeyspaceSink(), 1 << 20), 'done');
  assert.equal(reader.bytesRead, input.length);
  assert.equal(reader.rest().toString(), 'EOF mark');
  assert.equal(reader.checksumDisabled, false);
});

test('slices end inside a big key', () => {
  const reader = new RdbReader({ checksum: true, databases: DATABASES });
  const members = Array.from({ length: 1000 }, (_, i) => raw(`member ${i}`));
  reader.push(file([record('set', 's', Buffer.concat([length(1000), ...members]))]));
  const sink = new KeyspaceSink();
  let slices = 1;
  for (let before = 0; reader.read(sink, 100) === 'more'; slices += 1) {
    assert.ok(reader.bytesRead - before <= 120);
    before = reader.bytesRead;
  }
  assert.ok(slices > 90);
  assert.equal(get<SetValue>(sink, 's').size, 1000);
  assert.equal(reader.checksumDisabled, true);
});

test('a copy of a reader goes on by itself', () => {
  const keyspace = sampleKeyspace();
  const input = writeAll(keyspace);
  const reader = new RdbReader({ checksum: true, databases: DATABASES });
  const sink = new KeyspaceSink();
  const middle = input.length - 60_000;
  reader.push(Buffer.from(input.subarray(0, middle)));
  while (reader.read(sink, 5000) === 'more');
  const copy = copyState(reader);
  const digests = new Set<string>();
  for (const each of [reader, copy]) {
    each.push(Buffer.from(input.subarray(middle)));
    const rest = new KeyspaceSink();
    while (each.read(rest, 5000) === 'more');
    digests.add(dbDigest(rest.keyspace));
    assert.equal(get<ZsetValue>(rest, 'zset:3000').size, 3003);
  }
  assert.equal(digests.size, 1);
});

test('a long value in short chunks is assembled once', () => {
  const reader = new RdbReader({ checksum: false, databases: DATABASES });
  const sink = new KeyspaceSink();
  const input = file([record('string', 'k', raw(Buffer.alloc(40_000_000, 'x')))]);
  for (let at = 0; at < input.length; at += 1000) {
    reader.push(input.subarray(at, at + 1000));
    reader.read(sink, 1000);
  }
  assert.equal(reader.read(sink, 1000), 'done');
  assert.equal(get<Buffer>(sink, 'k').length, 40_000_000);
});

test('wrong header', () => {
  assertFault(latin1('XEDIS0010'), 'signature', /^Wrong signature trying to load DB from file$/);
  assertFault(latin1('REDIS0099'), 'version', /^Can't handle RDB format version 99$/);
  assertFault(latin1('REDISab10'), 'version', /^Can't handle RDB format version 0$/);
  assertFault(latin1('REDIS00'), 'shortRead', /^Short read or OOM loading DB\. Unrecoverable/);
  assertFault(Buffer.alloc(0), 'shortRead', /^Short read/);
});

test('wrong checksum, as redis-server words it', () => {
  const input = Buffer.concat([latin1('REDIS0010'), bytes(0xff), Buffer.alloc(8, 1)]);
  const text = 'expected: (eb7ea789fe37fda9) but got (101010101010101). Aborting now.';
  assert.throws(() => readAll(input), { message: `Wrong RDB checksum ${text}`, fault: 'checksum' });
  assert.equal(readAll(input, 5, false).emptyKeys.length, 0);
});

test('a flipped bit anywhere in a file is found', () => {
  const keyspace = new Keyspace(16);
  keyspace.databases[0]!.set('key', 'value '.repeat(10));
  const input = writeAll(keyspace);
  for (let at = 0; at < input.length; at += 1) {
    const flipped = Buffer.from(input);
    flipped[at]! ^= 4;
    assert.throws(() => readAll(flipped), RdbError, `byte ${at}`);
  }
});

test('every truncation is a short read', () => {
  const input = file(oldEncodings());
  for (let end = 0; end < input.length - 1; end += 1 + (end % 13)) {
    assertFault(input.subarray(0, end), 'shortRead', /^Short read/);
  }
});

test('a length that nothing backs is refused without allocating', () => {
  const huge = bytes(0x81, 0x10, 0, 0, 0, 0, 0, 0, 0);
  assertFault(file([record('string', 'k', huge)]), 'shortRead', /^Short read/);
  const set = Buffer.concat([latin1('REDIS0010'), record('set', 'k', huge), raw('m')]);
  assertFault(set, 'shortRead', /^Short read/);
  const lzf = Buffer.concat([bytes(0xc3, 3), length(400_000_000), bytes(0xe0, 0xff, 0)]);
  assertFault(file([record('string', 'k', lzf)]), 'corrupt', /-> Invalid LZF compressed string$/);
});

test('corrupt records', () => {
  const two = (type: 'set' | 'hash' | 'zset2', element: Buffer) =>
    file([record(type, 'k', Buffer.concat([bytes(2), element, element]))]);
  const nan = Buffer.concat([bytes(1), raw('m'), bytes(0, 0, 0, 0, 0, 0, 0xf8, 0x7f)]);
  const score = Buffer.concat([raw('m'), Buffer.alloc(8)]);
  const cases: [Buffer, RegExp][] = [
    [two('set', raw('m')), /^Internal error in RDB reading offset 17 -> Duplicate set members/],
    [two('hash', Buffer.concat([raw('f'), raw('v')])), /Duplicate hash fields detected$/],
    [two('zset2', score), /Duplicate zset fields detected$/],
    [file([record('zset2', 'k', nan)]), /Zset with NAN score detected$/],
    [file([bytes(30, 1, 107)]), /Unknown RDB encoding type 30$/],
    [file([record('string', 'k', bytes(0xc4))]), /Unknown RDB string encoding type 4$/],
    [file([record('string', 'k', bytes(0x82))]), /Unknown length encoding 130 in rdbLoadLen\(\)$/],
    [file([record('listQuicklist2', 'k', bytes(1, 3, 0))]), /Quicklist integrity check failed\.$/],
    [file([record('listQuicklist', 'k', bytes(1, 1, 0))]), /Ziplist integrity check failed\.$/],
    [file([record('hashListpack', 'k', raw('x'))]), /Hash listpack integrity check failed\.$/],
    [file([record('setIntset', 'k', raw('x'))]), /Intset integrity check failed\.$/],
    [file([record('hashZipmap', 'k', raw('x'))]), /Zipmap integrity check failed\.$/],
  ];
  for (const [input, message] of cases) assertFault(input, 'corrupt', message);
});

test('kinds of data that are not supported name their key', () => {
  assertFault(file([bytes(15, 1, 107)]), 'unsupported', /Key 'k' holds a stream/);
  assertFault(file([bytes(19, 1, 107)]), 'unsupported', /Key 'k' holds a stream/);
  assertFault(file([bytes(7, 1, 107)]), 'unsupported', /Key 'k' holds module data/);
  assertFault(file([bytes(247)]), 'unsupported', /module AUX data/);
});

test('a database that is not configured', () => {
  const message = /^FATAL: Data file was created with .* more than 16 databases\. Exiting$/;
  assertFault(file([bytes(0xfe, 16)]), 'databases', message);
});
