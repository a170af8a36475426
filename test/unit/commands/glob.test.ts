/** Patterns of KEYS, SCAN and PSUBSCRIBE, as stringmatchlen of redis's util.c matches them. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { globMatch, matchesAll } from '../../../src/engine/process/glob.ts';

function check(pattern: string, matching: readonly string[], others: readonly string[]): void {
  for (const text of matching) assert.ok(globMatch(pattern, text), `${pattern} takes ${text}`);
  for (const text of others) assert.ok(!globMatch(pattern, text), `${pattern} leaves ${text}`);
}

test('literals match themselves', () => {
  check('abc', ['abc'], ['ab', 'abcd', 'ABC', '']);
  check('', [''], ['a']);
});

test('? takes one character', () => {
  check('a?c', ['abc', 'a?c', 'a\xffc'], ['ac', 'abbc']);
});

test('* takes any number of characters', () => {
  check('a*', ['a', 'ab', 'abc'], ['ba']);
  check('*a', ['a', 'ba', 'aaa'], ['ab']);
  check('a*b*c', ['abc', 'axbyc', 'abcbc'], ['acb', 'ab']);
  check('a**b', ['ab', 'axb'], ['a']);
  check('*.*', ['a.b', '.', '..'], ['ab']);
});

test('an empty text is matched by the empty pattern only', () => {
  check('', [''], []);
  check('*', ['a'], ['']);
  check('**', ['a'], ['']);
  assert.ok(matchesAll('*'));
  assert.ok(!matchesAll('**'));
});

test('classes', () => {
  check('[abc]x', ['ax', 'bx', 'cx'], ['dx', 'x', 'abcx']);
  check('[a-c]', ['a', 'b', 'c'], ['d', '-']);
  check('[c-a]', ['a', 'b', 'c'], ['d']);
  check('[^a-c]', ['d', '^'], ['a', 'b', 'c', '']);
  check('[a-]', ['a', '^', ']'], ['-', 'b']);
  check('[\x80-a]', ['\x80', '\xff', 'A', 'a'], ['b']);
  check('[\\]]', [']'], ['\\']);
  check('[\\-z]', ['-', 'z'], ['a', '\\']);
});

test('classes that are not closed, or closed at once', () => {
  check('[', [], ['[', 'a']);
  check('[^', ['a', '^'], ['']);
  check('[ab', ['a', 'b'], ['[ab', 'c']);
  check('[]', [], [']', '[]']);
  check('[]a]', [], ['a', 'a]']);
  check('[^]', ['a'], ['']);
  check('[\\', ['\\'], ['[']);
});

test('a backslash takes the next character as it is', () => {
  check('\\*', ['*'], ['a', '\\*']);
  check('h\\[a]', ['h[a]'], ['ha']);
  check('a\\', ['a\\'], ['a']);
  check('\\\\', ['\\'], ['\\\\']);
});

test('case is ignored on demand, except for a character escaped in a class', () => {
  assert.ok(globMatch('MaxMemory*', 'maxmemory-policy', true));
  assert.ok(globMatch('[A-C]x', 'bX', true));
  assert.ok(globMatch('[ABC]', 'b', true));
  assert.ok(globMatch('\\A', 'a', true));
  assert.ok(!globMatch('[\\A]', 'a', true));
  assert.ok(!globMatch('\xc4', '\xe4', true), 'only ASCII has case');
});

test('patterns of many stars cost little and end at the nesting limit', () => {
  const text = 'a'.repeat(2000);
  assert.ok(!globMatch(`${'a*'.repeat(900)}b`, text));
  assert.ok(globMatch('*a'.repeat(1000), text));
  assert.ok(!globMatch('*a'.repeat(1001), text), 'more than 1,000 stars match nothing');
  assert.ok(globMatch('a*'.repeat(1001), text), 'a star at the end does not count');
  assert.ok(!globMatch('a*'.repeat(1002), text));
});
