/** The extension's bundle on Node 20, which is what VS Code 1.96 loads it with. */

import assert from 'node:assert/strict';
import { createRequire, Module } from 'node:module';
import { test } from 'node:test';

const require = createRequire(import.meta.url);

/** Whatever is read of it, called or extended is such a thing again. */
const anything: unknown = new Proxy(class {}, {
  get: (target, key) => (key === 'prototype' ? target.prototype : anything),
  apply: () => anything,
});

test('the extension loads, and has what VS Code calls', () => {
  const loader = Module as unknown as { _load(name: string, ...rest: unknown[]): unknown };
  const load = loader._load;
  loader._load = (name, ...rest) => (name === 'vscode' ? anything : load(name, ...rest));
  const extension = require('../../dist/extension.cjs') as Record<string, unknown>;
  loader._load = load;
  assert.deepEqual(
    ['activate', 'deactivate'].map((name) => typeof extension[name]),
    ['function', 'function'],
  );
});
