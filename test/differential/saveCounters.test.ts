/** INFO's counters of saves, after the same commands. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { ServerHarness } from '../support/serverHarness.ts';
import { RealServer, whyNoRealServer } from './realServer.ts';

const COMMANDS = [
  'SET a 1',
  'SAVE',
  'BGSAVE',
  'CONFIG SET save "3600 1"',
  'FLUSHALL',
  'SET b 1',
  'DEBUG RELOAD',
  'SAVE',
  'CONFIG RESETSTAT',
  'SAVE',
];

function counters(info: Buffer): string[] {
  return info
    .toString()
    .split('\r\n')
    .filter((line) => /^(rdb_saves|total_forks)/.test(line));
}

async function idle(server: RealServer): Promise<void> {
  const busy = async () =>
    (await server.send(['INFO', 'persistence'])).includes('rdb_bgsave_in_progress:1');
  for (let i = 0; i < 500 && (await busy()); i += 1) await delay(10);
}

test('rdb_saves and total_forks, as a real server', {
  skip: whyNoRealServer() ?? false,
}, async () => {
  const real = await RealServer.start();
  const ours = new ServerHarness();
  try {
    for (const command of COMMANDS) {
      const args = command.replaceAll('"', '').split(' ');
      const words = command.includes('"') ? ['CONFIG', 'SET', 'save', '3600 1'] : args;
      assert.equal(ours.send(words).toString(), (await real.send(words)).toString(), command);
      await idle(real);
      assert.deepEqual(counters(ours.send(['INFO'])), counters(await real.send(['INFO'])), command);
    }
  } finally {
    await real.stop();
  }
});
