/**
 * A node's virtual disk. An operation is visible at once (the page cache) and completes later;
 * operations complete in order. What certainly survives a power loss:
 *
 *   append, write   nothing by themselves
 *   fsync           once it completes: the contents of the file when the fsync was requested
 *   rename, unlink  once they complete, as after an fsync of the directory
 *
 * A crash loses nothing. A power loss tears every file: a random prefix of its unsynced tail survives.
 * Of the renames and unlinks that have not completed, a random number of the first ones survives, and
 * the others are undone: a journal of metadata is written in order, but does not cover the bytes of the
 * files. So a rename that is requested before the fsync of its file has completed may survive without
 * the bytes:
 *
 *   write temp, fsync temp, rename temp to dump; power loss before the fsync has completed:
 *   dump is the whole old file, or a torn new one. A rename after the fsync leaves the old or the new
 *   file, whole.
 *
 * Deliberately absent: directories, permissions, corruption of synced bytes.
 */

import type { FileOp, FileResult, Micros } from '../engine/machine/machine.ts';
import { Random, type Seed } from '../engine/machine/random.ts';
import { registerShared, registerState } from '../engine/machine/state.ts';
import { Hash } from './hash.ts';
import type { DiskParams } from './input.ts';
import type { FileView } from './views.ts';

const BLOCK_BYTES = 64 * 1024;
const FIRST_TAIL_BYTES = 256;

/** A full block of a file. It is never written to again, so copies of the world share it. */
class Block {
  readonly bytes: Buffer;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }
}
registerShared('Block', Block);

/** Invariant: all blocks are BLOCK_BYTES long; the rest is the first `tailBytes` of `tail`. */
class VirtualFile {
  private readonly blocks: Block[] = [];
  private tail: Buffer = Buffer.alloc(0);
  private tailBytes = 0;
  syncedSize = 0;
  /** Hash of everything ever appended, for the digest. */
  readonly hash = new Hash();

  get size(): number {
    return this.blocks.length * BLOCK_BYTES + this.tailBytes;
  }

  append(bytes: Buffer): void {
    this.hash.bytes(bytes);
    let index = 0;
    while (index < bytes.length) {
      this.makeRoom(bytes.length - index);
      const count = bytes.copy(this.tail, this.tailBytes, index);
      this.tailBytes += count;
      index += count;
      if (this.tailBytes === BLOCK_BYTES) this.seal();
    }
  }

  /**
   * The tail doubles up to a block, so a small file needs little memory and an append costs
   * O(bytes).
   */
  private makeRoom(wanted: number): void {
    const needed = Math.min(BLOCK_BYTES, this.tailBytes + wanted);
    if (this.tail.length >= needed) return;
    let size = Math.max(FIRST_TAIL_BYTES, this.tail.length);
    while (size < needed) size *= 2;
    const tail = Buffer.alloc(Math.min(BLOCK_BYTES, size)); // A torn tail may have any length.
    this.tail.copy(tail, 0, 0, this.tailBytes);
    this.tail = tail;
  }

  private seal(): void {
    this.blocks.push(new Block(this.tail));
    this.tail = Buffer.alloc(0);
    this.tailBytes = 0;
  }

  content(): Buffer {
    const parts = this.blocks.map((block) => block.bytes);
    return Buffer.concat([...parts, this.tail.subarray(0, this.tailBytes)]);
  }

  truncate(size: number): void {
    if (size >= this.size) return;
    const blockCount = Math.floor(size / BLOCK_BYTES);
    const rest = size - blockCount * BLOCK_BYTES;
    const source = this.blocks[blockCount]?.bytes ?? this.tail;
    this.tail = Buffer.from(source.subarray(0, rest));
    this.tailBytes = rest;
    this.blocks.length = blockCount;
    this.hash.word(size);
  }
}
registerState('VirtualFile', VirtualFile);

/** How and when an operation ends. */
interface Completion {
  readonly at: Micros;
  readonly result: FileResult;
}

/** The files that the names referred to before a rename or an unlink, to undo it. */
interface NameChange {
  readonly at: Micros;
  readonly before: readonly (readonly [path: string, file: VirtualFile | undefined])[];
}

export class VirtualDisk {
  private readonly params: DiskParams;
  private readonly random: Random;
  private readonly byPath = new Map<string, VirtualFile>();
  /** Pending fsyncs: what becomes durable, and when. */
  private readonly syncs: { file: VirtualFile; size: number; at: Micros }[] = [];
  /** Pending renames and unlinks, oldest first. */
  private readonly changes: NameChange[] = [];
  /** When all requested operations will have completed. */
  freeAt: Micros = 0;
  /** The disk is full: no byte can be written, but files can still be created. */
  full = false;

  constructor(params: DiskParams, seed: Seed) {
    this.params = params;
    this.random = new Random(seed);
  }

  /** Adds a file that counts as durable from the beginning. */
  install(path: string, bytes: Buffer): void {
    const file = new VirtualFile();
    file.append(bytes);
    file.syncedSize = file.size;
    this.byPath.set(path, file);
  }

  /** Performs an operation; returns when it completes and its result. */
  start(now: Micros, op: FileOp): Completion {
    const cost =
      op.kind === 'fsync'
        ? this.params.fsyncMicros
        : this.random.below(this.params.opMicrosMax + 1);
    const at = Math.max(now, this.freeAt) + cost;
    this.freeAt = at;
    this.settle(now);
    return { at, result: this.apply(op, at) };
  }

  private apply(op: FileOp, at: Micros): FileResult {
    if (op.kind === 'append' || op.kind === 'write') return this.put(op);
    const file = this.byPath.get(op.path);
    if (file === undefined) return { ok: false, error: 'No such file or directory' };
    switch (op.kind) {
      case 'fsync':
        this.syncs.push({ file, size: file.size, at });
        return { ok: true };
      case 'rename':
        this.noteChange(at, op.path, op.to);
        this.byPath.delete(op.path);
        this.byPath.set(op.to, file);
        return { ok: true };
      case 'unlink':
        this.noteChange(at, op.path);
        this.byPath.delete(op.path);
        return { ok: true };
      case 'read':
        return { ok: true, bytes: file.content() };
    }
  }

  private noteChange(at: Micros, ...paths: readonly string[]): void {
    this.changes.push({ at, before: paths.map((path) => [path, this.byPath.get(path)]) });
  }

  private put(op: FileOp & { kind: 'append' | 'write' }): FileResult {
    let file = this.byPath.get(op.path);
    if (file === undefined || op.kind === 'write') {
      file = new VirtualFile();
      this.byPath.set(op.path, file);
    }
    if (this.full && op.bytes.length > 0) return { ok: false, error: 'No space left on device' };
    file.append(op.bytes);
    return { ok: true };
  }

  /** Makes completed operations durable. */
  private settle(now: Micros): void {
    while (this.changes.length > 0 && this.changes[0]!.at <= now) this.changes.shift();
    while (this.syncs.length > 0 && this.syncs[0]!.at <= now) {
      const { file, size } = this.syncs.shift()!;
      file.syncedSize = Math.max(file.syncedSize, Math.min(size, file.size));
    }
  }

  powerLoss(now: Micros): void {
    this.settle(now);
    this.syncs.length = 0;
    this.undoChanges();
    for (const path of [...this.byPath.keys()].sort()) {
      const file = this.byPath.get(path)!;
      const unsynced = file.size - file.syncedSize;
      if (unsynced > 0) file.truncate(file.syncedSize + this.random.below(unsynced + 1));
      file.syncedSize = file.size;
    }
    this.freeAt = now;
  }

  private undoChanges(): void {
    if (this.changes.length === 0) return;
    const kept = this.random.below(this.changes.length + 1);
    for (const { before } of this.changes.splice(kept).reverse()) {
      for (const [path, file] of before) {
        if (file === undefined) this.byPath.delete(path);
        else this.byPath.set(path, file);
      }
    }
    this.changes.length = 0;
  }

  contents(): Map<string, Buffer> {
    const files = new Map<string, Buffer>();
    for (const [path, file] of this.byPath) files.set(path, file.content());
    return files;
  }

  content(path: string): Buffer | undefined {
    return this.byPath.get(path)?.content();
  }

  /** Sorted by path. */
  views(now: Micros): FileView[] {
    this.settle(now);
    return [...this.byPath.keys()].sort().map((path) => {
      const file = this.byPath.get(path)!;
      return { path, size: file.size, syncedSize: file.syncedSize };
    });
  }

  /** By path; for the digest. */
  get files(): ReadonlyMap<string, VirtualFile> {
    return this.byPath;
  }
}
registerState('VirtualDisk', VirtualDisk);
