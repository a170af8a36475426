/** The compile cache: in a folder that is the user's alone, or nowhere. */

import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { compileCacheFolder, userCacheFolder } from '../../../src/cli/compileCache.ts';

function temporary(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'sandbox-cache-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

test('the folder is made for its user alone, and found again', (t) => {
  const base = join(temporary(t), 'a', 'b');
  const folder = compileCacheFolder(base);
  assert.equal(folder, join(base, 'replication-sandbox'));
  assert.equal(statSync(folder!).mode & 0o777, 0o700);
  assert.equal(compileCacheFolder(base), folder);
});

test('a folder that others may open is not used', (t) => {
  const base = temporary(t);
  const folder = compileCacheFolder(base)!;
  for (const mode of [0o701, 0o710, 0o720, 0o777]) {
    chmodSync(folder, mode);
    assert.equal(compileCacheFolder(base), undefined, mode.toString(8));
  }
  chmodSync(folder, 0o700);
  assert.equal(compileCacheFolder(base), folder);
});

test('a folder in a place where others may write is not used: they could put another in its place', (t) => {
  const base = temporary(t);
  assert.ok(compileCacheFolder(base) !== undefined);
  chmodSync(base, 0o1777);
  assert.equal(compileCacheFolder(base), undefined);
});

test('a folder of somebody else is not used', (t) => {
  const base = temporary(t);
  assert.equal(compileCacheFolder(base, process.getuid!() + 1), undefined);
});

test('a link is not followed, and a file is no folder', (t) => {
  const base = temporary(t);
  const elsewhere = join(base, 'elsewhere');
  mkdirSync(elsewhere, { mode: 0o700 });
  symlinkSync(elsewhere, join(base, 'replication-sandbox'));
  assert.equal(compileCacheFolder(base), undefined);
  assert.equal(compileCacheFolder('/dev/null'), undefined);
});

test("the base is the platform's folder for a user's caches", () => {
  const home = '/home/u';
  assert.equal(userCacheFolder('linux', {}, home), '/home/u/.cache');
  assert.equal(userCacheFolder('linux', { XDG_CACHE_HOME: '/c' }, home), '/c');
  // The specification: a relative path is to be ignored.
  assert.equal(userCacheFolder('linux', { XDG_CACHE_HOME: 'c' }, home), '/home/u/.cache');
  assert.equal(userCacheFolder('darwin', {}, home), '/home/u/Library/Caches');
  assert.equal(userCacheFolder('win32', { LOCALAPPDATA: 'L' }, home), 'L');
});
