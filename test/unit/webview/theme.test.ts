/**
 * In a plain browser the page has VS Code's theme variables from styles/browserTheme.css: every
 * `--vscode-*` in use has a value there, for dark and for light, and nothing else does.
 */

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const TOOLKIT = 'node_modules/@vscode/webview-ui-toolkit/dist/design-tokens.js';
const THEME = 'browserTheme.css';

const read = (path: string): string => readFileSync(join(root, path), 'utf8');

function variablesIn(text: string, pattern: RegExp): string[] {
  return [...new Set([...text.matchAll(pattern)].map((match) => match[1]!))].sort();
}

/** The variables that each block of the file gives a value, by the condition it stands under. */
function defined(): Map<string, string[]> {
  const text = read(`webview/styles/${THEME}`).replace(/\/\*[\s\S]*?\*\//g, '');
  const [dark, ...conditional] = text.split('@media ');
  const blocks = new Map([['dark', variablesIn(dark!, /(--vscode-[\w-]+):/g)]]);
  for (const block of conditional) {
    blocks.set(block.split('{', 1)[0]!.trim(), variablesIn(block, /(--vscode-[\w-]+):/g));
  }
  return blocks;
}

function inUse(): string[] {
  const ours = readdirSync(join(root, 'webview'), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(css|ts)$/.test(name) && !name.endsWith(THEME))
    .map((name) => read(join('webview', name)));
  return variablesIn([...ours, read(TOOLKIT)].join('\n'), /(--vscode-[\w-]*\w)/g);
}

test('every variable in use has a value, and no other', () => {
  assert.deepEqual(defined().get('dark'), inUse());
});

test('light has the same variables as dark', () => {
  const blocks = defined();
  assert.deepEqual(blocks.get('(prefers-color-scheme: light)'), blocks.get('dark'));
});

test('high contrast changes only what is there', () => {
  const blocks = defined();
  const known = new Set(blocks.get('dark'));
  const contrast = blocks.get('(prefers-contrast: more)')!;
  assert.deepEqual(
    contrast.filter((name) => !known.has(name)),
    [],
  );
  assert.deepEqual(
    blocks.get('(prefers-contrast: more) and (prefers-color-scheme: light)'),
    contrast,
  );
});

test('colours come from the theme only', () => {
  const styles = readdirSync(join(root, 'webview/styles')).filter((name) => name !== THEME);
  for (const name of styles) {
    const text = read(`webview/styles/${name}`).replace(/\/\*[\s\S]*?\*\//g, '');
    assert.deepEqual(text.match(/#[0-9a-f]{3,8}\b(?=[^{]*;)|\brgba?\(/gi), null, name);
  }
});
