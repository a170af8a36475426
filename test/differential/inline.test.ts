/** Inline requests byte by byte: what separates words, what ends a line, what never ends. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ServerHarness } from '../support/serverHarness.ts';
import { RealServer, whyNoRealServer } from './realServer.ts';

const LINES: readonly string[] = [
  'PING\x0b',
  '\x0bPING',
  '\x0c\tPING ',
  'PING\x0cx',
  'ECHO a\x0bb',
  'ECHO\x0ba',
  'ECHO a\rb',
  'ECHO a\tb',
  'ECHO "a"\x0b',
  'ECHO "a"\x0cb',
  "ECHO 'a'\x0b\x0c b",
  'ECHO "a\\x00b"',
  'ECHO \xa0x\x85',
  'ECHO "\\n\\r\\t\\b\\a\\q\\"\\\\"',
  "ECHO 'it\\'s \\n'",
  '"PING"',
  "'ECHO' ''",
  '""',
  'ECHO x"y"',
];

/** The NUL hides the line's end from both: only a line that is too long is answered. */
const NUL_LINES: readonly string[] = ['\0x', 'PING\0', '"PING"\0 a', 'PING \0x y', '  \0', '\0'];

test('inline requests, as a real server', { skip: whyNoRealServer() ?? false }, async () => {
  const real = await RealServer.start();
  try {
    const harness = new ServerHarness();
    const compare = async (text: string) => {
      const ours = harness.sendRaw(Buffer.from(text, 'latin1'), harness.connect());
      const theirs = await real.exchange(text);
      assert.equal(ours.latin1Slice(), theirs.latin1Slice(), JSON.stringify(text.slice(0, 40)));
    };
    for (const line of LINES) await compare(`${line}\r\nQUIT\r\n`);
    for (const line of NUL_LINES) await compare(`PING\r\n${line}\r\nPING\r\n${'x'.repeat(70_000)}`);
  } finally {
    await real.stop();
  }
});
