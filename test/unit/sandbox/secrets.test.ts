/** Passwords are neither shown nor saved, wherever they come from and however chunks cut them. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Sandbox } from '../../../src/sandbox/sandbox.ts';
import type { Operation, Outcome } from '../../../src/view/messages.ts';
import { Outside } from '../../support/outside.ts';
import { bootedSandbox } from '../../support/sandboxes.ts';

const COMMANDS = [
  'AUTH planted\r\n',
  'auth  "pla\\x6eted"  \r\n',
  '*2\r\n$4\r\nauth\r\n$7\r\nplanted\r\n',
  '*3\r\n$4\r\nAUTH\r\n$7\r\ndefault\r\n$7\r\nplanted\r\n',
  '*5\r\n$5\r\nHELLO\r\n$1\r\n3\r\n$4\r\nAUTH\r\n$7\r\ndefault\r\n$7\r\nplanted\r\n',
  '*4\r\n$6\r\nCONFIG\r\n$3\r\nSET\r\n$10\r\nmasterauth\r\n$7\r\nplanted\r\n',
  'CONFIG SET maxclients 100 requirepass planted\r\nAUTH planted\r\nCONFIG SET requirepass ""\r\n',
  '*4\r\n$3\r\nACL\r\n$7\r\nSETUSER\r\n$1\r\nu\r\n$8\r\n>planted\r\n',
];
/** Parts of `planted` that nothing else contains. */
const PLANTED = /planted|plant|lante|anted|pla\\+x6e|pla\\x6e/;

function answer(sandbox: Sandbox, operation: Operation): Outcome {
  let outcome: Outcome | undefined;
  sandbox.perform(operation, (given) => {
    outcome = given;
  });
  sandbox.advance(sandbox.world.now + 100_000);
  return outcome!;
}

function data(sandbox: Sandbox, operation: Operation): unknown {
  const outcome = answer(sandbox, operation);
  assert.ok(outcome.ok, JSON.stringify(outcome));
  return outcome.data ?? outcome.log;
}

/** All that is shown of a sandbox from an event on, as texts. */
function* shown(sandbox: Sandbox, first: number): Generator<string> {
  yield JSON.stringify(sandbox.takeFeed());
  yield JSON.stringify(sandbox.snapshot());
  const { eventCount } = sandbox.world;
  yield JSON.stringify(data(sandbox, { op: 'events', from: 1, count: 10_000 }));
  yield JSON.stringify(data(sandbox, { op: 'milestones', after: 0 }));
  for (let event = first; event <= eventCount; event += 1) {
    yield JSON.stringify(data(sandbox, { op: 'event', event }));
  }
  for (const { name } of sandbox.reading.nodes) {
    yield JSON.stringify(data(sandbox, { op: 'log', node: name, count: 100 }));
  }
}

function assertHidden(sandbox: Sandbox, first: number): void {
  for (const text of shown(sandbox, first)) {
    const found = PLANTED.exec(text);
    if (found !== null) assert.fail(text.slice(Math.max(0, found.index - 200), found.index + 50));
  }
}

test('commands with passwords are shown without them, wherever chunks cut them', () => {
  for (const command of COMMANDS) {
    const sandbox = bootedSandbox();
    const booted = sandbox.world.eventCount;
    const outside = new Outside(sandbox);
    for (let cut = 1; cut <= command.length; cut += 1) {
      const client = outside.connect('m');
      client.send(command.slice(0, cut));
      sandbox.advance(sandbox.world.now + 1_000);
      if (cut < command.length) client.send(command.slice(cut));
      sandbox.advance(sandbox.world.now + 1_000);
    }
    assertHidden(sandbox, booted);
  }
});

test('what waits for a frozen process is shown without passwords', () => {
  const sandbox = bootedSandbox();
  const booted = sandbox.world.eventCount;
  const outside = new Outside(sandbox);
  const clients = COMMANDS.map(() => outside.connect('m'));
  sandbox.advance(sandbox.world.now + 1_000);
  answer(sandbox, { op: 'freeze', node: 'm' });
  for (const [index, client] of clients.entries()) {
    for (const byte of COMMANDS[index]!) client.send(byte);
    sandbox.advance(sandbox.world.now + 1_000);
  }
  answer(sandbox, { op: 'thaw', node: 'm' });
  assertHidden(sandbox, booted);
  const words = JSON.stringify(data(sandbox, { op: 'events', from: booted, count: 10_000 }));
  assert.match(words, /AUTH \(hidden\)/);
});

test('replies, the dialogues of nodes, logs and the feed show no password', () => {
  const sandbox = bootedSandbox();
  const booted = sandbox.world.eventCount;
  const outside = new Outside(sandbox);
  for (const node of ['m', 'r1', 'r2']) {
    answer(sandbox, {
      op: 'command',
      node,
      line: 'CONFIG SET masterauth planted requirepass planted',
    });
  }
  for (const node of ['s1', 's2', 's3']) {
    answer(sandbox, { op: 'command', node, line: 'SENTINEL SET mymaster auth-pass planted' });
  }
  sandbox.world.inject({
    kind: 'addNode',
    name: 'r3',
    machine: 'server',
    ports: [6_403],
    directives: [['requirepass', 'planted', 'planted']],
  });
  const client = outside.connect('m');
  client.send('HELLO 3 AUTH default planted\r\nCONFIG GET *\r\n');
  sandbox.advance(sandbox.world.now + 1_000_000);
  answer(sandbox, { op: 'crash', node: 'm' });
  sandbox.advance(sandbox.world.now + 15_000_000);
  answer(sandbox, { op: 'pause' });
  answer(sandbox, { op: 'command', node: 'r1', line: 'CONFIG GET requirepass' });
  answer(sandbox, { op: 'step', count: 20 });
  assert.match(client.received, /planted/);
  assertHidden(sandbox, booted);
  const words = JSON.stringify(data(sandbox, { op: 'events', from: 1, count: 10_000 }));
  assert.match(words, /AUTH \(hidden\)/);
  assert.match(words, /CONFIG SET masterauth \(hidden\) requirepass \(hidden\)/);
});

test('RECORDING SAVE replaces passwords, unless SECRETS is given', () => {
  const sandbox = bootedSandbox({ record: true });
  let saved = '';
  sandbox.surroundings = {
    save: (_path, parts) => {
      saved = Buffer.concat(parts).latin1Slice();
      return undefined;
    },
    fork: () => {},
  };
  const save = (secrets?: boolean): Outcome =>
    answer(sandbox, {
      op: 'saveRecording',
      path: 'x',
      ...(secrets === undefined ? {} : { secrets }),
    });
  assert.deepEqual(save(), { ok: true, text: 'saved x, no password in it' });
  answer(sandbox, { op: 'command', node: 'm', line: 'CONFIG SET requirepass planted' });
  answer(sandbox, { op: 'command', node: 'm', line: 'PING' });
  assert.deepEqual(save(), { ok: true, text: 'saved x, 1 password replaced' });
  assert.doesNotMatch(saved, PLANTED);
  assert.deepEqual(save(true), { ok: true, text: 'saved x, with all passwords' });
  assert.match(saved, /planted/);
});
