/** Two sandboxes as texts whose differences an editor shows. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compare, type Side } from '../../../src/extension/comparison.ts';
import type { KeyEntry, KeyList } from '../../../src/view/keyList.ts';
import { node, replica, sentinel, snapshot } from '../webview/snapshots.ts';

/** `name=digest`, in quotes as KEYS quotes it. */
function entry(text: string, db = 0): KeyEntry {
  const [key = '', digest = ''] = text.split('=');
  return { db, key: `"${key}"`, type: 'string', digest, expireAt: -1, value: `"${digest}"` };
}

function list(texts: readonly string[], total = texts.length): KeyList {
  return { node: 'm', total, keys: texts.map((text) => entry(text)) };
}

function side(keys: KeyList | undefined, nodes = [node('m')]): Side {
  return {
    title: 'Sandbox 1',
    snapshot: snapshot({ nodes }),
    keys: new Map(keys === undefined ? [] : [['m', keys]]),
  };
}

/** The lines after `Keys of m`, of both sides. */
function keyLines(left: KeyList | undefined, right: KeyList | undefined): [string[], string[]] {
  const [a, b] = compare(side(left), side(right)).map((text) => {
    const lines = text.trimEnd().split('\n');
    return lines.slice(lines.findIndex((line) => line.startsWith('Keys of m'))).slice(1);
  });
  return [a!, b!];
}

test('keys that differ stand on the same line of both texts, the others nowhere', () => {
  const [left, right] = keyLines(list(['a=1', 'b=1', 'd=1']), list(['a=1', 'b=2', 'c=1']));
  assert.deepEqual(left, [
    '  3 differ',
    '  "b": string "1", digest 1',
    '  "c": absent',
    '  "d": string "1", digest 1',
  ]);
  assert.deepEqual(right, [
    '  3 differ',
    '  "b": string "2", digest 2',
    '  "c": string "1", digest 1',
    '  "d": absent',
  ]);
  assert.deepEqual(keyLines(list(['a=1']), list(['a=1'])), [['  0 differ'], ['  0 differ']]);
});

test('escape sequences have the place of their bytes', () => {
  // The order of the bytes is 0x01, A, 0xff; that of the quoted texts is A, \x01, \xff.
  const left = list(['\\x01=1', 'A=1', '\\xff=1']);
  const right = list(['A=1', '\\xff=1']);
  assert.deepEqual(keyLines(left, right)[0], ['  1 differ', '  "\\x01": string "1", digest 1']);
  assert.deepEqual(keyLines(right, left)[0], ['  1 differ', '  "\\x01": absent']);
});

test('beyond the end of a list that was cut nothing counts as absent', () => {
  const cut = list(['a=1', 'b=1'], 9);
  const whole = list(['a=1', 'c=1', 'd=1']);
  assert.deepEqual(keyLines(cut, whole)[1], ['  1 differ among the first 2', '  "b": absent']);
});

test('more differences than anyone reads are counted', () => {
  const names = Array.from({ length: 250 }, (_, index) => `k${String(index).padStart(3, '0')}=1`);
  const [left] = keyLines(list(names), list([]));
  assert.equal(left[0], '  250 differ');
  assert.equal(left.length, 202);
  assert.equal(left.at(-1), '  … and 50 more');
});

test('a server that only one side has is said on both', () => {
  const [, right] = compare(side(list(['a=1'])), side(undefined));
  assert.match(right, /Keys of m: there is no such server/);
});

test('roles, histories, beliefs and losses are compared, in the order of names', () => {
  const loss = 'old master m at offset 900, promoted r1 at 870: 30 bytes gone';
  const left = {
    title: 'a',
    keys: new Map(),
    snapshot: snapshot({
      nodes: [replica('r1', 'm'), node('m')],
      sentinels: [sentinel('s1')],
      failovers: [
        {
          cause: 'promotion',
          at: 0,
          seq: 1,
          oldMaster: 'm',
          oldOffset: 900,
          promoted: 'r1',
          promotedOffset: 870,
          bytesGone: 30,
          writesGone: null,
          sentence: loss,
        },
      ],
    }),
  } satisfies Side;
  const [text, other] = compare(left, { ...left, title: 'b', snapshot: snapshot() });
  assert.deepEqual(text.split('\n').slice(0, 9), [
    'a',
    '',
    'Servers',
    '  m: master, running',
    `    master_replid ${'a'.repeat(40)}`,
    '    master_repl_offset 250',
    '  r1: replica of m, link up, running',
    `    master_replid ${'a'.repeat(40)}`,
    '    master_repl_offset 250',
  ]);
  assert.match(text, /Sentinels\n {2}s1: running, master m \(master\), config-epoch 0\n/);
  assert.match(text, new RegExp(`Lost writes\n  ${loss}\n`));
  assert.match(other, /Lost writes\n {2}none\n/);
});
