/** instantaneous_*: a mean over 16 samples of 100 ms, with time standing still in between. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rate } from '../../../src/engine/server/rates.ts';
import { ServerHarness } from '../../support/serverHarness.ts';

const SECOND = 1_000_000;

test('a burst counts for 1.6 seconds, and then no more', () => {
  const rate = new Rate();
  const start = 1_767_225_600 * SECOND;
  rate.look(start, 0);
  rate.look(start + 0.25 * SECOND, 50);
  rate.look(start + 1 * SECOND, 50);
  assert.equal(rate.perSecond, 50 / 1.6);
  rate.look(start + 1.79 * SECOND, 50);
  assert.equal(rate.perSecond, 50 / 1.6);
  rate.look(start + 1.8 * SECOND, 50);
  assert.equal(rate.perSecond, 0);
});

test('a steady rate is that rate', () => {
  const rate = new Rate();
  for (let ms = 0; ms <= 5000; ms += 10) rate.look(ms * 1000, ms / 10);
  assert.ok(Math.abs(rate.perSecond - 100) < 10, `${rate.perSecond}`);
});

test('INFO shows the rates, and RESETSTAT forgets them', () => {
  const m = new ServerHarness();
  const field = (name: string): number =>
    Number(new RegExp(`${name}:([\\d.]+)`).exec(m.send(['INFO', 'stats']).toString())![1]);
  for (let i = 0; i < 160; i += 1) m.send(['SET', 'key', 'x'.repeat(100)]);
  assert.ok(field('instantaneous_ops_per_sec') >= 100);
  assert.ok(field('instantaneous_input_kbps') > 0);
  assert.equal(field('instantaneous_input_repl_kbps'), 0);
  m.send(['CONFIG', 'RESETSTAT']);
  assert.ok(field('instantaneous_ops_per_sec') < 100);
  m.advance(10 * SECOND);
  assert.equal(field('instantaneous_ops_per_sec'), 0);
});
