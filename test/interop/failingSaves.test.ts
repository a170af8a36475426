/**
 * Saves in the foreground that fail on the real disk: `server` mode says what redis-server says, and
 * keeps the dump that was there.
 */

import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { requirePeer } from '../support/required.ts';
import { type Peer, redisCli, startOurServer, startRedis, waitFor } from './peers.ts';

const LIMIT_MS = 30_000;
const COMMANDS = [['SAVE'], ['DEBUG', 'RELOAD'], ['SHUTDOWN', 'SAVE'], ['FLUSHALL']];

/** Ways to make a step fail, with what undoes them; root may do everything else. */
const OBSTACLES: Readonly<Record<string, (peer: Peer) => () => void>> = {
  'the temp file cannot be opened': (peer) => {
    mkdirSync(tempOf(peer));
    return () => rmdirSync(tempOf(peer));
  },
  'the disk is full': (peer) => {
    symlinkSync('/dev/full', tempOf(peer));
    return () => {};
  },
  'the temp file cannot be renamed': (peer) => {
    const dump = join(peer.directory, 'dump.rdb');
    renameSync(dump, `${dump}.old`);
    mkdirSync(dump);
    return () => renameOver(`${dump}.old`, dump);
  },
};

function tempOf(peer: Peer): string {
  return join(peer.directory, `temp-${peer.pid}.rdb`);
}

function renameOver(from: string, directory: string): void {
  rmdirSync(directory);
  renameSync(from, directory);
}

/** The log's lines without process, time and what names the process. */
function linesOf(peer: Peer, from: number): string[] {
  return (
    peer
      .output()
      .slice(from)
      .split('\n')
      .filter((line) => /^\d+:M /.test(line))
      .map((line) => line.replace(/^.*?\d\.\d{3} /, ''))
      .map((line) => line.replaceAll(String(peer.pid), '<pid>').replaceAll(peer.directory, '<dir>'))
      // `server` mode names its directory as its configuration does.
      .map((line) => line.replace('server root dir .)', 'server root dir <dir>)'))
  );
}

/** Replies and log lines of all commands with the obstacle in the way of each. */
async function story(peer: Peer, obstacle: (peer: Peer) => () => void): Promise<string[]> {
  const told: string[] = [];
  await redisCli(peer.port, 'SET', 'good', '1');
  await redisCli(peer.port, 'SAVE');
  const dump = readFileSync(join(peer.directory, 'dump.rdb'));
  for (const command of COMMANDS) {
    await redisCli(peer.port, 'SET', 'more', '1');
    const from = peer.output().length;
    const undo = obstacle(peer);
    told.push(await redisCli(peer.port, ...command));
    // The mark's line is the last one of this command.
    await redisCli(peer.port, 'DEBUG', 'LOG', 'mark');
    await waitFor(() => peer.output().slice(from).includes('mark'), LIMIT_MS);
    told.push(...linesOf(peer, from));
    undo();
    assert.deepEqual(readFileSync(join(peer.directory, 'dump.rdb')), dump, command.join(' '));
    assert.deepEqual(readdirSync(peer.directory), ['dump.rdb']);
  }
  return told;
}

async function compare(t: TestContext, obstacle: (peer: Peer) => () => void): Promise<void> {
  if (!requirePeer(t, 'redis-server')) return;
  const args = ['--enable-debug-command', 'yes', '--save', '3600 1'];
  const ours = await story(await startOurServer(t, args), obstacle);
  const theirs = await story(await startRedis(t, args), obstacle);
  assert.deepEqual(ours, theirs);
  assert.ok(ours.length >= COMMANDS.length * 3);
}

for (const [name, obstacle] of Object.entries(OBSTACLES)) {
  test(name, (t) => compare(t, obstacle));
}
