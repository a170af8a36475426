/** State as bytes: what is read is what was written, and bytes of any other kind are refused. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Keyspace } from '../../../src/engine/data/table/keyspace.ts';
import { SlabPage } from '../../../src/engine/data/table/slabPage.ts';
import { HashValue } from '../../../src/engine/data/types/hash.ts';
import { ListValue } from '../../../src/engine/data/types/list.ts';
import { SetValue } from '../../../src/engine/data/types/set.ts';
import { ZsetValue } from '../../../src/engine/data/types/zset.ts';
import { ByteReader } from '../../../src/engine/machine/byteReader.ts';
import { CodecError, TAG } from '../../../src/engine/machine/codec.ts';
import { Random, seedFromNumber } from '../../../src/engine/machine/random.ts';
import { copyState, registerState } from '../../../src/engine/machine/state.ts';
import { StateReader } from '../../../src/engine/machine/stateReader.ts';
import { StateWriter } from '../../../src/engine/machine/stateWriter.ts';
import { decoded, encoded, reread } from '../../support/stateBytes.ts';

const MUTATIONS = 10_000;
/** Ten times what the stack of a recursion can hold. */
const CHAIN = 100_000;

test('numbers, texts and all other values come back as they were', () => {
  const numbers = [0, -0, 1, -1, 223, 224, -224, 127, 128, 2 ** 31, 2 ** 53 - 1, -(2 ** 53 - 1)];
  const others = [2 ** 53, 0.1, -1e300, 5e-324, Number.NaN, Infinity, -Infinity];
  const texts = ['', 'a', 'é\xff', '\u0100', '\ud800', '😀', 'x'.repeat(10_000), '→'.repeat(5_000)];
  const rest = [undefined, null, true, false, 0n, -1n, 2n ** 200n, -(16n ** 63n)];
  const values = [...numbers, ...others, ...texts, ...rest];
  const read = reread(values);
  assert.deepEqual(read, values);
  read.forEach((value, index) => {
    assert.ok(Object.is(value, values[index]), String(value));
  });
  for (const value of values) assert.ok(Object.is(reread(value), value));
});

test('the worked example of the layout', () => {
  const inner: unknown[] = [];
  assert.equal(encoded([inner, 5, inner]).toString('hex'), '0b030b00250a01');
});

test('references and cycles are those of the graph', () => {
  const key = { name: 'key' };
  const map = new Map<unknown, unknown>([[key, 'of an object']]);
  const graph = {
    key,
    map,
    set: new Set<unknown>([key, map]),
    none: Object.create(null),
    list: [],
  };
  const list: unknown[] = graph.list;
  list.push(graph, list, undefined);
  const read = reread(graph);
  assert.equal(read.map.get(read.key), 'of an object');
  assert.ok(read.set.has(read.key) && read.set.has(read.map));
  assert.equal(read.list[0], read);
  assert.equal(read.list[1], read.list);
  assert.equal(Object.getPrototypeOf(read.none), null);
  assert.deepEqual(read, graph);
});

test('every view comes back with its class and bytes, and with memory of its own', () => {
  const pooled = [Buffer.from('one'), Buffer.from('two'), Buffer.alloc(0)];
  assert.equal(pooled[0]!.buffer, pooled[1]!.buffer);
  const views = [
    ...pooled,
    Buffer.alloc(9_000, 'long'),
    Buffer.from('a long text').subarray(2, 6),
    Uint8Array.of(1, 255),
    Int8Array.of(-1),
    Uint8ClampedArray.of(255),
    Uint16Array.of(65_535),
    Int16Array.of(-2),
    Uint32Array.of(2 ** 32 - 1),
    Int32Array.of(-3).subarray(0, 1),
    Float32Array.of(0.5),
    Float64Array.of(-0, Number.NaN),
    BigUint64Array.of(2n ** 64n - 1n),
    BigInt64Array.of(-4n),
  ];
  const read = reread(views);
  assert.deepEqual(read, views);
  read.forEach((view, index) => {
    assert.equal(Object.getPrototypeOf(view), Object.getPrototypeOf(views[index]!));
  });
  (read[3] as Buffer).fill(0);
  assert.ok(encoded(read[0]!).length < 20, 'the pool is not written');
  assert.deepEqual(views[3], Buffer.alloc(9_000, 'long'));
});

class Node {
  next: Node | undefined = undefined;
  readonly name: string;
  cached: string;

  constructor(name: string) {
    this.name = name;
    this.cached = `${name}!`;
  }
}
registerState('Node', Node, undefined, { cached: ({ name }: Node) => `${name}!` });

test('an instance has its class, its fields, and those that follow from them', () => {
  const node = new Node('a');
  node.next = new Node('b');
  node.next.next = node;
  const bytes = encoded(node);
  assert.equal(bytes.includes('!'), false);
  const read = decoded(bytes) as Node;
  assert.ok(read instanceof Node);
  assert.deepEqual(read, node);
  assert.equal(read.next!.next, read);
});

test('a name stands for one class', () => {
  class Other {}
  assert.throws(() => registerState('Node', Other), /two classes are Node/);
});

test('a chain as long as the memory allows overflows no stack', () => {
  const first: unknown[] = [];
  let last = first;
  for (let i = 0; i < CHAIN; i += 1) {
    const next: unknown[] = [];
    last.push(next);
    last = next;
  }
  let depth = 0;
  for (let at = reread(first); at.length > 0; at = at[0] as unknown[]) depth += 1;
  assert.equal(depth, CHAIN);
});

test('roots of one writer share what both reach', () => {
  const shared = Buffer.alloc(100_000, 'shared');
  const writer = new StateWriter();
  const files = [
    { shared, is: 1 },
    { shared, is: 2 },
  ].map((root) => Buffer.concat(writer.write(root)));
  assert.ok(files[1]!.length < 20);
  const reader = new StateReader();
  const [a, b] = files.map(
    (file) => reader.read(new ByteReader(file)) as { shared: Buffer; is: number },
  );
  assert.equal(a!.shared, b!.shared);
  assert.deepEqual([a!.is, b!.is], [1, 2]);
});

test('what is no state is not written', () => {
  class Stranger {}
  const strangers = [() => 1, Symbol('s'), new Stranger(), new DataView(new ArrayBuffer(1))];
  for (const stranger of strangers) assert.throws(() => encoded([stranger]), /state holds a/);
});

/** A keyspace with values of every type and form, parts of which a snapshot shares. */
function keyspace(size: number): Keyspace {
  const data = new Keyspace(2);
  const [first, second] = data.databases;
  for (let i = 0; i < size; i += 1) first!.set(`key:${i}`, `value of ${i}`);
  first!.set('long', Buffer.alloc(20_000, 'x'));
  first!.set('k'.repeat(5_000), 'long key');
  for (const count of [3, size]) {
    const [hash, list, set, zset] = [
      new HashValue(),
      new ListValue(),
      new SetValue(),
      new ZsetValue(),
    ];
    for (let i = 0; i < count; i += 1) {
      hash.set(`field ${i}`, String(i));
      list.pushRight(`item ${i}`);
      set.add(`member ${i}`);
      zset.set(`member ${i}`, i / 2);
    }
    for (const value of [hash, list, set, zset]) second!.set(`${value.type} of ${count}`, value);
  }
  return data;
}

test('a keyspace and its copy come back with shared pages, and neither sees writes to the other', () => {
  const data = keyspace(2_000);
  const copy = copyState(data);
  const alone = encoded(data).length;
  const bytes = encoded([data, copy]);
  assert.ok(bytes.length < 1.2 * alone, `${bytes.length} bytes for two, ${alone} for one`);
  const [readData, readCopy] = decoded(bytes) as [Keyspace, Keyspace];
  assert.equal(readData.usedBytes, data.usedBytes);
  readData.databases[0]!.set('key:7', 'written');
  const hash = readData.databases[1]!.own('hash of 2000') as HashValue;
  hash.set('field 7', 'written');
  for (const { databases } of [readCopy, data]) {
    assert.equal(databases[0]!.get('key:7'), 'value of 7');
    assert.equal((databases[1]!.get('hash of 2000') as HashValue).get('field 7'), '7');
  }
  for (let i = 0; i < 2_000; i += 1) {
    const expected = i === 7 ? 'written' : `value of ${i}`;
    assert.equal(readData.databases[0]!.get(`key:${i}`), expected);
  }
  assert.equal(hash.get('field 7'), 'written');
  assert.equal((readCopy.databases[1]!.get('zset of 2000') as ZsetValue).rank('member 999'), 999);
});

test('words and bytes of a page are the same memory again', () => {
  const page = new SlabPage({} as SlabPage['epoch'], Int32Array.of(1, 2, 3, 4));
  const read = reread(page);
  read.words[0] = -1;
  assert.equal(read.bytes[0], 255);
  assert.equal(read.bytes.length, 16);
});

const HOSTILE: readonly (readonly [string, string, RegExp])[] = [
  ['nothing', '', /a value of 1 bytes, but only 0/],
  ['a tag that is not known', '10', /tag 16 is not known \(byte 1, state codec 1\)/],
  ['an object that is not known', '0a00', /object 0 is not known/],
  ['an array of 2^49 items', '0b8080808080808002', /a content of 1125899906842624 bytes/],
  ['a number above 2^53 - 1', '04ffffffffffffff7f', /above 2\^53 - 1/],
  ['a number without an end', '04ffffffffffffffffffff', /above 2\^53 - 1/],
  ['a Map of 4 billion', '0cffffffff2020', /a content of 8589934590 bytes/],
  ['a Set of 4 billion', '0dffffffff2020', /a content of 4294967295 bytes/],
  ['a Map with the same key twice', '0c0200000020202020', /the same key twice/],
  ['a Set with the same item twice', '0d020000002020', /the same item twice/],
  [
    'more content than is left, in all',
    '0b020b040b0420202020202020',
    /all content of 8 bytes, but only 7/,
  ],
  ['a text longer than the bytes', '070561', /a text of 5 bytes, but only 1/],
  ['a text longer than any string', '07ffffffff1f61', /a text of 8589934591 characters/],
  ['a bigint that is no number', '09027a7a', /no number/],
  ['a Buffer of 256 TB', '0e00ffffffffffff', /data of 281474976710655 bytes/],
  ['a view that is not known', '0e0c000000000000', /view 12 is not known/],
  ['three bytes of words', '0e07030000000000010203', /3 bytes for a Int32Array/],
  ['a shape that is not known', '0f01', /shape 1 is not known/],
  ['a kind of shape that is not known', '0f000300', /kind 3/],
  ['a class that is not known', '0f0002034e6f7000', /class Nop is not known/],
  ['fields without end', '0f0000ffffffff0f', /names of 8589934590 bytes/],
  ['a field twice', '0f0000020701610701612020', /field a twice/],
  ['a prototype', '0f00000107095f5f70726f746f5f5f20', /field __proto__ may not/],
  ['a field that is derived', '0f0002044e6f646501070663616368656420', /field cached may not/],
  ['bytes after the graph', '2020', /1 bytes too many/],
];

test('bytes that claim what they do not hold are refused', () => {
  for (const [what, hex, reason] of HOSTILE) {
    const bytes = Buffer.from(hex, 'hex');
    assert.throws(() => decoded(bytes), { name: 'CodecError', message: reason }, what);
  }
});

test('a part that derives from nonsense is refused', () => {
  const bytes = encoded(new SlabPage({} as SlabPage['epoch'], Int32Array.of(1)));
  const at = bytes.indexOf(Buffer.from([TAG.view, 7]));
  bytes[at + 1] = 0;
  assert.throws(() => decoded(bytes), /a page consists of words \(byte \d+, state codec 1\)/);
});

test(`${MUTATIONS} mutations of a keyspace are refused or read, and nothing else happens`, () => {
  const bytes = encoded(keyspace(200));
  const random = new Random(seedFromNumber(1));
  const outcomes = { read: 0, refused: 0 };
  for (let i = 0; i < MUTATIONS; i += 1) {
    const mutated = Buffer.from(
      bytes.subarray(0, i % 10 === 0 ? random.below(bytes.length) : undefined),
    );
    // Mutations near the beginning shift the meaning of all that follows.
    const reach = random.chance(0.5) ? 2_000 : mutated.length;
    for (let left = random.below(4); left > 0 && mutated.length > 0; left -= 1) {
      mutated[random.below(Math.min(reach, mutated.length))]! ^= 1 << random.below(8);
    }
    try {
      decoded(mutated);
      outcomes.read += 1;
    } catch (error) {
      if (!(error instanceof CodecError)) throw error;
      outcomes.refused += 1;
    }
  }
  assert.ok(outcomes.refused > MUTATIONS / 10 && outcomes.read > 0, JSON.stringify(outcomes));
});
