/** Configuration files that cannot be used: what a real server says on standard error, line for line. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseServerArguments } from '../../src/cli/serverArguments.ts';
import { ConfigError } from '../../src/engine/process/configFile.ts';
import { Configuration } from '../../src/engine/server/config/configuration.ts';
import { whyNoRealServer } from './realServer.ts';

const FILES = [
  'port 0\nfoo bar\n',
  '# x\n\nport 99999\n',
  'save 1\n',
  'maxmemory "100mb\n',
  'port\n',
  'port 1 2\n',
  '\n  PORT   abc \n',
  'replicaof a\n',
  'replicaof a b\n',
  'client-output-buffer-limit slave 1\n',
  'client-output-buffer-limit replica 1 2 x\n',
  'loglevel loud',
  'maxmemory-policy foo\n',
  'repl-diskless-load maybe\n',
  'repl-diskless-sync maybe\n',
  'notify-keyspace-events Q\n',
  'hash-max-listpack-value x\n',
  'maxmemory 1x\n',
  'hz many\n',
];

const COMMAND_LINES = [
  '--foo bar',
  '--port',
  '--timeout 1 --port',
  '--timeout 1 --port 6379 6380',
  '--port --loglevel verbose',
  '--port --bla --loglevel verbose',
  '--masterauth --x --loglevel --bla',
  '--replicaof 127.0.0.1 abc',
  '--replicaof --127.0.0.1 abc',
  '--replicaof --127.0.0.1 --abc',
  '--save --save 1 --port x',
  '--timeout 1 --databases 0',
];

function reportOf(text: string, directives: readonly (readonly string[])[]): string {
  try {
    new Configuration(
      { configFile: 'redis.conf', directives },
      new Map([['redis.conf', Buffer.from(text)]]),
    );
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return `\n${error.report().join('\n')}\n`;
  }
  return 'no error';
}

test('a configuration that cannot be used', { skip: whyNoRealServer() ?? false }, () => {
  const dir = mkdtempSync(join(tmpdir(), 'differential-'));
  const file = join(dir, 'redis.conf');
  const reported = (text: string, ...args: readonly string[]): string => {
    writeFileSync(file, text);
    return spawnSync('redis-server', [file, ...args], { encoding: 'utf8', cwd: dir }).stderr;
  };
  try {
    for (const text of FILES) assert.equal(reportOf(text, []), reported(text), text);
    for (const text of ['', 'port 0\n', 'port 0']) {
      for (const line of COMMAND_LINES) {
        const args = line.split(' ');
        const ours = reportOf(text, parseServerArguments(args).directives);
        assert.equal(ours, reported(text, ...args), `${JSON.stringify(text)} and ${line}`);
      }
    }
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});
