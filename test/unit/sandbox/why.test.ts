/** Why something was decided, in sentences of real runs. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Sandbox } from '../../../src/sandbox/sandbox.ts';
import { namesIn } from '../../../src/sandbox/why/names.ts';
import { whyRefused } from '../../../src/sandbox/why/refusals.ts';
import { sentenceOf } from '../../../src/sandbox/why/why.ts';
import type { Operation } from '../../../src/view/messages.ts';
import { bootedSandbox } from '../../support/sandboxes.ts';

function perform(sandbox: Sandbox, ...operations: readonly Operation[]): void {
  for (const operation of operations) {
    sandbox.perform(operation, (outcome) => assert.ok(outcome.ok, JSON.stringify(outcome)));
    sandbox.advance(sandbox.world.now + 50_000);
  }
}

function ask(sandbox: Sandbox, node: string, ...lines: readonly string[]): void {
  for (const line of lines) perform(sandbox, { op: 'command', node, line });
}

function pass(sandbox: Sandbox, seconds: number): void {
  sandbox.advance(sandbox.world.now + seconds * 1_000_000);
}

/** `s1: …` for each note after an id. */
function sentences(sandbox: Sandbox, after = 0): string[] {
  const names = namesIn(sandbox.world);
  return sandbox.world
    .notesSince(after)
    .map(({ node, note }) => `${node}: ${sentenceOf(note, names)}`);
}

function assertSaid(said: readonly string[], ...patterns: readonly RegExp[]): void {
  for (const pattern of patterns) {
    assert.ok(
      said.some((text) => pattern.test(text)),
      `${pattern} is not among\n${said.join('\n')}`,
    );
  }
}

test('why a resynchronization is full or partial', () => {
  const sandbox = bootedSandbox();
  assertSaid(
    sentences(sandbox),
    /^m: full resynchronization of r1: it has nothing to continue from \(PSYNC \? -1\)$/,
    /^m: replica r1 is online from byte \d+ on$/,
    /^r1: replicates m from offset \d+ on, after a full resynchronization, in history [0-9a-f]{8}…$/,
  );
  let mark = sandbox.world.state.trace.noteCount;
  ask(sandbox, 'm', 'SET k v');
  perform(sandbox, { op: 'reset', a: 'm', b: 'r1' });
  pass(sandbox, 3);
  assertSaid(
    sentences(sandbox, mark),
    /^r1: loses its master at offset (\d+): it will ask for byte \d+$/,
    /^m: loses replica r1, which has acknowledged offset \d+ of \d+: \d+ bytes? not acknowledged$/,
    /^m: partial resynchronization of r1: it asks for byte \d+, (and the backlog holds bytes 1 to \d+: \d+ bytes? to send|the next one to be written: it lacks nothing)$/,
  );

  mark = sandbox.world.state.trace.noteCount;
  ask(sandbox, 'm', 'CONFIG SET repl-backlog-size 16384 repl-timeout 5');
  perform(sandbox, { op: 'freeze', node: 'r1' }, { op: 'reset', a: 'm', b: 'r1' });
  ask(sandbox, 'm', `SET k ${'x'.repeat(20_000)}`, `SET k ${'y'.repeat(20_000)}`);
  perform(sandbox, { op: 'thaw', node: 'r1' });
  pass(sandbox, 3);
  const late =
    /^m: full resynchronization of r1: it asks for byte (\d+), but the backlog holds only bytes (\d+) to \d+: (\d+) bytes too late$/;
  const said = sentences(sandbox, mark);
  assertSaid(said, late);
  const [, asked, first, missing] = late.exec(said.find((text) => late.test(text))!)!;
  assert.equal(Number(first) - Number(asked), Number(missing));
});

test('why a replica was selected, and the others were not', () => {
  const sandbox = bootedSandbox();
  ask(sandbox, 'r1', 'CONFIG SET replica-priority 0');
  ask(sandbox, 'r2', 'CONFIG SET replica-priority 50');
  pass(sandbox, 12);
  perform(sandbox, { op: 'crash', node: 'm' });
  pass(sandbox, 15);
  assertSaid(
    sentences(sandbox),
    /^s\d: master mymaster is subjectively down: no acceptable reply to PING for [\d.]+ s \(down-after-milliseconds \d+\), the last one came [\d.]+ s ago$/,
    /^s\d: master mymaster is not objectively down yet: 1 of 3 Sentinels say so, quorum 2 is needed$/,
    /^s\d: master mymaster is objectively down: [23] of 3 Sentinels say so \(quorum 2\)$/,
    /^s\d: votes for itself in epoch 1: it has not voted in that epoch before$/,
    /^s\d: votes for s\d in epoch 1: /,
    /^s\d: is elected in epoch 1: [23] of 3 votes for s\d; 2 needed \(quorum 2, majority 2\)$/,
    /^s\d: selects r2: no other may be promoted\. r2: priority 50, offset \d+, run ID [0-9a-f]{8}…; r1: priority 0, offset \d+, run ID [0-9a-f]{8}…, excluded: priority 0$/,
    /^r2: becomes a master at offset \d+: history [0-9a-f]{8}… begins, and [0-9a-f]{8}… is served before byte \d+$/,
    /^s\d: starts no failover of mymaster for another [\d.]+ s: it voted for s\d less than twice failover-timeout, [\d.]+ s, ago$/,
  );
  const mark = sandbox.world.state.trace.noteCount;
  perform(sandbox, { op: 'restart', node: 'm' });
  pass(sandbox, 15);
  assertSaid(
    sentences(sandbox, mark),
    /^m: becomes a replica of r2 at offset \d+$/,
    /^r2: full resynchronization of m: it asks for byte \d+ of history [0-9a-f]{8}…, |^r2: partial resynchronization of m|^r2: full resynchronization of m: it has nothing/,
  );
});

test('a greater offset decides between equal priorities, and then the run ID', () => {
  const names = { node: (address: string) => address, sentinel: (id: string) => id };
  const candidate = (name: string, priority: number, offset: number, runid: string) => ({
    ...{ name, priority, offset, runid, excluded: '' },
  });
  const why = (...candidates: ReturnType<typeof candidate>[]): string => {
    const note = { kind: 'selected', master: 'm', replica: 'a', candidates } as const;
    return sentenceOf(note, names).replace(/\..*/, '');
  };
  const [a, b] = [candidate('a', 100, 900, 'aa'), candidate('b', 100, 870, 'bb')];
  assert.equal(why(a, b), 'selects a: it has the greatest offset, 30 bytes more than the next');
  assert.equal(
    why(a, { ...b, offset: 900 }),
    'selects a: priority and offset are equal, and it has the lowest run ID',
  );
  assert.equal(why({ ...a, priority: 1 }, b), 'selects a: it has the lowest replica-priority, 1');
});

test('why no leader is elected, and none is selected', () => {
  const sandbox = bootedSandbox();
  ask(sandbox, 'r1', 'CONFIG SET replica-priority 0');
  ask(sandbox, 'r2', 'CONFIG SET replica-priority 0');
  ask(sandbox, 's1', 'SENTINEL SET mymaster quorum 1');
  pass(sandbox, 12);
  for (const b of ['s2', 's3', 'm']) perform(sandbox, { op: 'cut', a: 's1', b, oneway: false });
  pass(sandbox, 25);
  assertSaid(
    sentences(sandbox),
    /^s1: is not elected in epoch \d+: 1 of 3 votes for s1; 2 needed \(quorum 1, majority 2\)$/,
    /^s1: Sentinel s2 is subjectively down: no acceptable reply to PING for /,
  );
  perform(sandbox, { op: 'heal' }, { op: 'crash', node: 'm' });
  pass(sandbox, 60);
  assertSaid(
    sentences(sandbox),
    /^s\d: selects no replica: none of 2 replicas may be promoted\. r[12]: priority 0, .* excluded: priority 0; r[12]: /,
  );
});

test('a forced failover, TILT, and errors that say little', () => {
  const sandbox = bootedSandbox();
  ask(sandbox, 's1', 'SENTINEL FAILOVER mymaster');
  perform(sandbox, { op: 'freeze', node: 's2' });
  pass(sandbox, 5);
  perform(sandbox, { op: 'thaw', node: 's2' });
  pass(sandbox, 40);
  assertSaid(
    sentences(sandbox),
    /^s1: leads the failover of mymaster in epoch 1 without votes: SENTINEL FAILOVER asked for it$/,
    /^s2: TILT: [\d.]+ s have passed since the last turn, so what looks silent may have answered$/,
    /^s2: TILT is over: the clock has been steady for long enough$/,
  );
  assert.equal(
    whyRefused('READONLY'),
    'refused with READONLY: it is a replica, and replicas take no writes (replica-read-only)',
  );
  assert.equal(whyRefused('ERR'), undefined);
});
