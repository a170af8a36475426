/** What the launcher says while it installs and builds. */

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { during, outputOf } from '../../../scripts/progress.mjs';

/** Work that ends when `end` is called, and the lines said meanwhile. */
function stage(t: TestContext) {
  t.mock.timers.enable({ apis: ['Date', 'setInterval'] });
  const lines: string[] = [];
  let end: (value: string) => void = () => {};
  const work = () =>
    new Promise<string>((resolve) => {
      end = resolve;
    });
  const done = during('Installing', work, (line) => lines.push(line));
  return { lines, done, end: (value: string) => end(value) };
}

test('a step is named before it begins, and said to go on every ten seconds', async (t) => {
  const { lines, done, end } = stage(t);
  assert.deepEqual(lines, ['Installing …']);
  for (const ms of [10_000, 10_000, 5_000]) t.mock.timers.tick(ms);
  end('installed');
  assert.equal(await done, 'installed');
  t.mock.timers.tick(60_000);
  assert.deepEqual(lines, [
    'Installing …',
    '  … for 10 s so far',
    '  … for 20 s so far',
    '  done in 25 s',
  ]);
});

test('a short step says no more; one that fails is not done', async (t) => {
  const { lines, done, end } = stage(t);
  end('');
  await done;
  const said: string[] = [];
  const failure = new Error('no network');
  const failing = during(
    'Installing',
    () => Promise.reject(failure),
    (line) => said.push(line),
  );
  await assert.rejects(failing, failure);
  assert.deepEqual([lines, said], [['Installing …'], ['Installing …']]);
});

test('a program ends with its status and its output, or did not start', async () => {
  const script = 'console.log(1); console.error(2); process.exit(3)';
  const { status, output } = await outputOf(process.execPath, ['-e', script]);
  assert.deepEqual([status, output.split('\n').sort()], [3, ['', '1', '2']]);
  const absent = await outputOf('/nowhere/program', []);
  assert.equal(absent.status, null);
  assert.match(absent.output, /ENOENT/);
});
