/** What a terminal is not to obey. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { terminalText } from '../../../src/gateway/terminalText.ts';

test('control characters are shown, not sent', () => {
  assert.equal(terminalText('a\u001b[2Jb'), 'a\\x1b[2Jb');
  assert.equal(terminalText('\u001b]0;title\u0007'), '\\x1b]0;title\\x07');
  assert.equal(terminalText('\u009b31m red \u007f\u0000'), '\\x9b31m red \\x7f\\x00');
  assert.equal(terminalText('over\rwritten'), 'over\\x0dwritten');
});

test('text stays as it is', () => {
  const text = 'line 1\nline 2\tcafé ✓ \\x1b\n';
  assert.equal(terminalText(text), text);
});
