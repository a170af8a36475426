/** Recordings without secrets: what is found, what stands for it, and that the run stays the same. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { copyState } from '../../../src/engine/machine/state.ts';
import type { Sandbox } from '../../../src/sandbox/sandbox.ts';
import { type Recording, recordingFrom } from '../../../src/world/journal.ts';
import { parse, serialize } from '../../../src/world/recordingFile.ts';
import { replay } from '../../../src/world/replay.ts';
import { maskRecording } from '../../../src/world/secrets/maskRecording.ts';
import { World } from '../../../src/world/world.ts';
import { type Client, Outside } from '../../support/outside.ts';
import { bootedSandbox } from '../../support/sandboxes.ts';

function mask(sandbox: Sandbox, recording: Recording = sandbox.world.recording()!) {
  return maskRecording(recording, sandbox.world.state.trace);
}

/** The bytes of the file, as text. */
function fileOf(recording: Recording): string {
  return Buffer.concat(serialize(recording)).latin1Slice();
}

function assertWithout(recording: Recording, secrets: readonly string[]): void {
  const text = fileOf(recording);
  for (const secret of secrets) assert.equal(text.includes(secret), false, secret);
}

function advance(sandbox: Sandbox, ms: number): void {
  sandbox.advance(sandbox.world.now + ms * 1_000);
}

test('passwords of every origin are replaced, and the run stays the same', () => {
  const sandbox = bootedSandbox({ record: true });
  const outside = new Outside(sandbox);
  const client = outside.connect('m');
  client.send('CONFIG SET requirepass planted-one masterauth planted-one-and-more\r\n');
  client.send('CONFIG REWRITE\r\nCONFIG GET *auth*\r\nCONFIG GET requirepass\r\n');
  outside
    .connect('r1')
    .send('CONFIG SET masterauth "planted \\x74wo" requirepass planted-three\r\n');
  outside
    .connect('s1')
    .send(
      'SENTINEL SET mymaster auth-pass planted-four\r\nSENTINEL CONFIG SET sentinel-pass planted-5\r\n',
    );
  advance(sandbox, 100);
  const other = outside.connect('m');
  other.send(
    '*2\r\n$4\r\nAUTH\r\n$13\r\nplanted-wrong\r\n*3\r\n$4\r\nAUTH\r\n$7\r\ndefault\r\n$11\r\nplanted-one\r\n',
  );
  other.send('HELLO 3 AUTH default planted-one SETNAME me\r\nACL SETUSER u >planted-six\r\n');
  advance(sandbox, 3_000);
  assert.match(other.received, /-WRONGPASS [^\n]*\n\+OK\r\n%7/);
  const { recording, secrets } = mask(sandbox);
  assert.equal(secrets, 8);
  assertWithout(recording, ['planted', 'anted', '\\x74']);
  const world = replay(parse(Buffer.from(fileOf(recording), 'latin1')));
  assert.equal(world.eventCount, sandbox.world.eventCount);
  assert.equal(world.state.trace.differenceFrom(sandbox.world.state.trace), undefined);
  assert.match(world.readFile('m', 'redis.conf')!.latin1Slice(), /requirepass "SECRET-1\*\*\*"/);
});

test('AUTH is found wherever chunks cut it', () => {
  for (const command of [
    '*2\r\n$4\r\nAUTH\r\n$7\r\nplanted\r\n',
    'AUTH planted\r\n',
    '*3\r\n$6\r\nCONFIG\r\n$3\r\nGET\r\n$1\r\nx\r\nauth "pla\\x6eted"\r\n',
    "auth 'plan\\'ed'\n",
    '*2\r\n$4\r\nAUTH\r\n:7\r\nplanted\r\n',
    '*x\r\nAUTH planted\r\n',
  ]) {
    const sandbox = bootedSandbox({ record: true });
    const outside = new Outside(sandbox);
    for (let cut = 1; cut < command.length; cut += 1) {
      const client = outside.connect('r1');
      client.send(command.slice(0, cut));
      advance(sandbox, 1);
      client.send(command.slice(cut));
    }
    advance(sandbox, 10);
    const { recording, secrets } = mask(sandbox);
    assert.equal(secrets, 1);
    assertWithout(recording, ['planted', "plan'ed", 'plan', 'nted', '\\x6e']);
    replay(recording);
  }
});

test('short passwords, and those that are words of the protocol, are replaced only where they are passwords', () => {
  const sandbox = bootedSandbox({ record: true });
  const outside = new Outside(sandbox);
  const client = outside.connect('m');
  client.send(
    'CONFIG SET requirepass a\r\nSET a a\r\nAUTH master\r\nAUTH b\r\nAUTH a\r\nGET a\r\n',
  );
  client.send('CONFIG SET requirepass ""\r\n');
  advance(sandbox, 100);
  const { recording, secrets } = mask(sandbox);
  assert.equal(secrets, 3);
  const world = replay(recording);
  assert.deepEqual(
    world.lastEvents(world.eventCount).map(({ bytes }) => bytes),
    sandbox.world.lastEvents(world.eventCount).map(({ bytes }) => bytes),
  );
  assert.ok(fileOf(recording).includes('SET a a\r\nAUTH 0'), 'the key is data');
});

test('a recording without secrets is saved as it is', () => {
  const sandbox = bootedSandbox({ record: true });
  const recording = sandbox.world.recording()!;
  assert.deepEqual(mask(sandbox, recording), { recording, secrets: 0 });
});

/** Cut anywhere: in what was executed, queued, written, logged, is in flight, or half read. */
function plantEverywhere(sandbox: Sandbox): Client[] {
  const outside = new Outside(sandbox);
  sandbox.world.inject({
    kind: 'addNode',
    name: 'bad',
    machine: 'server',
    ports: [6_500],
    directives: [
      ['requirepass', 'planted-a'],
      ['masterauth', 'planted-b', 'planted-c'],
    ],
  });
  const client = outside.connect('m');
  client.send('CONFIG SET masterauth planted-d tls-key-file-pass planted-e\r\n');
  client.send('AUTH planted-f\r\nCONFIG GET masterauth\r\n');
  outside.connect('s1').send('SENTINEL SET mymaster auth-pass planted-g\r\n');
  advance(sandbox, 10);
  client.send('CONFIG REWRITE\r\nMULTI\r\nCONFIG SET requirepass planted-h\r\n');
  const clients = [
    'AUTH plan',
    '*2\r\n$4\r\nAUTH\r\n$9\r\nplan',
    '*2\r\n$4\r\nAU',
    'AUTH "planted\\x2d',
  ].map((text) => {
    const half = outside.connect('r2');
    half.send(text);
    return half;
  });
  advance(sandbox, 1);
  clients[0]!.send('ted');
  outside.connect('m').send('CONFIG GET masterauth\r\n');
  return [client, ...clients];
}

test('a recording that begins with a state has no secrets in that state', () => {
  const sandbox = bootedSandbox({ record: true });
  const [client, first, second, third, fourth] = plantEverywhere(sandbox);
  for (let events = 0; events < 12; events += 1) {
    const base = copyState(sandbox.world.state);
    const world = new World({ state: copyState(base), recording: recordingFrom(base) });
    const send = ({ conn }: Client, text: string): void => {
      world.inject({ kind: 'data', conn, bytes: Buffer.from(text) });
    };
    send(client!, 'EXEC\r\nCONFIG GET requirepass\r\n');
    send(first!, '-f\r\n');
    send(second!, 'ted-d\r\n');
    send(fourth!, 'a" \r\n');
    send(third!, 'TH\r\n$9\r\nplanted-h\r\n');
    world.runUntil(world.now + 3_000_000);
    const { recording, secrets } = maskRecording(world.recording()!, world.state.trace);
    assertWithout(recording, ['planted', 'plan', 'ted-']);
    assert.equal(secrets, 8);
    const repeated = replay(parse(Buffer.from(fileOf(recording), 'latin1')));
    assert.equal(repeated.state.trace.differenceFrom(world.state.trace), undefined);
    sandbox.world.step();
  }
});
