/** HSCAN, SSCAN and ZSCAN of collections too large to be returned at once. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ServerHarness } from '../../support/serverHarness.ts';

const SIZE = 2000;
const NAMES = Array.from({ length: SIZE }, (_, i) => `m${i}`);

/** The bulk strings of a reply: the cursor, then the elements. */
function strings(reply: Buffer): string[] {
  return [...reply.latin1Slice().matchAll(/\$\d+\r\n(.*?)\r\n/gs)].map((match) => match[1]!);
}

/** Scans to the end, changing the collection by `between` after each step; every element seen. */
function scanAll(
  harness: ServerHarness,
  command: string,
  between: (step: number) => void,
): string[] {
  const seen: string[] = [];
  let cursor = '0';
  let steps = 0;
  do {
    const [next, ...elements] = strings(harness.send([command, 'key', cursor, 'COUNT', '100']));
    seen.push(...elements);
    cursor = next!;
    between(steps);
    steps += 1;
    assert.ok(steps <= SIZE, 'the scan ends');
  } while (cursor !== '0');
  assert.ok(steps > 10, 'it takes several steps');
  return seen;
}

function filled(add: readonly string[]): ServerHarness {
  const harness = new ServerHarness();
  harness.send(add);
  return harness;
}

test('SSCAN returns every member that is there all the time, whatever else comes and goes', () => {
  const harness = filled(['SADD', 'key', ...NAMES]);
  const seen = new Set(
    scanAll(harness, 'SSCAN', (step) => {
      harness.send(['SREM', 'key', `m${step * 3}`, `m${step * 3 + 1}`]);
      harness.send(['SADD', 'key', `new${step}`]);
    }),
  );
  for (const name of NAMES.slice(300)) assert.ok(seen.has(name), name);
});

test('HSCAN returns fields with their values', () => {
  const harness = filled(['HSET', 'key', ...NAMES.flatMap((name) => [name, `value of ${name}`])]);
  const seen = scanAll(harness, 'HSCAN', () => {});
  assert.equal(seen.length, SIZE * 2);
  for (let i = 0; i < seen.length; i += 2) assert.equal(seen[i + 1], `value of ${seen[i]}`);
});

test('ZSCAN returns members with their scores', () => {
  const harness = filled(['ZADD', 'key', ...NAMES.flatMap((name, i) => [String(i / 4), name])]);
  const seen = scanAll(harness, 'ZSCAN', () => {});
  assert.equal(seen.length, SIZE * 2);
  for (let i = 0; i < seen.length; i += 2) {
    assert.equal(Number(seen[i + 1]), Number(seen[i]!.slice(1)) / 4);
  }
});

test('a cursor beyond the end, left over from a larger collection, is accepted', () => {
  const harness = filled(['SADD', 'key', ...NAMES]);
  const [next] = strings(harness.send(['SSCAN', 'key', '999999', 'COUNT', '5000']));
  assert.equal(next, '0');
});
