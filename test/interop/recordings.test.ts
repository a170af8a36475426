/** Recordings on the command line that cannot be read. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import * as net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { runCli, startSandbox } from './peers.ts';

test('a recording that is cut, of a later format, or no file is refused in a line', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'recordings-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const { endpoints } = await startSandbox(t, ['--replicas', '0', '--sentinels', '0']);
  const path = join(folder, 'run.rsrec');
  const socket = net.connect(endpoints.control.port, '127.0.0.1');
  socket.write(`SANDBOX RECORDING SAVE ${path}\r\n`);
  const [reply] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  assert.equal(reply.toString(), `+saved ${path}, no password in it\r\n`);

  const whole = readFileSync(path);
  const later = Buffer.from(whole);
  later.writeUInt32LE(7, 8);
  const files: readonly (readonly [string, Buffer | undefined, RegExp])[] = [
    [
      'cut.rsrec',
      whole.subarray(0, whole.length - 9),
      /^The recording was not opened: the recording cannot be read: /,
    ],
    [
      'empty.rsrec',
      Buffer.alloc(0),
      /^The recording was not opened: the recording cannot be read: /,
    ],
    [
      'later.rsrec',
      later,
      /it has format 7, written by version \S+ \(byte 8, recording format 1\)$/,
    ],
    ['none.rsrec', undefined, /none\.rsrec: No such file or directory$/],
  ];
  for (const [name, bytes, error] of files) {
    const file = join(folder, name);
    if (bytes !== undefined) writeFileSync(file, bytes);
    const { code, output } = await runCli(t, ['open', file]);
    assert.equal(code, 1, name);
    assert.match(output.trimEnd(), error);
    assert.equal(output.trimEnd().split('\n').length, 1, 'no stack');
  }
});
