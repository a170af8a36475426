/** INFO's statistics of commands and errors, after the same commands. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ServerHarness } from '../support/serverHarness.ts';
import { RealServer, whyNoRealServer } from './realServer.ts';

const COMMANDS = [
  'CONFIG RESETSTAT',
  'GET x',
  'NOSUCH',
  'SET',
  'EXEC x',
  'LPUSH list 1',
  'GET list',
  'HGET list',
  'CONFIG SET nosuch 1',
  'OBJECT NOSUCH x',
  'OBJECT ENCODING list',
  'MULTI',
  'SET x 1',
  'INCR list',
  'AUTH a',
  'EXEC',
  'MULTI',
  'SET x',
  'EXEC',
  'EXEC',
  'CLIENT KILL x',
  'SELECT 99',
  'CONFIG SET maxmemory 1',
  'SET x 1',
  'CONFIG SET maxmemory 0',
];

/** The lines of a section, without the times and in order of their names: a hash table has its own. */
function lines(reply: Buffer): string[] {
  return reply
    .toString()
    .split('\r\n')
    .filter((line) => line.includes('stat_'))
    .map((line) => line.replace(/usec=\d+,usec_per_call=[\d.]+/, 'usec'))
    .sort();
}

test('commandstats, errorstats, as a real server', {
  skip: whyNoRealServer() ?? false,
}, async () => {
  const real = await RealServer.start();
  const ours = new ServerHarness();
  try {
    for (const command of COMMANDS) {
      const args = command.split(' ');
      assert.equal(ours.send(args).toString(), (await real.send(args)).toString(), command);
    }
    for (const section of ['commandstats', 'errorstats']) {
      const mine = lines(ours.send(['INFO', section]));
      assert.ok(mine.length > 0);
      assert.deepEqual(mine, lines(await real.send(['INFO', section])));
    }
  } finally {
    await real.stop();
  }
});
