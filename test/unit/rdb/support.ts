/** What the RDB tests share: keyspaces with everything in them, whole writes, whole reads. */

import type { ByteView } from '../../../src/engine/data/table/byteView.ts';
import { Keyspace } from '../../../src/engine/data/table/keyspace.ts';
import { HashValue } from '../../../src/engine/data/types/hash.ts';
import { ListValue } from '../../../src/engine/data/types/list.ts';
import { SetValue } from '../../../src/engine/data/types/set.ts';
import type { Collection } from '../../../src/engine/data/types/value.ts';
import { ZsetValue } from '../../../src/engine/data/types/zset.ts';
import { Random, seedFromNumber } from '../../../src/engine/machine/random.ts';
import { RdbReader, type RdbSink } from '../../../src/engine/persistence/rdb/reader.ts';
import {
  type RdbAux,
  RdbWriter,
  type RdbWriterOptions,
} from '../../../src/engine/persistence/rdb/writer.ts';

export const AUX: RdbAux = { ctime: 1_700_000_000, usedMemory: 1_000_000 };
export const DATABASES = 16;
/** In 2100, so that a real server does not expire it. */
const FAR_FUTURE_MS = 4_102_444_800_123;

/** Fills a keyspace from what a reader finds. */
export class KeyspaceSink implements RdbSink {
  readonly keyspace = new Keyspace(DATABASES);
  readonly auxFields = new Map<string, string>();
  readonly functions: string[] = [];
  readonly emptyKeys: string[] = [];
  readonly hints: [number, number][] = [];
  private database = 0;

  aux(name: string, value: string): void {
    this.auxFields.set(name, value);
  }
  select(database: number): void {
    this.database = database;
  }
  resize(keys: number, expires: number): void {
    this.hints.push([keys, expires]);
  }
  stringEntry(key: ByteView, value: ByteView, expireAt: number): void {
    const database = this.keyspace.databases[this.database]!;
    database.setViews(key, value);
    if (expireAt !== -1) database.setExpireAt(key.text(), expireAt);
  }
  entry(key: string, value: Collection, expireAt: number): void {
    const database = this.keyspace.databases[this.database]!;
    database.set(key, value);
    if (expireAt !== -1) database.setExpireAt(key, expireAt);
  }
  emptyKey(key: string): void {
    this.emptyKeys.push(key);
  }
  function(code: string): void {
    this.functions.push(code);
  }
}

export function writeAll(
  keyspace: Keyspace,
  options: RdbWriterOptions = { compression: true, checksum: true },
  sliceBytes = 64 * 1024,
  aux: RdbAux = AUX,
): Buffer {
  return drain(new RdbWriter(keyspace.snapshot(), aux, options), sliceBytes);
}

export function drain(writer: RdbWriter, sliceBytes: number): Buffer {
  const pieces: Buffer[] = [];
  for (let piece = writer.next(sliceBytes); piece !== undefined; piece = writer.next(sliceBytes)) {
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

/** Reads a file that arrives in chunks; throws what the reader throws. */
export function readAll(file: Buffer, chunkBytes = file.length, checksum = true): KeyspaceSink {
  const reader = new RdbReader({ checksum, databases: DATABASES });
  const sink = new KeyspaceSink();
  for (let at = 0; at < file.length; at += chunkBytes) {
    reader.push(Buffer.from(file.subarray(at, at + chunkBytes)));
    while (reader.read(sink, 1000) === 'more');
  }
  reader.end();
  while (reader.read(sink, 1000) === 'more');
  return sink;
}

/** Every expiry, in a form that assert.deepEqual compares. */
export function expiries(keyspace: Keyspace): Record<string, number> {
  const result: Record<string, number> = {};
  for (const database of keyspace.databases) {
    database.forEach((key, _value, expireAt) => {
      if (expireAt !== -1) result[`${database.index} ${key}`] = expireAt;
    });
  }
  return result;
}

function noise(random: Random, length: number): string {
  let text = '';
  for (let i = 0; i < length; i += 1) text += String.fromCharCode(random.below(256));
  return text;
}

function strings(random: Random): Record<string, string | Buffer> {
  const result: Record<string, string | Buffer> = { empty: '', '': 'under the empty key' };
  const widths = ['127', '-128', '128', '-129', '32767', '-32768', '32768', '-32769'];
  const wide = ['2147483647', '-2147483648', '2147483648', '-2147483649', '9223372036854775807'];
  const almost = ['00', '01', '-0', '-', '+1', ' 1', '1 ', '1.0', '0x1', '12345678901'];
  for (const text of ['0', '-1', ...widths, ...wide, ...almost]) result[`number:${text}`] = text;
  for (const length of [20, 21, 63, 64, 1024, 1025, 16383, 16384, 300_000]) {
    const zeros = Buffer.alloc(length, '0');
    const random8 = Buffer.from(noise(random, length), 'latin1');
    result[`zeros:${length}`] = length <= 1024 ? zeros.toString('latin1') : zeros;
    result[`noise:${length}`] = length <= 1024 ? random8.toString('latin1') : random8;
  }
  result[`key of ${'k'.repeat(70_000)}`] = 'long key';
  result['binary\r\n\0\xff'] = '\0\xff\r\n';
  return result;
}

function fillCollections(keyspace: Keyspace, random: Random, size: number): void {
  const database = keyspace.databases[0]!;
  const list = new ListValue();
  const set = new SetValue();
  const numbers = new SetValue();
  const hash = new HashValue();
  const zset = new ZsetValue();
  for (let i = 0; i < size; i += 1) {
    list.pushRight(random.chance(0.5) ? String(i * 1009) : noise(random, random.below(90)));
    set.add(`${i}:${noise(random, random.below(40))}`);
    numbers.add(String((i - size / 2) * 2 ** random.below(40)));
    hash.set(`field ${i}`, 'v'.repeat(random.below(80)));
    zset.set(`member ${i}`, (random.fraction() - 0.5) * 10 ** (random.below(40) - 20));
  }
  zset.set('highest', Number.POSITIVE_INFINITY);
  zset.set('lowest', Number.NEGATIVE_INFINITY);
  zset.set('zero', 0);
  database.set(`list:${size}`, list);
  database.set(`set:${size}`, set);
  database.set(`intset:${size}`, numbers);
  database.set(`hash:${size}`, hash);
  database.set(`zset:${size}`, zset);
  database.setExpireAt(`zset:${size}`, FAR_FUTURE_MS);
}

/** A keyspace with every type and encoding, expiries and several databases. */
export function sampleKeyspace(): Keyspace {
  const random = new Random(seedFromNumber(7));
  const keyspace = new Keyspace(DATABASES);
  for (const [key, value] of Object.entries(strings(random)))
    keyspace.databases[0]!.set(key, value);
  for (const size of [1, 5, 3000]) fillCollections(keyspace, random, size);
  keyspace.databases[3]!.set('expires', 'yes');
  keyspace.databases[3]!.setExpireAt('expires', FAR_FUTURE_MS);
  keyspace.databases[15]!.set('last', 'database');
  return keyspace;
}
