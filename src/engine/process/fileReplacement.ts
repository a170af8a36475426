/**
 * Puts a configuration file's new text in the place of the old one: written beside it, fsynced,
 * renamed. Source: what CONFIG REWRITE and a Sentinel's saving of its state do in 7.0.
 *
 * Invariant: a step is asked for only when the one before has succeeded, so whatever happens in
 * between the file is a whole one, old or new. After a failure the temp file is removed.
 */

import type { FileOp, FileResult } from '../machine/machine.ts';
import { registerState } from '../machine/state.ts';

const STEPS = ['create', 'write', 'fsync', 'rename'] as const;

export class FileReplacement {
  /** Why it came to nothing: the errno text. */
  error: string | undefined = undefined;
  private readonly path: string;
  private readonly temp: string;
  private readonly bytes: Buffer;
  private step = 0;

  /** The bytes are given away. */
  constructor(path: string, temp: string, bytes: Buffer) {
    this.path = path;
    this.temp = temp;
    this.bytes = bytes;
  }

  /** The next operation, given the result of the one before; undefined when it is over. */
  next(result: FileResult | undefined, warn: (line: string) => void): FileOp | undefined {
    if (this.error !== undefined) return undefined; // The temp file is gone.
    if (result === undefined) return this.operation();
    if (!result.ok) return this.fail(result.error, warn);
    this.step += 1;
    return this.step < STEPS.length ? this.operation() : undefined;
  }

  private operation(): FileOp {
    const { path, temp, bytes } = this;
    switch (STEPS[this.step]!) {
      case 'create':
        return { kind: 'write', path: temp, bytes: Buffer.alloc(0) };
      case 'write':
        return { kind: 'append', path: temp, bytes };
      case 'fsync':
        return { kind: 'fsync', path: temp };
      case 'rename':
        return { kind: 'rename', path: temp, to: path };
    }
  }

  private fail(error: string, warn: (line: string) => void): FileOp | undefined {
    this.error = error;
    warn(`${this.complaint()} (${error})`);
    return STEPS[this.step] === 'create' ? undefined : { kind: 'unlink', path: this.temp };
  }

  private complaint(): string {
    switch (STEPS[this.step]!) {
      case 'create':
        return 'Could not create tmp config file';
      case 'write':
        // How many were written is not told: an append succeeds as a whole.
        return 'Failed after writing (0) bytes to tmp config file';
      case 'fsync':
        return 'Could not sync tmp config file to disk';
      case 'rename':
        return 'Could not rename tmp config file';
    }
  }
}
registerState(FileReplacement);
