/**
 * One process's directory on the real disk, for `server` mode.
 *
 * Invariant: operations run one after another in the order they were asked for, each whether or not
 * those before it succeeded: who renames asks for it when the bytes are known to be there. A rename
 * has completed when the directory says so on the disk, too. Files being appended to stay open
 * between operations.
 */

import * as fs from 'node:fs';
import * as path from 'node:path';
import type { FileOp, FileResult } from '../engine/machine/machine.ts';
import { errnoText } from './errno.ts';

type Done = (result: FileResult) => void;

const OK: FileResult = { ok: true };
/** Descriptors kept for appending; a process writes to one or two files at a time. */
const OPEN_FILES_MAX = 8;

export class RealDisk {
  private readonly root: string;
  private readonly queue: { readonly op: FileOp; readonly done: Done }[] = [];
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

  /** Calls back once nothing is left to do; what is asked for meanwhile is waited for, too. */
  settle(done: () => void): void {
    if (this.running) this.whenIdle = done;
    else done();
  }

  private next(): void {
    const entry = this.queue.shift();
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

  /** What close(2) reports is a failure of the operation that had to close. */
  private attempt(op: FileOp, done: (error: Error | null, bytes?: Buffer) => void): void {
    try {
      this.execute(op, done);
    } catch (error) {
      setImmediate(() => done(error as Error));
    }
  }

  private execute(op: FileOp, done: (error: Error | null, bytes?: Buffer) => void): void {
    const file = path.resolve(this.root, op.path);
    switch (op.kind) {
      case 'append':
        this.append(file, op.bytes, done);
        return;
      case 'write':
        this.close(file);
        fs.writeFile(file, op.bytes, (error) => done(error));
        return;
      case 'fsync':
        this.fsync(file, done);
        return;
      case 'rename': {
        const to = path.resolve(this.root, op.to);
        this.close(file);
        this.close(to);
        fs.rename(file, to, (error) => {
          if (error !== null) done(error);
          else syncDirectory(path.dirname(to), done);
        });
        return;
      }
      case 'unlink':
        this.close(file);
        fs.unlink(file, done);
        return;
      case 'read':
        fs.readFile(file, (error, bytes) => done(error, bytes));
        return;
    }
  }

  private append(file: string, bytes: Buffer, done: (error: Error | null) => void): void {
    const known = this.descriptors.get(file);
    if (known !== undefined) {
      writeWhole(known, bytes, 0, done);
      return;
    }
    fs.open(file, 'a', 0o644, (error, fd) => {
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
      fs.fsync(fd, (syncError) => {
        fs.closeSync(fd);
        done(syncError);
      });
    });
  }

  private close(file: string): void {
    const fd = this.descriptors.get(file);
    if (fd === undefined) return;
    this.descriptors.delete(file);
    fs.closeSync(fd);
  }
}

function syncDirectory(directory: string, done: (error: Error | null) => void): void {
  fs.open(directory, 'r', (error, fd) => {
    if (error !== null) {
      done(error);
      return;
    }
    fs.fdatasync(fd, (syncError) => {
      fs.closeSync(fd);
      done(syncError);
    });
  });
}

/** write(2) may take less than it was given. */
function writeWhole(
  fd: number,
  bytes: Buffer,
  from: number,
  done: (error: Error | null) => void,
): void {
  fs.write(fd, bytes, from, bytes.length - from, null, (error, written) => {
    if (error !== null || from + written >= bytes.length) done(error);
    else writeWhole(fd, bytes, from + written, done);
  });
}
