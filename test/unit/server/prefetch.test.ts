/** A pipeline over a large database, whose rows are loaded ahead, against the same commands one by one. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random, seedFromNumber } from '../../../src/engine/machine/random.ts';
import { Request } from '../../../src/engine/resp/request.ts';
import { ServerHarness } from '../../support/serverHarness.ts';

/** Enough for rows to be loaded ahead. */
const KEYS = 10_000;

function filled(): ServerHarness {
  const harness = new ServerHarness();
  for (let i = 0; i < KEYS; i += 1) harness.send(['SET', `key:${i}`, `${i}`]);
  return harness;
}

function draw(random: Random): string[] {
  const key = `key:${random.below(KEYS + 500)}`;
  const long = 'long'.padEnd(random.below(6_000), '-');
  const commands = [
    ...[
      ['GET', key],
      ['SET', key, 'v'],
      ['INCR', key],
      ['DEL', key],
      ['SET', long, 'v'],
      ['GET', long],
    ],
    ...[['SELECT', `${random.below(2)}`], ['PING'], ['GET'], ['MULTI'], ['EXEC'], ['NOSUCH', key]],
    ...[
      ['MGET', key, 'key:1'],
      ['RENAME', key, 'key:2'],
      ['WAIT', '0', '0'],
      ['LPUSH', 'l', 'a'],
    ],
    ...[['CLIENT', 'REPLY', 'ON'], ['FLUSHDB'], ['SWAPDB', '0', '1'], ['GET', 'l']],
  ];
  // The last but two would leave little to look up.
  return commands[random.below(random.below(200) === 0 ? commands.length : commands.length - 3)]!;
}

test('a pipeline over a large database answers as its commands do one by one', () => {
  const piped = filled();
  const single = filled();
  for (let seed = 1; seed <= 300; seed += 1) {
    const random = new Random(seedFromNumber(seed));
    const commands = Array.from({ length: 1 + random.below(80) }, () => draw(random));
    const alone = commands.map((command) => single.send(command));
    const together = piped.sendRaw(Buffer.concat(commands.map((args) => Request.of(args).bytes)));
    assert.equal(together.latin1Slice(), Buffer.concat(alone).latin1Slice(), `seed ${seed}`);
  }
  assert.deepEqual(piped.send(['DEBUG', 'DIGEST']), single.send(['DEBUG', 'DIGEST']));
});
