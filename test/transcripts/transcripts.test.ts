/**
 * Runs every transcript of this folder: a directive, `----`, and the exact output that must come.
 * REWRITE=1 writes what comes instead of comparing; review the difference then.
 */

import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Stage } from './stage.ts';

const folder = import.meta.dirname;

/** A directive line, the rule, and output up to the next empty line. */
const EXCHANGE = /^(?!#)(.+)\n----\n((?:.+\n)*)/gm;

for (const name of readdirSync(folder).filter((file) => file.endsWith('.txt'))) {
  test(name.replace('.txt', ''), () => {
    const path = join(folder, name);
    const before = readFileSync(path, 'utf8');
    const stage = new Stage();
    const after = before.replace(EXCHANGE, (_, directive: string) => {
      const lines = stage.perform(directive).map((line) => `${line}\n`);
      return `${directive}\n----\n${lines.join('')}`;
    });
    if (process.env['REWRITE'] === '1') writeFileSync(path, after);
    else assert.equal(after, before);
  });
}
