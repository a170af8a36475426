/** The child of BGSAVE: its file, its log lines, its failures, its copy. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dbDigest } from '../../../src/engine/data/digest.ts';
import type { ChildEffects, FileOp, FileResult } from '../../../src/engine/machine/machine.ts';
import { copyState } from '../../../src/engine/machine/state.ts';
import { tempRdbName } from '../../../src/engine/persistence/rdb/save.ts';
import { RdbSaveChild } from '../../../src/engine/persistence/rdb/saver.ts';
import { AUX, readAll, sampleKeyspace } from './support.ts';

const SLICE_BYTES = 20_000;

/** A disk of one directory; operations wait until `complete` runs the oldest. */
class Disk implements ChildEffects {
  readonly files = new Map<string, Buffer>();
  readonly lines: string[] = [];
  readonly kinds: string[] = [];
  exitCode: number | undefined;
  queue: { token: number; op: FileOp }[] = [];
  private nextToken = 1;

  file(op: FileOp): number {
    assert.equal(this.exitCode, undefined, 'nothing after the exit');
    this.queue.push({ token: this.nextToken, op });
    if (this.kinds.at(-1) !== op.kind) this.kinds.push(op.kind);
    return this.nextToken++;
  }
  log(level: string, role: string, line: string): void {
    this.lines.push(`${level} ${role} ${line}`);
  }
  exit(code: number): void {
    this.exitCode = code;
  }

  complete(child: RdbSaveChild, fails: (op: FileOp) => string | undefined): void {
    const { token, op } = this.queue.shift()!;
    const error = fails(op);
    const result: FileResult = error === undefined ? { ok: true } : { ok: false, error };
    if (result.ok) this.apply(op);
    child.fileDone(0, token, result, this);
  }

  private apply(op: FileOp): void {
    if (op.kind === 'write') this.files.set(op.path, op.bytes);
    else if (op.kind === 'append') {
      this.files.set(op.path, Buffer.concat([this.files.get(op.path)!, op.bytes]));
    } else if (op.kind === 'rename') {
      this.files.set(op.to, this.files.get(op.path)!);
      this.files.delete(op.path);
    } else if (op.kind === 'unlink') this.files.delete(op.path);
  }
}

const keyspace = sampleKeyspace();

function newChild(): RdbSaveChild {
  const target = { pid: 77, path: 'dump.rdb', dir: '/data' };
  return new RdbSaveChild(target, keyspace.snapshot(), AUX, { compression: true, checksum: true });
}

function run(child: RdbSaveChild, disk: Disk, fails: (op: FileOp) => string | undefined): void {
  while (disk.exitCode === undefined) {
    if (child.slice(0, SLICE_BYTES, disk)) continue;
    assert.ok(disk.queue.length > 0 && disk.queue.length <= 4, 'waits for a few operations');
    disk.complete(child, fails);
  }
}

const succeed = () => undefined;

test('a saved file is complete, renamed, and announced as redis-server does', () => {
  const disk = new Disk();
  run(newChild(), disk, succeed);
  assert.equal(disk.exitCode, 0);
  assert.deepEqual([...disk.files.keys()], ['dump.rdb']);
  assert.equal(dbDigest(readAll(disk.files.get('dump.rdb')!).keyspace), dbDigest(keyspace));
  assert.deepEqual(disk.kinds, ['write', 'append', 'fsync', 'rename']);
  assert.deepEqual(disk.lines, [
    'notice C DB saved on disk',
    'notice C Fork CoW for RDB: current 0 MB, peak 0 MB, average 0 MB',
  ]);
});

test('each failure is logged, leaves no temp file and keeps the old one', () => {
  const cases: [FileOp['kind'], string][] = [
    [
      'write',
      'Failed opening the temp RDB file temp-77.rdb (in server root dir /data) for saving: E',
    ],
    ['append', 'Write error saving DB on disk(rdbSaveRio): E'],
    ['fsync', 'Write error saving DB on disk(fsync): E'],
    [
      'rename',
      'Error moving temp DB file temp-77.rdb on the final destination dump.rdb (in server root dir /data): E',
    ],
  ];
  for (const [kind, line] of cases) {
    const disk = new Disk();
    disk.files.set('dump.rdb', Buffer.from('old'));
    run(newChild(), disk, (op) => (op.kind === kind ? 'E' : undefined));
    assert.equal(disk.exitCode, 1);
    assert.deepEqual(disk.lines, [`warning C ${line}`]);
    assert.deepEqual([...disk.files], [['dump.rdb', Buffer.from('old')]]);
  }
});

test('a copy of a saving child saves the same', () => {
  const disk = new Disk();
  const child = newChild();
  while (disk.files.get(tempRdbName(77)) === undefined || child.slice(0, SLICE_BYTES, disk)) {
    if (disk.queue.length === 0) child.slice(0, SLICE_BYTES, disk);
    else disk.complete(child, succeed);
  }
  const copy = copyState(child);
  const copyDisk = new Disk();
  for (const [path, bytes] of disk.files) copyDisk.files.set(path, bytes);
  copyDisk.queue = [...disk.queue];
  run(child, disk, succeed);
  run(copy, copyDisk, succeed);
  assert.deepEqual(copyDisk.files.get('dump.rdb'), disk.files.get('dump.rdb'));
});
