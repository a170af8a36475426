/** Where a dump says that its data stands in a history: what no server can have written is not believed. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ServerHarness } from '../../support/serverHarness.ts';

const ID = 'a'.repeat(40);

function auxField(name: string, value: string): Buffer {
  const text = (words: string) => Buffer.concat([Buffer.from([words.length]), Buffer.from(words)]);
  return Buffer.concat([Buffer.from([0xfa]), text(name), text(value)]);
}

/** A replica that starts with an empty dump with these fields; its log, once it is ready. */
function startWith(fields: readonly (readonly [string, string])[]): ServerHarness {
  const dump = Buffer.concat([
    Buffer.from('REDIS0010'),
    ...fields.map(([name, value]) => auxField(name, value)),
    Buffer.from([0xff]),
    Buffer.alloc(8),
  ]);
  const harness = new ServerHarness([['replicaof', '127.0.0.1', '1']], undefined, undefined, {
    'dump.rdb': dump,
  });
  harness.advance(10);
  assert.equal(String(harness.send(['PING'])), '+PONG\r\n');
  return harness;
}

function offsetOf(harness: ServerHarness): string {
  return /slave_repl_offset:(-?\d+)/.exec(String(harness.send(['INFO', 'replication'])))![1]!;
}

test('an offset within bounds is restored, another is not', () => {
  const place = (offset: string) =>
    startWith([
      ['repl-id', ID],
      ['repl-offset', offset],
    ]);
  assert.equal(offsetOf(place('1000')), '1000');
  for (const offset of ['9007199254740993', '-2', '9'.repeat(40)]) {
    const harness = place(offset);
    assert.equal(offsetOf(harness), '1', 'as when nothing is known');
    const line = `S RDB has an offset that no stream can have reached: ${offset}`;
    assert.ok(harness.logLines.includes(line), harness.logLines.join('\n'));
  }
  assert.equal(offsetOf(place('-1')), '1', 'as when nothing is known');
});

test('an ID of another length, and a database that does not exist, are not believed', () => {
  const odd = startWith([
    ['repl-id', 'short'],
    ['repl-offset', '1000'],
  ]);
  assert.equal(offsetOf(odd), '1', 'as when nothing is known');
  for (const db of ['99999', '-1', '1.5', 'x']) {
    const harness = startWith([
      ['repl-stream-db', db],
      ['repl-id', ID],
      ['repl-offset', '7'],
    ]);
    assert.equal(offsetOf(harness), '7');
    assert.equal(harness.server.replication.replicaSide.cached?.db, 0);
  }
});
