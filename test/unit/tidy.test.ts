/**
 * Style as a test: who may import whom, what the pure rooms must not touch, bounds, circles, file heads,
 * dead files and exports. The rules are in tidy/. Function length is biome's noExcessiveLinesPerFunction.
 */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  allowed,
  allowedOutside,
  BORROWED,
  isInKnownRoom,
  isInner,
  PLAIN_DATA,
} from './tidy/borders.ts';
import { BOUNDED, unboundedIn } from './tidy/bounds.ts';
import { circles } from './tidy/circles.ts';
import { deadFiles, ENTRIES, STARTED, TEST_ENTRIES } from './tidy/deadCode.ts';
import { brokenPromises, deadExports } from './tidy/deadExports.ts';
import { impurities } from './tidy/purity.ts';
import { sourceFile, sourceFiles } from './tidy/sources.ts';

/** Declarations for a module in JavaScript, or of what a package leaves out, are no files of their own. */
const everything = ['src', 'webview', 'test', 'scripts']
  .flatMap(sourceFiles)
  .filter(({ path }) => !/\.d\.m?ts$/.test(path));
const files = everything.filter(({ path }) => path.startsWith('src/'));

test('rooms import only what stands above them', () => {
  for (const { path, imports } of files) {
    for (const imported of imports.filter((name) => name.startsWith('src/')))
      assert.ok(allowed(path, imported), `${path} may not import ${imported}`);
  }
});

test('tables of plain data import only themselves', () => {
  for (const folder of PLAIN_DATA) {
    const own = files.filter(({ path }) => path.startsWith(folder));
    assert.ok(own.length > 0, folder);
    for (const { path, imports } of own) {
      assert.deepEqual(
        imports.filter((imported) => !imported.startsWith(folder)),
        [],
        path,
      );
    }
  }
});

test('inner rooms import only the neighbours they are given, types included', () => {
  const breaches = files.flatMap(({ path, imports }) =>
    imports.filter((imported) => !isInner(path, imported)).map((name) => `${path}: ${name}`),
  );
  assert.deepEqual(breaches, []);
  assert.ok(isInner('src/engine/sentinel/acting/a.ts', 'src/engine/sentinel/model/b.ts'));
  assert.ok(!isInner('src/engine/sentinel/model/b.ts', 'src/engine/sentinel/acting/a.ts'));
  assert.ok(!isInner('src/engine/sentinel/model/b.ts', 'src/engine/sentinel/sentinel.ts'));
  assert.ok(!isInner('src/engine/server/saving/a.ts', 'src/engine/server/clients/b.ts'));
  assert.ok(!isInner('src/engine/server/saving/a.ts', 'src/engine/server/cron.ts'));
});

test('the page, the suites and the scripts import only what they may', () => {
  const outside = everything.filter(({ path }) => !path.startsWith('src/'));
  const breaches = outside.flatMap(({ path, imports }) =>
    imports.filter((imported) => !allowedOutside(path, imported)).map((name) => `${path}: ${name}`),
  );
  assert.deepEqual(breaches, []);
  const stale = BORROWED.filter(
    ({ by, from }) =>
      !outside.some(
        ({ path, imports }) => path === by && imports.some((name) => name.startsWith(from)),
      ),
  );
  assert.deepEqual(stale, [], 'borrowed for nothing');
});

test('planted imports across the borders of the page, a suite and a script are found', () => {
  assert.ok(!allowedOutside('webview/views/a.ts', 'src/sandbox/sandbox.ts'));
  assert.ok(!allowedOutside('webview/views/a.ts', '@vscode/webview-ui-toolkit'));
  assert.ok(!allowedOutside('webview/model/a.ts', 'webview/dom.ts'));
  assert.ok(!allowedOutside('test/interop/a.test.ts', 'test/e2e/support/window.ts'));
  assert.ok(!allowedOutside('scripts/a.mjs', 'src/cli/cli.ts'));
});

test('scripts are plain JavaScript, which runs before anything is installed', () => {
  const others = everything.filter(
    ({ path }) => path.startsWith('scripts/') && !path.endsWith('.mjs'),
  );
  assert.deepEqual(others, []);
});

test('value imports make no circle', () => {
  assert.deepEqual(circles(everything), []);
});

test('a planted circle is found', () => {
  const a = sourceFile('src/a.ts', "import { b } from './b.ts';\n");
  assert.deepEqual(circles([a, sourceFile('src/b.ts', "import { a } from './a.ts';\n")]), [
    ['src/a.ts', 'src/b.ts', 'src/a.ts'],
  ]);
  const typesOnly = sourceFile('src/b.ts', "import { type a, type c } from './a.ts';\n");
  assert.deepEqual(circles([a, typesOnly]), []);
});

test('every file stands in a known room', () => {
  for (const { path } of files) assert.ok(isInKnownRoom(path), `${path}: unknown room`);
});

test('engine and world are pure', () => {
  for (const { path, text } of files) {
    if (!/^src\/(engine|world|sandbox|view)\//.test(path)) continue;
    assert.deepEqual(impurities(path, text), [], path);
  }
});

test('a planted Date.now() is found', () => {
  assert.deepEqual(impurities('src/engine/x.ts', 'export const now = () => Date.now();\n'), [
    'Date',
  ]);
  assert.deepEqual(impurities('src/engine/x.ts', "import { readFileSync } from 'node:fs';\n"), [
    'node:fs',
  ]);
  assert.deepEqual(impurities('src/engine/x.ts', '// Date.now() is not used\n'), []);
});

test('only gateway and cli know the host', () => {
  for (const { path, imports } of files) {
    if (/^src\/(gateway|cli)\//.test(path)) continue;
    const own = path.startsWith('src/extension/') ? ['vscode'] : [];
    const host = imports.filter((name) => !name.startsWith('src/') && !own.includes(name));
    assert.deepEqual(host, [], path);
  }
});

test('every file begins by saying what it is for', () => {
  const silent = everything.filter(({ text }) => !/^(#!.*\n)?(\/\*|\/\/ )/.test(text));
  assert.deepEqual(
    silent.map(({ path }) => path),
    [],
  );
});

test('no file is dead', () => {
  assert.deepEqual(deadFiles(files, [...ENTRIES, ...TEST_ENTRIES]), []);
  const paths = everything.map(({ path }) => path);
  const started = [...ENTRIES, ...TEST_ENTRIES, ...Object.keys(STARTED)];
  const tests = paths.filter((path) => path.endsWith('.test.ts'));
  assert.deepEqual(deadFiles(everything, [...started, ...tests]), []);
  assert.deepEqual(
    started.filter((path) => !paths.includes(path)),
    [],
    'an entry that is not there',
  );
});

test('a planted dead file is found', () => {
  const planted = [
    sourceFile('test/a.test.ts', "import { b } from './b.ts';\n"),
    sourceFile('test/b.ts', 'export const b = 1;\n'),
    sourceFile('test/c.ts', "import { b } from './b.ts';\n"),
  ];
  assert.deepEqual(deadFiles(planted, ['test/a.test.ts']), ['test/c.ts']);
});

test('declarations of scripts match their modules', () => {
  assert.deepEqual(brokenPromises(sourceFiles('scripts')), []);
  const planted = [
    sourceFile('a.d.mts', 'export const a: number;\nexport function b(): void;\n'),
    sourceFile('a.mjs', 'export const a = 1;\n'),
  ];
  assert.deepEqual(brokenPromises(planted), ['a.d.mts: b']);
});

test('no export is dead', () => {
  assert.deepEqual(deadExports(everything), []);
});

test('a planted dead export is found, and each way of importing a name is known', () => {
  const exporting = sourceFile(
    'src/a.ts',
    'export const a = 1;\nexport type B = 2;\nexport async function c() {}\nexport class D {}\n',
  );
  const importing = [
    "import { a as renamed, type B } from './a.ts';\n",
    "const { c } = await import('./a.ts');\n",
    "let d: import('./a.ts').D;\n",
  ];
  const found = (...texts: readonly string[]) =>
    deadExports([exporting, ...texts.map((text, index) => sourceFile(`src/b${index}.ts`, text))]);
  assert.deepEqual(found(...importing), []);
  assert.deepEqual(found(...importing.slice(0, 2)), ['src/a.ts: D']);
  assert.deepEqual(found(...importing.slice(1)), ['src/a.ts: a', 'src/a.ts: B']);
});

test('engine and sandbox cut and spread only what is bounded', () => {
  const found = files.filter(
    ({ path, text }) => /^src\/(engine|sandbox)\//.test(path) && unboundedIn(text).length > 0,
  );
  for (const { path, text } of found) {
    assert.ok(path in BOUNDED, `${path} uses ${unboundedIn(text)}: see src/engine/resp/words.ts`);
  }
  const paths = new Set(found.map(({ path }) => path));
  const stale = Object.keys(BOUNDED).filter((path) => !paths.has(path));
  assert.deepEqual(stale, [], 'excepted for nothing');
});

test('a planted split and a planted spread are found', () => {
  assert.deepEqual(unboundedIn("const parts = name.split(',');\n"), ['split']);
  assert.deepEqual(unboundedIn('lines.push(...others);\n'), ['a spread list']);
  assert.deepEqual(unboundedIn("text.replace(/[\"']/g, '');\n"), ['a global replace']);
  assert.deepEqual(unboundedIn('this.split(node); // a.split(b)\n'), []);
});
