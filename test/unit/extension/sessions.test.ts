/** Forks, recordings and the past in the editor: the whole extension with real sandboxes. */

import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { ask, until } from '../gateway/startedWorker.ts';
import { editor } from './fakeVscode.ts';

const PORT = 20_000 + (process.pid % 200) * 60;
editor.settings.set('port', PORT);
editor.settings.set('sentinelPort', PORT + 30);
editor.settings.set('replicas', 1);
editor.settings.set('sentinels', 0);

const { activate, deactivate } = await import('../../../src/extension/extension.ts');
const context = editor.context();
activate(context as unknown as Parameters<typeof activate>[0]);

after(async () => {
  await deactivate();
  for (const part of context.subscriptions) await part.dispose();
  editor.close();
});

/** That of the fork which the first test makes. */
let forkPort = 0;

/** The number in `event 8402 of 9120`. */
function eventIn(text: string): number {
  return Number(/event (\d+) of \d+/.exec(text)![1]);
}

function lastMessage(): string {
  return editor.messages.at(-1)!.text;
}

async function untilMessage(pattern: RegExp): Promise<string> {
  await until(() => editor.messages.some(({ text }) => pattern.test(text)));
  return editor.messages.find(({ text }) => pattern.test(text))!.text;
}

/** The port of a node in a message that lists endpoints. */
function portIn(text: string, node: string): number {
  return Number(new RegExp(`\\b${node} 127\\.0\\.0\\.1:(\\d+)`).exec(text)![1]);
}

test('a fork is a session beside the present, which keeps its clients', async () => {
  await editor.run('start');
  assert.equal(await ask(PORT, 'SET k before'), '+OK');
  await editor.run('back');
  await until(() => editor.keys.get('replicationSandbox.past') === true);
  assert.match(editor.status.text, /^\$\(history\) m · event \d+ of \d+, LIVE returns$/);
  assert.equal(editor.keys.get('replicationSandbox.paused'), false);
  const event = eventIn(editor.status.text);

  await editor.run('fork');
  const said = await untilMessage(/Its endpoints/);
  assert.match(
    said,
    new RegExp(`^Replication Sandbox: Sandbox 2 runs \\(fork of event ${event}\\)`),
  );
  assert.match(said, /Applications stay connected with Sandbox 1, the present\.$/);
  assert.match(
    said,
    /control endpoint 127\.0\.0\.1:\d+, dashboard 127\.0\.0\.1:\d+\. Applications/,
  );
  forkPort = portIn(said, 'm');
  assert.notEqual(forkPort, PORT);
  assert.equal(editor.panels.at(-1)!.title, `Replication Sandbox 2: fork of event ${event}`);

  await until(() => editor.rows('nodes').length === 2);
  await until(() => editor.rows('nodes')[1] === `Sandbox 2 fork of event ${event} · live`);
  assert.match(editor.rows('nodes')[0]!, /^Sandbox 1 event \d+ of \d+$/);
  assert.match(editor.rows('sentinels')[1]!, /^Sandbox 2 fork of event/);
  assert.equal(await ask(forkPort, 'SET k fork'), '+OK');

  // Only the one in the past is offered the way back.
  await editor.run('live');
  await until(() => editor.keys.get('replicationSandbox.past') === false);
  assert.equal(await ask(PORT, 'GET k'), '$6\r\nbefore');
  assert.equal(editor.variables.get('REDIS_URL'), `redis://127.0.0.1:${PORT}`);
  const remembered = editor.stored.get('running') as readonly unknown[];
  assert.equal(remembered.length, 1, 'a fork would start empty');

  editor.picked.push('Sandbox 1');
  await editor.run('pause');
  assert.deepEqual(editor.offered.at(-1), ['Sandbox 1', 'Sandbox 2']);
  await until(() => editor.keys.get('replicationSandbox.paused') === true);
  await editor.run('resume');
});

test('two sandboxes are compared: what differs, side by side', async () => {
  await ask(PORT, 'MSET both 1 left 1');
  await ask(forkPort, 'MSET both 1 right 1');
  await editor.run('compare');
  const { name, args } = editor.executed.at(-1)!;
  assert.deepEqual([name, args[2]], ['vscode.diff', 'Sandbox 1 ↔ Sandbox 2']);
  const [left, right] = args.slice(0, 2).map((uri) => editor.textOf(uri)!.split('\n'));
  assert.equal(left![0], 'Sandbox 1');
  assert.match(right![0]!, /^Sandbox 2 \(fork of event \d+\)$/);
  assert.equal(left!.length, right!.length, 'equal things stand on equal lines');
  const keys = (lines: readonly string[]): string[] => {
    const start = lines.indexOf('Keys of m: 3');
    return lines.slice(start, start + 5).map((line) => line.replace(/, digest [0-9a-f]{40}$/, ''));
  };
  assert.deepEqual(keys(left!), [
    'Keys of m: 3',
    '  3 differ',
    '  "k": string "before"',
    '  "left": string "1"',
    '  "right": absent',
  ]);
  assert.deepEqual(keys(right!), [
    'Keys of m: 3',
    '  3 differ',
    '  "k": string "fork"',
    '  "left": absent',
    '  "right": string "1"',
  ]);
});

test('a recording is saved; a failed save says why and keeps the old file', async () => {
  const path = join(editor.base, 'run.rsrec');
  editor.savePath = path;
  editor.picked.push('Sandbox 1');
  await editor.run('saveRecording');
  assert.equal(lastMessage(), `Replication Sandbox: saved ${path}, no password in it`);
  assert.deepEqual(editor.messages.at(-1)!.choices, ['Open']);
  const saved = readFileSync(path);

  editor.savePath = join(path, 'below.rsrec');
  editor.picked.push('Sandbox 1');
  await editor.run('saveRecording');
  assert.equal(
    lastMessage(),
    `Replication Sandbox: the recording was not saved. ${editor.savePath}: Not a directory. Save it in another place.`,
  );
  assert.deepEqual(readFileSync(path), saved);

  editor.savePath = undefined;
  const count = editor.messages.length;
  editor.picked.push('Sandbox 1');
  await editor.run('saveRecording');
  assert.equal(editor.messages.length, count, 'the user has left');
});

test('a recording is looked at in its editor, continued, and closed with it', async () => {
  const path = join(editor.base, 'run.rsrec');
  const panel = editor.openFile(path);
  await until(() => panel.webview.html.includes('id="panel"'));
  panel.heard.fire({ kind: 'ready' });
  await until(() => panel.sent.some(({ kind }) => kind === 'snapshot'));
  await until(() =>
    /^Recording run\.rsrec recording · event \d+ of \d+$/.test(editor.rows('nodes').at(-1)!),
  );
  assert.equal(await ask(PORT, 'PING'), '+PONG', 'the sandbox has the port');

  // Commands that change something are for sandboxes alone.
  editor.picked.push('nothing');
  await editor.run('addServer');
  assert.deepEqual(editor.offered.at(-1), ['Sandbox 1', 'Sandbox 2']);
  editor.picked.push('Recording run.rsrec');
  await editor.run('back');
  await until(() => editor.keys.get('replicationSandbox.past') === true);

  const before = editor.messages.length;
  editor.picked.push('Recording run.rsrec');
  await editor.run('fork');
  const said = editor.messages
    .slice(before)
    .map(({ text }) => text)
    .join('\n');
  assert.match(said, /Sandbox 3 runs \(fork of event \d+\)\. Its endpoints: m 127/);
  assert.equal(await ask(portIn(said, 'm'), 'PING'), '+PONG');

  panel.dispose();
  await until(() => !editor.rows('nodes').some((row) => row.startsWith('Recording')));
  assert.equal(await ask(portIn(said, 'm'), 'GET k'), '$6\r\nbefore', 'the fork goes on');
});

test('what cannot be read is said in the editor, with what to do', async () => {
  const whole = readFileSync(join(editor.base, 'run.rsrec'));
  const future = Buffer.from(whole);
  future.writeUInt32LE(9, 8);
  const files: readonly (readonly [string, Buffer, RegExp])[] = [
    ['short.rsrec', whole.subarray(0, whole.length - 20), /the recording cannot be read/],
    ['empty.rsrec', Buffer.alloc(0), /the recording cannot be read/],
    ['future.rsrec', future, /it has format 9, written by version/],
    ['text.rsrec', Buffer.from('<script>hello</script>'), /it is not a recording/],
  ];
  for (const [name, bytes, reason] of files) {
    writeFileSync(join(editor.base, name), bytes);
    const panel = editor.openFile(join(editor.base, name));
    await until(() => panel.webview.html.includes('was not opened'));
    assert.match(panel.webview.html, reason, name);
    assert.match(
      panel.webview.html,
      /Copy the file again, or open it with the version that saved it/,
    );
    panel.dispose();
  }
  const missing = editor.openFile(join(editor.base, '<b>.rsrec'));
  await until(() => missing.webview.html.includes('was not opened'));
  assert.match(missing.webview.html, /&lt;b&gt;\.rsrec was not opened/);
});

test('an editor that is closed while its recording opens leaves no thread', async () => {
  const panel = editor.openFile(join(editor.base, 'run.rsrec'));
  panel.dispose();
  const holders = join(editor.base, 'storage', 'holders');
  await until(() => existsSync(join(holders, `${process.pid}-1001.json`)));
  await until(() => !existsSync(join(holders, `${process.pid}-1001.json`)));
});

test('in an untrusted workspace a recording is not opened until it is trusted', async () => {
  editor.isTrusted = false;
  const panel = editor.openFile(join(editor.base, 'run.rsrec'));
  assert.match(panel.webview.html, /In Restricted Mode no sandbox starts and no port opens/);
  editor.isTrusted = true;
  editor.stored.delete('running'); // What it names runs already.
  editor.trusted.fire();
  await until(() => panel.webview.html.includes('id="panel"'));
  panel.dispose();
});
