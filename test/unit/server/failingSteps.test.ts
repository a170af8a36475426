/**
 * A save in the foreground, and CONFIG REWRITE, with each of their file operations failing: the file
 * that was there stays whole, the replies and log lines are those of redis-server 7.0.15 (asked with
 * strace's error injection).
 */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FileOp } from '../../../src/engine/machine/machine.ts';
import { ServerHarness } from '../../support/serverHarness.ts';

const FULL = 'No space left on device';
const BROKEN = 'Input/output error';
const STEPS = ['write', 'append', 'fsync', 'rename'] as const;
type Step = (typeof STEPS)[number];

const TEMP = 'temp-4242.rdb';
const SAVE_LINES: Readonly<Record<Step, string>> = {
  write: `Failed opening the temp RDB file ${TEMP} (in server root dir .) for saving: `,
  append: 'Write error saving DB on disk(fflush): ',
  fsync: 'Write error saving DB on disk(fsync): ',
  rename: `Error moving temp DB file ${TEMP} on the final destination dump.rdb (in server root dir .): `,
};

/** Command, its reply when the save fails, and the lines that follow the failure's own. */
const SAVERS: readonly (readonly [string, string, readonly string[]])[] = [
  ['SAVE', '-ERR\r\n', []],
  ['DEBUG RELOAD', '-ERR\r\n', []],
  ['FLUSHALL', '+OK\r\n', []],
  [
    'SHUTDOWN SAVE',
    '-ERR Errors trying to SHUTDOWN. Check logs.\r\n',
    [
      "Error trying to save the DB, can't exit.",
      'Errors trying to shut down the server. Check the logs for more information.',
    ],
  ],
];

function failing(step: Step, error: string): (op: FileOp) => string | undefined {
  return (op) => (op.kind === step ? error : undefined);
}

function info(harness: ServerHarness, section: string, field: string): string {
  const text = harness.send(['INFO', section]).toString();
  return new RegExp(`${field}:([^\r]*)`).exec(text)![1]!;
}

for (const [command, reply, following] of SAVERS) {
  for (const step of STEPS) {
    for (const error of [FULL, BROKEN]) {
      test(`${command}: ${step} fails with ${error}`, () => {
        const harness = new ServerHarness([['save', '900 1']]);
        harness.send(['SET', 'good', '1']);
        harness.send(['SAVE']);
        const good = harness.files.get('dump.rdb');
        harness.send(['SET', 'more', '1']);
        harness.failure = failing(step, error);
        const from = harness.logLines.length;
        assert.equal(harness.send(command.split(' ')).toString(), reply);
        const lines = harness.logLines.slice(from);
        assert.deepEqual(
          lines.slice(-1 - following.length),
          [SAVE_LINES[step] + error, ...following].map((line) => `M ${line}`),
        );
        assert.ok(!lines.some((line) => line.includes('DB saved on disk')));
        assert.equal(harness.files.get('dump.rdb'), good, 'the old dump stays');
        assert.deepEqual([...harness.files.keys()], ['dump.rdb'], 'the temp file goes');
        assert.equal(harness.exitCode, undefined);
        assert.notEqual(info(harness, 'persistence', 'rdb_changes_since_last_save'), '0');
        assert.equal(info(harness, 'persistence', 'rdb_last_bgsave_status'), 'ok');
        harness.failure = () => undefined;
        assert.equal(harness.send(['SAVE']).toString(), '+OK\r\n', 'the next one succeeds');
        assert.notEqual(harness.files.get('dump.rdb'), good);
      });
    }
  }
}

test('a dump beyond a buffer of stdio fails in the writing itself', () => {
  const harness = new ServerHarness([['rdbcompression', 'no']]);
  harness.send(['SET', 'big', 'x'.repeat(9_000)]);
  harness.failure = failing('append', FULL);
  assert.equal(harness.send(['SAVE']).toString(), '-ERR\r\n');
  assert.equal(harness.logLines.at(-1), `M Write error saving DB on disk(rdbSaveRio): ${FULL}`);
});

test('a final save that fails ends the process if it is forced', () => {
  const harness = new ServerHarness();
  harness.failure = failing('fsync', BROKEN);
  harness.send(['SHUTDOWN', 'SAVE', 'FORCE']);
  assert.equal(harness.exitCode, 0);
});

test('a failed save counts as an error of its command', () => {
  const harness = new ServerHarness();
  harness.failure = failing('rename', BROKEN);
  harness.send(['SAVE']);
  assert.match(info(harness, 'commandstats', 'cmdstat_save'), /^calls=1,.*failed_calls=1$/);
  assert.equal(info(harness, 'errorstats', 'errorstat_ERR'), 'count=1');
});

const REWRITE_LINES: Readonly<Record<Step, string>> = {
  write: 'Could not create tmp config file ',
  append: 'Failed after writing (0) bytes to tmp config file ',
  fsync: 'Could not sync tmp config file to disk ',
  rename: 'Could not rename tmp config file ',
};

for (const step of STEPS) {
  for (const error of [FULL, BROKEN]) {
    test(`CONFIG REWRITE: ${step} fails with ${error}`, () => {
      const harness = new ServerHarness([], undefined, 'maxclients 50\n# mine\n');
      const old = harness.files.get('redis.conf');
      harness.send(['CONFIG', 'SET', 'maxclients', '60']);
      harness.failure = failing(step, error);
      const reply = harness.send(['CONFIG', 'REWRITE']).toString();
      assert.equal(reply, `-ERR Rewriting config file: ${error}\r\n`);
      assert.deepEqual(harness.logLines.slice(-2), [
        `M ${REWRITE_LINES[step]}(${error})`,
        `M CONFIG REWRITE failed: ${error}`,
      ]);
      assert.equal(harness.files.get('redis.conf'), old);
      assert.deepEqual([...harness.files.keys()], ['redis.conf']);
      assert.match(
        info(harness, 'commandstats', 'cmdstat_config\\|rewrite'),
        /^calls=1,.*failed_calls=1$/,
      );
      harness.failure = () => undefined;
      assert.equal(harness.send(['CONFIG', 'REWRITE']).toString(), '+OK\r\n');
      assert.match(harness.files.get('redis.conf')!.toString(), /^maxclients 60\n# mine\n/);
      assert.equal(harness.logLines.at(-1), 'M CONFIG REWRITE executed with success.');
    });
  }
}
