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
