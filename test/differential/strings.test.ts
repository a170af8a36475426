/** Strings, counters, ranges, LCS and bits against a real server. */

import { differentialList, differentialTest } from './runner.ts';
import { bits, from, numbers, parts, whole } from './stringMakers.ts';

differentialTest('whole strings', 100, from(whole));
differentialTest('parts of strings', 200, from([...parts, ...parts, ...whole]));
differentialTest('counters', 300, from([...numbers, ...numbers, ...parts.slice(0, 2)]));
differentialTest('bits', 400, from(bits));

differentialList('borders of strings', [
  { args: ['set', 'f', '0.1'] },
  { args: ['incrbyfloat', 'f', '0.2'] },
  { args: ['incrbyfloat', 'f', '1e4000'] },
  { args: ['incrbyfloat', 'f', '-1e4000'] },
  { args: ['incrbyfloat', 'huge', '1e4932'] },
  { args: ['incrbyfloat', 'huge', '1e4932'] },
  { args: ['incrbyfloat', 'third', '0.33333333333333333333333'] },
  { args: ['incrbyfloat', 'third', '1e17'] },
  { args: ['setrange', 'none', '536870912', 'x'] },
  { args: ['setrange', 'none', '0', ''] },
  { args: ['exists', 'none'] },
  { args: ['lcs', 'none', 'none2', 'idx'] },
  { args: ['set', 'one', 'ohmytext'] },
  { args: ['set', 'two', 'mynewtext'] },
  { args: ['lcs', 'one', 'two', 'IDX', 'WITHMATCHLEN', 'MINMATCHLEN', '4'] },
  { args: ['set', 'big', 'a'.repeat(12_000)] },
  { args: ['lcs', 'big', 'big', 'len'] },
  { args: ['set', 'past', 'v', 'exat', '1'] },
  { args: ['getex', 'past'] },
  { args: ['mset', 'a', '1', 'b'] },
  { args: ['msetnx', 'a', '1', 'a', '2'] },
  { args: ['get', 'a'] },
]);

const MB = 1024 * 1024;

differentialList('proto-max-bulk-len bounds what a command makes', [
  { args: ['config', 'set', 'proto-max-bulk-len', '1mb'] },
  { args: ['setrange', 'full', String(MB - 1), 'x'] },
  { args: ['append', 'full', 'y'] },
  { args: ['append', 'full', ''] },
  { args: ['strlen', 'full'] },
  { args: ['setrange', 'full', String(MB), 'x'] },
  { args: ['setrange', 'full', String(MB), ''] },
  { args: ['setrange', 'none', String(MB), 'x'] },
  { args: ['setrange', 'none', '9223372036854775807', 'x'] },
  { args: ['setbit', 'bits', String(8 * MB), '1'] },
  { args: ['setbit', 'bits', String(8 * MB - 1), '1'] },
  { args: ['getbit', 'bits', String(8 * MB)] },
  { args: ['bitfield', 'bits', 'SET', 'u8', String(8 * MB), '1'] },
  { args: ['bitfield', 'bits', 'GET', 'u8', '#1048576'] },
  { args: ['bitfield', 'bits', 'GET', 'u8', '#1048575'] },
  { args: ['strlen', 'bits'] },
  { args: ['mset', 'a', 'a'.repeat(511), 'b', 'b'.repeat(511), 'c', 'c'.repeat(512)] },
  { args: ['lcs', 'a', 'b', 'len'] },
  { args: ['lcs', 'a', 'c', 'len'] },
  { args: ['config', 'set', 'proto-max-bulk-len', '9223372036854775807'] },
  { args: ['config', 'get', 'proto-max-bulk-len'] },
  { args: ['append', 'full', 'y'] },
  { args: ['setbit', 'bits', String(8 * MB), '1'] },
]);
