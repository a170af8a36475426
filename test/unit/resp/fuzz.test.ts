/**
 * 200,000 random and mutated requests against a whole server: each gives replies or a protocol
 * error, nothing throws, and another client is served all along.
 */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random, seedFromNumber } from '../../../src/engine/machine/random.ts';
import { ServerHarness } from '../../support/serverHarness.ts';

const INPUTS = 200_000;
const INPUTS_A_CONNECTION = 20;

const TEMPLATES = [
  '*1\r\n$4\r\nPING\r\n',
  '*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$5\r\nvalue\r\n',
  '*2\r\n$3\r\nGET\r\n$1\r\nk\r\n',
  '*4\r\n$4\r\nHSET\r\n$1\r\nh\r\n$1\r\nf\r\n$1\r\nv\r\n',
  '*3\r\n$5\r\nLPUSH\r\n$1\r\nl\r\n$10\r\n0123456789\r\n',
  '*4\r\n$4\r\nZADD\r\n$1\r\nz\r\n$3\r\n1.5\r\n$1\r\nm\r\n',
  '*2\r\n$5\r\nHELLO\r\n$1\r\n3\r\n',
  '*3\r\n$6\r\nCONFIG\r\n$3\r\nGET\r\n$1\r\n*\r\n',
  '*1\r\n$5\r\nMULTI\r\n*1\r\n$4\r\nEXEC\r\n',
  '*3\r\n$5\r\nPSYNC\r\n$1\r\n?\r\n$2\r\n-1\r\n',
  '*3\r\n$8\r\nREPLCONF\r\n$3\r\nACK\r\n$1\r\n0\r\n',
  '*2\r\n$9\r\nSUBSCRIBE\r\n$1\r\nc\r\n',
  '*2\r\n$6\r\nCLIENT\r\n$4\r\nLIST\r\n',
  'SET inline "quoted \\x41"\r\n',
  'INFO\r\n',
  '*0\r\n',
];

const ODD = ['*', '$', '\r\n', '-1', '999999999999', ':', '"', "'", '\0', '\xff', '\\', ' '];

function input(random: Random): Buffer {
  if (random.chance(0.1)) {
    return Buffer.from(Array.from({ length: 1 + random.below(40) }, () => random.below(256)));
  }
  let text = TEMPLATES[random.below(TEMPLATES.length)]!;
  if (random.chance(0.3)) text += TEMPLATES[random.below(TEMPLATES.length)]!;
  for (let edits = random.below(4); edits > 0; edits -= 1) {
    const at = random.below(text.length + 1);
    const odd = ODD[random.below(ODD.length)]!;
    const kind = random.below(3);
    if (kind === 0) text = text.slice(0, at) + odd + text.slice(at);
    else if (kind === 1) text = text.slice(0, at) + text.slice(at + 1 + random.below(3));
    else text = text.slice(0, at) + odd + text.slice(at + odd.length);
  }
  return Buffer.from(text === '' ? '\r\n' : text, 'latin1');
}

test(`${INPUTS} random and mutated requests`, () => {
  const random = new Random(seedFromNumber(20_231));
  const harness = new ServerHarness();
  let errors = 0;
  let conn = harness.connect();
  for (let i = 0; i < INPUTS; i += 1) {
    if (i % INPUTS_A_CONNECTION === 0) harness.disconnect(conn);
    if (!harness.isOpen(conn)) conn = harness.connect();
    if (harness.sendRaw(input(random), conn).includes('-ERR')) errors += 1;
  }
  assert.ok(errors > INPUTS / 20, `only ${errors} inputs met an error`);
  assert.equal(String(harness.send(['PING'])), '+PONG\r\n');
});
