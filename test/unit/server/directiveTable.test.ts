/** The tables of directives hold together: values, names, sentences, and settings that are fast to read. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Directive } from '../../../src/engine/process/directives/directive.ts';
import { fileDirectives } from '../../../src/engine/process/directives/fileDirectives.ts';
import { sentinelDirectives } from '../../../src/engine/process/directives/sentinelDirectives.ts';
import { serverDirectives } from '../../../src/engine/process/directives/serverDirectives.ts';
import { fileLines, parseArgument, printValue } from '../../../src/engine/process/values/codecs.ts';
import {
  defaultSettings,
  setSetting,
  settingOf,
} from '../../../src/engine/server/config/settings.ts';

const entries = Object.entries<Directive>(serverDirectives);

test('every default is read back as it is printed, and is written by nothing but a change', () => {
  for (const [name, spec] of entries) {
    const printed = printValue(spec, spec.default);
    if (spec.type !== 'master') {
      const parsed = parseArgument(printed, { name, spec, before: spec.default });
      assert.ok('value' in parsed, name);
      assert.equal(printValue(spec, parsed.value), printed, name);
    }
    const isAlways = spec.type === 'savePoints' || spec.type === 'percentiles';
    const needed = fileLines(spec, spec.default, spec.default).some((line) => line.needed);
    assert.equal(needed, isAlways, name);
  }
});

test('names and aliases are unique, and whatever has no effect says why', () => {
  const names = entries.flatMap(([name, { alias }]) =>
    alias === undefined ? name : [name, alias],
  );
  const all = [...names, ...Object.keys(fileDirectives)];
  assert.equal(new Set(all).size, all.length);
  for (const table of [serverDirectives, fileDirectives, sentinelDirectives]) {
    for (const [name, directive] of Object.entries(table)) {
      assert.match(directive.help, /^[A-Z].*\w\.$/, name);
      if (directive.effect !== 'full') assert.match(directive.why, /^[A-Za-z].*\w$/, name);
    }
  }
});

test('a number that no double holds stays exact, beside the field that is read', () => {
  const settings = defaultSettings();
  setSetting(settings, 'maxmemory', 9_007_199_254_740_993n);
  assert.equal(settings.maxmemory, 2 ** 53);
  assert.equal(settingOf(settings, 'maxmemory'), 9_007_199_254_740_993n);
  setSetting(settings, 'maxmemory', 5);
  assert.equal(settingOf(settings, 'maxmemory'), 5);
  assert.deepEqual(settings, { ...defaultSettings(), maxmemory: 5 });
});

test('settings hold no value that has no effect until it is changed', () => {
  const settings = defaultSettings();
  assert.ok(!('tcpKeepalive' in settings));
  setSetting(settings, 'tcp-keepalive', 60);
  assert.deepEqual(settings.withoutEffect, { 'tcp-keepalive': 60 });
  setSetting(settings, 'tcp-keepalive', 300);
  assert.deepEqual(settings, defaultSettings());
});
