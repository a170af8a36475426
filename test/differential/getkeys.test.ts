/** COMMAND GETKEYS: which arguments are keys. */

import { differentialList } from './runner.ts';

const REQUESTS = [
  'sort abc store def',
  'sort abc store invalid store stillbad store def',
  'sort abc by w get x',
  'sort a get store b',
  'sort a limit 0 store b',
  'sort abc by foo store',
  'sort_ro abc by w get x',
  'mset a 1 b 2',
  'zunionstore d 2 a b',
  'zunionstore d x a',
  'zunionstore d 5 a',
  'zunion 2 a b',
  'zinter 1 a weights 2',
  'zmpop 1 a min',
  'lmpop 2 a b left',
  'sintercard 2 a b limit 1',
  'object encoding k',
  'set k',
  'get k',
  'config get x',
  'nosuch a b',
  'restore a 0 x',
  'del a b c',
  'rename a b',
  'scan 0',
  'keys *',
  'dbsize x',
  'swapdb 0 1',
  'flushall async',
  'bitop and d a b',
  'mget a b',
  'lcs a b',
  'smove a b c',
  'smove a',
  'hget a',
  'publish a b',
  'watch a b',
];

differentialList(
  'COMMAND GETKEYS',
  REQUESTS.map((request) => ({ args: ['COMMAND', 'GETKEYS', ...request.split(' ')] })),
);
