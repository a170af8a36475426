/** What an application reads from its environment. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connectionVariables } from '../../../src/gateway/connectionVariables.ts';

const at = (port: number) => ({ host: '127.0.0.1', port });

test('the master of the beginning, the Sentinels and the name of what they monitor', () => {
  const nodes = [at(6400), at(6401)];
  const sentinels = [at(26_400), at(26_401)];
  assert.deepEqual(connectionVariables({ nodes, sentinels, masterName: 'mymaster' }), [
    ['REDIS_URL', 'redis://127.0.0.1:6400'],
    ['REDIS_SENTINELS', '127.0.0.1:26400,127.0.0.1:26401'],
    ['REDIS_MASTER_NAME', 'mymaster'],
  ]);
  assert.deepEqual(connectionVariables({ nodes, sentinels: [], masterName: 'mymaster' }), [
    ['REDIS_URL', 'redis://127.0.0.1:6400'],
  ]);
});
