/** Keys of every type, expiry and whole databases against a real server. */

import { destructive, drawing, expiry, large, mixed, small } from './keyMakers.ts';
import { differentialList, differentialTest } from './runner.ts';

differentialTest(
  'keys',
  500,
  mixed([0.8, small], [0.16, large], [0.02, drawing], [0.02, destructive]),
);
differentialTest('expiry', 600, mixed([0.6, expiry], [0.3, small], [0.1, large]));

differentialList('borders of keys', [
  { args: ['swapdb', '0', '0'] },
  { args: ['swapdb', 'a', 'b'] },
  { args: ['swapdb', '0', 'b'] },
  { args: ['swapdb', '0', '99'] },
  { args: ['swapdb', '-1', '0'] },
  { args: ['object'] },
  { args: ['object', 'bogus'] },
  { args: ['object', 'bogus', 'a', 'b'] },
  { args: ['object', 'encoding'] },
  { args: ['object', 'help', 'x'] },
  { args: ['scan', '0', 'count'] },
  { args: ['set', '', 'empty'] },
  { args: ['keys', '**'] },
  { args: ['keys', '*'] },
  { args: ['expire', 'none', integerMax(), 'nx'] },
  { args: ['expire', '', integerMax()] },
  { args: ['pexpire', '', integerMax()] },
  { args: ['pexpireat', '', `-${integerMax()}`] },
  { args: ['exists', ''] },
]);

function integerMax(): string {
  return '9223372036854775807';
}
