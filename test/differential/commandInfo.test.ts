/** COMMAND INFO, to the byte. Deliberately absent: commands whose key specifications have notes there, in prose. */

import { differentialList } from './runner.ts';

differentialList(
  'COMMAND INFO',
  [
    'replicaof',
    'select',
    'multi',
    'swapdb',
    'config|get',
    'object|encoding',
    'get',
    'mget',
    'mset',
    'del',
    'copy',
    'lcs',
    'bitop',
    'rename',
    'zunionstore',
    'lmpop',
    'watch',
    'scan',
    'ping',
    'auth',
    'exec',
    'publish',
    'shutdown',
    'nonsense',
    'config|nonsense',
    'get|nonsense',
  ].map((name) => ({
    args: ['COMMAND', 'INFO', name],
  })),
);
