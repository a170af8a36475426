/**
 * One process's directory on the real disk, for `server` mode.
 *
 * Invariant: operations run one after another in the order of the requests, each regardless of earlier
 * failures: a caller requests a rename only after the bytes were confirmed. A rename has completed when
 * the directory is durable, too. Files that are appended to stay open between operations.
 *
 * Each call into a file costs a thread of libuv's pool and a turn of the event loop, so appends to one
 * file that have queued up are one operation, and a file is read in few calls.
 */

import * as fs from 'node:fs';
import * as path from 'node:path';
import type { FileOp, FileResult } from '../engine/machine/machine.ts';
import { errnoCode, errnoText } from './errno.ts';

type Done = (result: FileResult) => void;

const OK: FileResult = { ok: true };
/** Descriptors kept for appending; a process writes to one or two files at a time. */
const OPEN_FILES_MAX = 8;
/** The most bytes that one call reads. */
const READ_BYTES_MAX = 64 * 1024 * 1024;

interface Entry {
  readonly op: FileOp;
  readonly done: Done;
}

export class RealDisk {
  private readonly root: string;
  private readonly queue: Entry[] = [];
  private running = false;
  private readonly descriptors = new Map<string, number>();
  private whenIdle: (() => void) | undefined;

  constructor(root: string) {
    this.root = root;
  }

  perform(op: FileOp, done: Done): void {
    this.queue.push({ op, done });
    if (!this.running) this.next();
  }

  /** Calls back once all operations are done, including those that are requested in the meantime. */
  settle(done: () => void): void {
    if (this.running) this.whenIdle = done;
    else done();
  }

  private next(): void {
    const entry = this.take();
    if (entry === undefined) {
      this.running = false;
      this.whenIdle?.();
      return;
    }
    this.running = true;
    this.attempt(entry.op, (error, bytes) => {
      const result: FileResult =
        error !== null
          ? { ok: false, error: errnoText(error) }
          : bytes === undefined
            ? OK
            : { ok: true, bytes };
      entry.done(result);
      this.next();
    });
  }

  /** Takes the next operation; an append with those to the same file behind it, as one. */
  private take(): Entry | undefined {
    const { queue } = this;
    const first = queue.shift();
    if (first?.op.kind !== 'append') return first;
    const { path: file } = first.op;
    const parts = [first.op.bytes];
    const dones = [first.done];
    for (let op = queue[0]?.op; op?.kind === 'append' && op.path === file; op = queue[0]?.op) {
      parts.push(op.bytes);
      dones.push(queue.shift()!.done);
    }
    if (parts.length === 1) return first;
    return {
      op: { kind: 'append', path: file, bytes: Buffer.concat(parts) },
      done: (result) => {
        for (const done of dones) done(result);
      },
    };
  }

  /** Node throws synchronously for a name with a NUL: this counts as an ordinary failure. */
  private attempt(op: FileOp, done: (error: Error | null, bytes?: Buffer) => void): void {
    try {
      this.execute(op, done);
    } catch (error) {
      if (errnoCode(error) !== 'ERR_INVALID_ARG_VALUE') throw error;
      setImmediate(() => done(error as Error));
    }
  }

  private execute(op: FileOp, done: (error: Error | null, bytes?: Buffer) => void): void {
    const file = path.resolve(this.root, op.path);
    switch (op.kind) {
      case 'append':
        this.write(file, 'a', op.bytes, done);
        return;
      case 'write':
        this.close(file);
        this.write(file, 'w', op.bytes, done);
        return;
      case 'fsync':
        this.fsync(file, done);
        return;
      case 'rename':
        this.rename(file, path.resolve(this.root, op.to), done);
        return;
      case 'unlink':
        this.close(file);
        fs.unlink(file, done);
        return;
      case 'read':
        readWhole(file, done);
        return;
    }
  }

  private write(
    file: string,
    flags: 'a' | 'w',
    bytes: Buffer,
    done: (error: Error | null) => void,
  ): void {
    const known = this.descriptors.get(file);
    if (known !== undefined) {
      writeWhole(known, bytes, 0, done);
      return;
    }
    fs.open(file, flags, 0o644, (error, fd) => {
      if (error !== null) {
        done(error);
        return;
      }
      if (this.descriptors.size >= OPEN_FILES_MAX) this.close([...this.descriptors.keys()][0]!);
      this.descriptors.set(file, fd);
      writeWhole(fd, bytes, 0, done);
    });
  }

  private fsync(file: string, done: (error: Error | null) => void): void {
    const known = this.descriptors.get(file);
    if (known !== undefined) {
      fs.fsync(known, done);
      return;
    }
    fs.open(file, 'r+', (error, fd) => {
      if (error !== null) {
        done(error);
        return;
      }
      fs.fsync(fd, (syncError) => done(closedAfter(syncError, fd)));
    });
  }

  private rename(from: string, to: string, done: (error: Error | null) => void): void {
    this.close(to);
    const closeError = this.close(from);
    if (closeError !== null) {
      setImmediate(() => done(closeError));
      return;
    }
    fs.rename(from, to, (error) => {
      if (error !== null) done(error);
      else syncDirectory(path.dirname(to), done);
    });
  }

  private close(file: string): Error | null {
    const fd = this.descriptors.get(file);
    if (fd === undefined) return null;
    this.descriptors.delete(file);
    return closed(fd);
  }
}

/** Makes a rename durable. Windows does that itself, and does not allow syncing a directory. */
function syncDirectory(directory: string, done: (error: Error | null) => void): void {
  if (process.platform === 'win32') {
    done(null);
    return;
  }
  fs.open(directory, 'r', (error, fd) => {
    if (error !== null) {
      done(error);
      return;
    }
    fs.fdatasync(fd, (syncError) => done(closedAfter(syncError, fd)));
  });
}

/** Closes the file in any case; the first error counts. */
function closedAfter(error: Error | null, fd: number): Error | null {
  const closeError = closed(fd);
  return error ?? closeError;
}

/** Closes the file; close(2) is the last call that can report a failed write. */
function closed(fd: number): Error | null {
  try {
    fs.closeSync(fd);
    return null;
  } catch (error) {
    return error as Error;
  }
}

function readWhole(file: string, done: (error: Error | null, bytes?: Buffer) => void): void {
  fs.open(file, 'r', (error, fd) => {
    if (error !== null) {
      done(error);
      return;
    }
    fs.fstat(fd, (statError, stats) => {
      if (statError !== null) {
        done(closedAfter(statError, fd));
        return;
      }
      const bytes = Buffer.allocUnsafeSlow(stats.size);
      readInto(fd, bytes, 0, (readError, length) =>
        done(closedAfter(readError, fd), bytes.subarray(0, length)),
      );
    });
  });
}

/** Repeats read(2) until the Buffer is full or the file ends. */
function readInto(
  fd: number,
  bytes: Buffer,
  from: number,
  done: (error: Error | null, length: number) => void,
): void {
  const length = Math.min(bytes.length - from, READ_BYTES_MAX);
  if (length === 0) {
    done(null, from);
    return;
  }
  fs.read(fd, bytes, from, length, null, (error, count) => {
    if (error !== null || count === 0) done(error, from);
    else readInto(fd, bytes, from + count, done);
  });
}

/** Repeats write(2), which may write fewer bytes than requested. */
function writeWhole(
  fd: number,
  bytes: Buffer,
  from: number,
  done: (error: Error | null) => void,
): void {
  if (from === bytes.length) {
    done(null); // This creates an empty file; writing no bytes could still fail.
    return;
  }
  fs.write(fd, bytes, from, bytes.length - from, null, (error, written) => {
    if (error !== null) done(error);
    else writeWhole(fd, bytes, from + written, done);
  });
}
