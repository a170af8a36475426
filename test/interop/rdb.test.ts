/**
 * RDB files between us and redis-server 7.0: what we write it loads, what it writes we read, in all
 * encodings; DEBUG DIGEST is the judge. Skipped without a redis-server, unless REQUIRE_PEERS=1.
 */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dbDigest, digestValue } from '../../src/engine/data/digest.ts';
import type { Keyspace } from '../../src/engine/data/table/keyspace.ts';
import { typeName } from '../../src/engine/data/types/value.ts';
import { dumpIsSane, dumpValue, loadDump } from '../../src/engine/persistence/rdb/dump.ts';
import { RdbError } from '../../src/engine/persistence/rdb/errors.ts';
import { missing, skipFor } from '../support/required.ts';
import { file, latin1, oldEncodings, raw, record } from '../unit/rdb/builders.ts';
import { AUX, expiries, readAll, sampleKeyspace, writeAll } from '../unit/rdb/support.ts';
import { checkRdb, RdbServer } from './rdbServer.ts';

const options = { skip: skipFor(missing('redis-server', 'redis-check-rdb')) };

async function withServer(
  input: Buffer | undefined,
  directives: readonly string[],
  use: (server: RdbServer) => Promise<void>,
): Promise<void> {
  const server = await RdbServer.start(input, directives);
  try {
    await use(server);
  } finally {
    await server.stop();
  }
}

/** Types and expiries of all keys, by commands. */
async function assertSameKeys(server: RdbServer, keyspace: Keyspace): Promise<void> {
  for (const database of keyspace.databases) {
    await server.call('SELECT', database.index);
    assert.equal(await server.call('DBSIZE'), database.size);
    const entries: [string, string, number][] = [];
    database.forEach((key, value, expireAt) => {
      entries.push([key, typeName(value), expireAt]);
    });
    for (const [key, type, expireAt] of entries) {
      assert.equal(await server.call('TYPE', latin1(key)), type);
      assert.equal(await server.call('PEXPIRETIME', latin1(key)), expireAt);
    }
  }
  await server.call('SELECT', 0);
}

test('redis-check-rdb accepts what we write', options, () => {
  const keyspace = sampleKeyspace();
  for (const compression of [true, false]) {
    for (const checksum of [true, false]) {
      const { code, text } = checkRdb(writeAll(keyspace, { compression, checksum }));
      assert.equal(code, 0, text);
      assert.match(text, checksum ? /Checksum OK/ : /RDB file was saved with checksum disabled/);
      assert.match(text, /\\o\/ RDB looks OK! \\o\//);
    }
  }
});

test('redis-server starts from our file and has all data', options, async () => {
  const keyspace = sampleKeyspace();
  for (const compression of [true, false]) {
    const input = writeAll(keyspace, { compression, checksum: true });
    await withServer(input, [], async (server) => {
      assert.equal(await server.digest(), dbDigest(keyspace));
      await assertSameKeys(server, keyspace);
      assert.equal(await server.call('GET', 'number:-2147483649'), '-2147483649');
      assert.equal(await server.call('STRLEN', 'noise:300000'), 300_000);
      assert.equal(await server.call('LLEN', 'list:3000'), 3000);
      assert.equal(await server.call('ZSCORE', 'zset:1', 'lowest'), '-inf');
      assert.equal(await server.call('HGET', 'hash:3000', 'field 9'), hashField(keyspace));
    });
  }
});

function hashField(keyspace: Keyspace): string {
  const hash = keyspace.databases[0]!.get('hash:3000') as { get(field: string): unknown };
  return String(hash.get('field 9'));
}

test('redis-server takes our function libraries', options, async () => {
  const code = "#!lua name=mine\nredis.register_function('f', function() return 'called' end)";
  const aux = { ...AUX, functions: [code] };
  const input = writeAll(sampleKeyspace(), { compression: true, checksum: true }, 1 << 16, aux);
  await withServer(input, [], async (server) => {
    assert.equal(await server.call('FCALL', 'f', 0), 'called');
    assert.deepEqual(readAll(await server.save()).functions, [code]);
  });
});

test('the files built by hand are what redis-server understands', options, async () => {
  const input = file(oldEncodings());
  await withServer(input, [], async (server) => {
    assert.equal(await server.call('DBSIZE'), oldEncodings().length);
    const { keyspace } = readAll(input);
    assert.equal(await server.digest(), dbDigest(keyspace));
    await assertSameKeys(server, keyspace);
  });
});

const COMPACT = [
  ...['--hash-max-listpack-entries', '10000', '--hash-max-listpack-value', '10000'],
  ...['--zset-max-listpack-entries', '10000', '--zset-max-listpack-value', '10000'],
  ...['--set-max-intset-entries', '10000', '--list-max-listpack-size', '-5'],
];
const PLAIN = [
  ...['--hash-max-listpack-entries', '0', '--zset-max-listpack-entries', '0'],
  ...['--set-max-intset-entries', '0', '--list-max-listpack-size', '3'],
];
const VARIANTS: [string, readonly string[], readonly string[]][] = [
  ['compact encodings', COMPACT, ['listpack', 'listpack', 'intset']],
  ['plain encodings', PLAIN, ['hashtable', 'skiplist', 'hashtable']],
  ['compact, uncompressed', [...COMPACT, '--rdbcompression', 'no'], []],
  [
    'plain, uncompressed, no checksum',
    [...PLAIN, '--rdbcompression', 'no', '--rdbchecksum', 'no'],
    [],
  ],
  ['compressed list nodes', ['--list-compress-depth', '1', '--list-max-listpack-size', '20'], []],
  ['with FREQ', ['--maxmemory', '1gb', '--maxmemory-policy', 'allkeys-lfu'], []],
  ['with IDLE', ['--maxmemory', '1gb', '--maxmemory-policy', 'allkeys-lru'], []],
];

/** Adds what our sample lacks: integers only, quicklist nodes of one big element, small things. */
async function addMore(server: RdbServer): Promise<void> {
  await server.call('SADD', 'integers', 1, -2, 70_000, '9223372036854775807');
  await server.call('SADD', 'small integers', 1, 2, 3);
  await server.call('DEBUG', 'QUICKLIST-PACKED-THRESHOLD', '1000b');
  await server.call(
    'RPUSH',
    'nodes',
    'a',
    'x'.repeat(3000),
    'b',
    'y'.repeat(100_000),
    '-1',
    '4095',
  );
  await server.call('HSET', 'h', 'f', 'v', 'n', '-123456789');
  await server.call('ZADD', 'z', '1', 'a', '-0.1', 'b', 'inf', 'c', '3', 'd');
  await server.call('EXPIRE', 'h', 100_000);
}

for (const [name, directives, encodings] of VARIANTS) {
  test(`we read what redis-server writes: ${name}`, options, async () => {
    await withServer(writeAll(sampleKeyspace()), directives, async (server) => {
      await addMore(server);
      for (const [index, encoding] of encodings.entries()) {
        const key = ['hash:3000', 'zset:3000', 'small integers'][index]!;
        assert.equal(await server.call('OBJECT', 'ENCODING', key), encoding);
      }
      const input = await server.save();
      for (const chunkBytes of [input.length, 1000]) {
        const sink = readAll(input, chunkBytes);
        assert.equal(dbDigest(sink.keyspace), await server.digest());
        assert.equal(sink.auxFields.get('redis-ver'), '7.0.15');
        assert.equal(Object.keys(expiries(sink.keyspace)).length, 5);
        await assertSameKeys(server, sink.keyspace);
      }
    });
  });
}

test('a stream is refused by name', options, async () => {
  await withServer(undefined, [], async (server) => {
    await server.call('XADD', 'events', '*', 'f', 'v');
    const input = await server.save();
    assert.throws(() => readAll(input), {
      fault: 'unsupported',
      message: /Key 'events' holds a st/,
    });
  });
});

test('DUMP and RESTORE cross over', options, async () => {
  const database = sampleKeyspace().databases[0]!;
  await withServer(undefined, [], async (server) => {
    for (const key of ['zeros:1024', 'number:-129', 'list:5', 'set:5', 'hash:3000', 'zset:5']) {
      const value = database.get(key)!;
      await server.call('RESTORE', key, 0, dumpValue(value, true));
      assert.equal(String(await server.call('DEBUG', 'DIGEST-VALUE', key)), digestValue(value));
      const payload = (await server.redis.callBuffer('DUMP', [key])) as Buffer;
      assert.ok(dumpIsSane(payload));
      assert.equal(digestValue(loadDump(payload)), digestValue(value));
    }
  });
});

test('what is wrong with a file is said as redis-server says it', options, async () => {
  const sane = writeAll(sampleKeyspace());
  const damaged = Buffer.from(sane);
  damaged[sane.length - 4]! ^= 1;
  const inputs = [
    latin1('XEDIS0010 and so on'),
    latin1('REDIS0099 and so on'),
    damaged,
    sane.subarray(0, 5000),
    file([Buffer.from([0xfe, 16])]),
    file([record('zset', 'k', Buffer.concat([Buffer.from([1]), raw('m'), raw('no number')]))]),
  ];
  for (const input of inputs) {
    const log = await RdbServer.logOfRefusal(input);
    assert.throws(
      () => readAll(input),
      (error) => {
        assert.ok(error instanceof RdbError);
        assert.ok(log.includes(` # ${error.message}`), `${error.message}\nis not in\n${log}`);
        return true;
      },
    );
  }
});

test('corruption is named as redis-server names it', options, async () => {
  const twice = Buffer.concat([Buffer.from([2]), raw('m'), raw('m')]);
  const inputs = [
    file([record('set', 'k', twice)]),
    file([record('string', 'k', Buffer.from([0xc4]))]),
    file([record('string', 'k', Buffer.from([0xc3, 2, 30, 0, 0]))]),
    file([record('listZiplist', 'k', raw('no ziplist'))]),
    file([record('hashListpack', 'k', raw('no listpack'))]),
    file([record('listQuicklist2', 'k', Buffer.from([1, 3, 0]))]),
    file([Buffer.from([30, 1, 107])]),
  ];
  for (const input of inputs) {
    const log = await RdbServer.logOfRefusal(input);
    assert.throws(
      () => readAll(input),
      (error) => {
        assert.ok(error instanceof RdbError);
        const reason = error.message.slice(error.message.indexOf(' -> '));
        assert.ok(log.includes(reason), `${reason}\nis not in\n${log}`);
        return true;
      },
    );
  }
});
