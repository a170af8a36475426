/**
 * The table of directives against a real server: which there are, their defaults, what can be
 * changed, and which values are taken with which error, for each of them.
 */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Directive } from '../../src/engine/process/directives/directive.ts';
import { serverDirectives } from '../../src/engine/process/directives/serverDirectives.ts';
import { printValue } from '../../src/engine/process/values/codecs.ts';
import { Configuration } from '../../src/engine/server/config/configuration.ts';
import { ServerHarness } from '../support/serverHarness.ts';
import { RealServer, whyNoRealServer } from './realServer.ts';
import { childrenOf } from './replies.ts';

const skip = whyNoRealServer() ?? false;
const table: Readonly<Record<string, Directive>> = serverDirectives;
const entries = Object.entries(table);

/** What the tests start the real server with, or what it finds out where it runs. */
const SET_AT_START = new Set(['port', 'bind', 'dir', 'save', 'enable-debug-command']);

/** Values of any kind; those that a directive does not take are compared by their errors. */
const WORDS = [
  '',
  ' ',
  '0',
  '-0',
  '01',
  '+1',
  '1 ',
  '1',
  '7',
  '77',
  '-1',
  '-5%',
  '5%',
  '101%',
  '888',
  '1024',
  '16384',
  '65536',
  '1kb',
  '2MB',
  '1g',
  '3t',
  '1.5',
  '99999999999',
  '-99999999999',
  '9007199254740993',
  '9223372036854775807',
  '9223372036854775808',
  '18446744073709551615',
  '18446744073709551616',
  'yes',
  'NO',
  'maybe',
  'relative',
  'absolute',
  'everysec',
  'always',
  'panic',
  'hostname',
  'resetchannels',
  'clients',
  'optional',
  'VERBOSE',
  'save now',
  'save nosave',
  'FORCE default',
  '60 1',
  '60  1',
  '60 1 300 10',
  '60 -1',
  '99999999999 9999999999',
  '1 2 3',
  '1 2 3000',
  '50 99.9',
  '50.123456789 1e1',
  'normal 1mb 1kb 10',
  'slave 1 2 3 PUBSUB 4 5 6',
  'normal 99999999999999999999 0 0',
  'master 1 2 3',
  'KEA',
  'gxn',
  'AKn',
  'KEAmn',
  'Q',
  'a/b',
  'a\\b',
  'ab-c.d',
  'a_b',
  '{title} {port}',
  '{title',
  '{x}',
  'a b"c\x01',
];

/**
 * Not set to arbitrary values: what reaches the world around the real server, or depends on it. What
 * ours refuses in full (it has one value only) is compared by its errors for words that are no value.
 */
const NOT_SET = new Set([
  'port',
  'bind',
  'dir',
  'requirepass',
  'maxclients',
  'oom-score-adj',
  'oom-score-adj-values',
  'bind-source-addr',
  'repl-backlog-size',
  'watchdog-period',
]);

interface Answers {
  readonly set: string;
  readonly get: string;
}

async function answers(
  send: (args: readonly string[]) => Promise<Buffer> | Buffer,
  name: string,
  word: string,
): Promise<Answers> {
  const set = (await send(['CONFIG', 'SET', name, word])).latin1Slice();
  return { set, get: (await send(['CONFIG', 'GET', name])).latin1Slice() };
}

function valuesIn(reply: Buffer): Map<string, string> {
  const texts = childrenOf(reply).map((child) =>
    child.subarray(child.indexOf('\n') + 1, -2).latin1Slice(),
  );
  const found = new Map<string, string>();
  for (let at = 0; at < texts.length; at += 2) found.set(texts[at]!, texts[at + 1]!);
  return found;
}

test('names, aliases and defaults', { skip }, async () => {
  const real = await RealServer.start();
  const ours = new ServerHarness();
  try {
    const theirs = valuesIn(await real.send(['CONFIG', 'GET', '*']));
    const mine = valuesIn(ours.send(['CONFIG', 'GET', '*']));
    assert.deepEqual([...mine.keys()].sort(), [...theirs.keys()].sort());
    for (const [name, directive] of entries) {
      if (SET_AT_START.has(name)) continue;
      const shown = valuesIn(await real.send(['CONFIG', 'GET', name])).get(name);
      assert.equal(printValue(directive, directive.default), shown, name);
      const isOther = directive.effect === 'refused' && 'always' in directive;
      if (!isOther) assert.equal(valuesIn(ours.send(['CONFIG', 'GET', name])).get(name), shown);
    }
  } finally {
    await real.stop();
  }
});

test('what is immutable, and what is protected', { skip }, async () => {
  const real = await RealServer.start();
  try {
    for (const [name, { immutable, protected: isProtected }] of entries) {
      const current = valuesIn(await real.send(['CONFIG', 'GET', name])).get(name)!;
      const reply = (await real.send(['CONFIG', 'SET', name, current])).latin1Slice();
      assert.equal(reply.includes("can't set immutable config"), immutable === true, name);
      assert.equal(reply.includes("can't set protected config"), isProtected === true, name);
    }
  } finally {
    await real.stop();
  }
});

test('CONFIG SET takes, shows and refuses values as the real server does', { skip }, async () => {
  const options = ['--enable-protected-configs', 'yes'];
  const real = await RealServer.start(...options);
  const ours = new ServerHarness([['enable-protected-configs', 'yes']]);
  try {
    for (const [name, directive] of entries) {
      if (directive.immutable || NOT_SET.has(name) || directive.effect === 'refused') continue;
      const before = valuesIn(ours.send(['CONFIG', 'GET', name])).get(name)!;
      for (const word of WORDS) {
        const theirs = await answers((args) => real.send(args), name, word);
        const mine = await answers((args) => ours.send(args), name, word);
        assert.deepEqual(mine, theirs, `${name} ${JSON.stringify(word)}`);
      }
      const theirs = await answers((args) => real.send(args), name, before);
      assert.deepEqual(await answers((args) => ours.send(args), name, before), theirs, name);
    }
  } finally {
    await real.stop();
  }
});

/** Lines that end a start whatever came before them. */
const STOP = 'no-such-directive\n';

/** The last line of what a server says of a file with that line, and STOP. */
function errorOfFile(dir: string, line: string): string {
  const file = join(dir, 'redis.conf');
  writeFileSync(file, `${line}\n${STOP}`, 'latin1');
  const { stderr } = spawnSync('redis-server', [file], { encoding: 'latin1', cwd: dir });
  return stderr.includes('at line 2') ? '' : stderr.trim().split('\n').at(-1)!;
}

function errorHere(line: string): string {
  const facts = { configFile: 'redis.conf', directives: [] };
  try {
    new Configuration(facts, new Map([['redis.conf', Buffer.from(`${line}\n`, 'latin1')]]));
  } catch (error) {
    return (error as Error).message;
  }
  return '';
}

const FILE_WORDS = [
  '',
  '""',
  '-1',
  '129',
  '65536',
  '9223372036854775808',
  'local7',
  '888',
  'a/b',
  '1 2',
];

test('values in files of what cannot be changed later', { skip }, () => {
  const dir = mkdtempSync(join(tmpdir(), 'differential-'));
  try {
    for (const [name, directive] of entries) {
      if (!directive.immutable || directive.effect === 'refused') continue;
      for (const words of FILE_WORDS) {
        const line = `${name} ${words}`;
        assert.equal(errorHere(line), errorOfFile(dir, line), line);
      }
    }
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});

const LINES = [
  'save "60  1"',
  'save " 60 1"',
  'save "" ""',
  'save "60 1" "300 5"',
  'save',
  'save 60 1 ""',
  'slaveof "127.0.0.1 6379"',
  'slaveof a',
  'bind a b c d e f g h i j k l m n o p q',
  'client-output-buffer-limit "normal 0 0 0"',
  'client-output-buffer-limit normal "0 0 0"',
  'shutdown-on-sigint save force',
  'shutdown-on-sigint "save force"',
  'shutdown-on-sigint',
  'oom-score-adj-values "1 2 3"',
  'oom-score-adj-values 1 2',
  'notify-keyspace-events K E',
  'notify-keyspace-events "K E"',
  'latency-tracking-info-percentiles 101',
  'latency-tracking-info-percentiles',
  'list-max-ziplist-entries 512',
  'list-max-ziplist-entries',
  'lua-replicate-commands a b',
  'sentinel monitor a 127.0.0.1 1 1',
  'dbfilename a/b',
];

test('values of several words in files', { skip }, () => {
  const dir = mkdtempSync(join(tmpdir(), 'differential-'));
  try {
    for (const line of LINES) assert.equal(errorHere(line), errorOfFile(dir, line), line);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});
