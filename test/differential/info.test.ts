/** INFO: its names, and what it counts after the same commands. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
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

/** The lines of INFO that are asked for. */
function matching(reply: Buffer, pattern: RegExp): string[] {
  return reply
    .toString()
    .split('\r\n')
    .filter((line) => pattern.test(line));
}

/** The lines of a section, without the times and in order of their names: a hash table has its own. */
function lines(reply: Buffer): string[] {
  return matching(reply, /stat_/)
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

/** Of each section, the names of its fields. */
function names(reply: Buffer): Map<string, string[]> {
  const found = new Map<string, string[]>();
  let fields: string[] = [];
  // The bulk string's own header and end are no lines of INFO.
  for (const line of reply.toString().split('\r\n').slice(1)) {
    if (line.startsWith('# ')) {
      fields = [];
      found.set(line, fields);
    } else if (line !== '') {
      fields.push(line.slice(0, line.indexOf(':')));
    }
  }
  return found;
}

test('INFO names nothing that a real server does not, in its order', {
  skip: whyNoRealServer() ?? false,
}, async () => {
  const real = await RealServer.start();
  const ours = new ServerHarness();
  try {
    for (const server of [ours, real]) await server.send(['SET', 'a', '1']);
    const theirs = names(await real.send(['INFO']));
    const mine = names(ours.send(['INFO']));
    assert.ok(mine.size >= 8);
    for (const [section, fields] of mine) {
      const all = theirs.get(section);
      assert.ok(all !== undefined, section);
      assert.deepEqual(
        fields,
        all.filter((field) => fields.includes(field)),
        section,
      );
    }
  } finally {
    await real.stop();
  }
});

test('the bytes of clients are counted as a real server counts them', {
  skip: whyNoRealServer() ?? false,
}, async () => {
  const real = await RealServer.start();
  const ours = new ServerHarness();
  const counted = (reply: Buffer): string[] => matching(reply, /^total_(net|commands)/);
  try {
    const args = [
      ['CONFIG', 'RESETSTAT'],
      ['SET', 'a', 'x'.repeat(1000)],
      ['GET', 'a'],
      ['NOSUCH'],
    ];
    for (const words of args) assert.deepEqual(ours.send(words), await real.send(words));
    const mine = counted(ours.send(['INFO', 'stats']));
    assert.equal(mine.length, 5);
    assert.deepEqual(mine, counted(await real.send(['INFO', 'stats'])));
  } finally {
    await real.stop();
  }
});

const SAVES = [
  ['SET', 'a', '1'],
  ['SAVE'],
  ['BGSAVE'],
  ['CONFIG', 'SET', 'save', '3600 1'],
  ['FLUSHALL'],
  ['SET', 'b', '1'],
  ['DEBUG', 'RELOAD'],
  ['SAVE'],
  ['CONFIG', 'RESETSTAT'],
  ['SAVE'],
];
const COUNTERS = /^(rdb_saves|total_forks)/;

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
    for (const words of SAVES) {
      const command = words.join(' ');
      assert.equal(ours.send(words).toString(), (await real.send(words)).toString(), command);
      await idle(real);
      assert.deepEqual(
        matching(ours.send(['INFO']), COUNTERS),
        matching(await real.send(['INFO']), COUNTERS),
        command,
      );
    }
  } finally {
    await real.stop();
  }
});
