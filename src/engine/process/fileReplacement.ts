/**
 * Replaces a configuration file atomically: the new text is written to a temp file, fsynced, and the
 * temp file is renamed. Source: rewriteConfigOverwriteFile of Redis 7.0, which CONFIG REWRITE and a
 * Sentinel's state use.
 *
 * Invariant: a step starts only when the step before has succeeded, so the file is complete at every
 * moment, old or new. After a failure the temp file is removed.
 */

import type { FileOp, FileResult } from '../machine/machine.ts';
import { registerState } from '../machine/state.ts';

const STEPS = ['create', 'write', 'fsync', 'rename'] as const;

export class FileReplacement {
  /** Why the replacement failed: the errno text. */
  error: string | undefined = undefined;
  private readonly path: string;
  private readonly temp: string;
  private readonly bytes: Buffer;
  private step = 0;

  /** The caller must not change `bytes` any more. */
  constructor(path: string, temp: string, bytes: Buffer) {
    this.path = path;
    this.temp = temp;
    this.bytes = bytes;
  }

  /** Takes the result of the operation before, if any. Returns the next operation; undefined at the end. */
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
        // Always 0 bytes: an append either succeeds as a whole or writes nothing.
        return 'Failed after writing (0) bytes to tmp config file';
      case 'fsync':
        return 'Could not sync tmp config file to disk';
      case 'rename':
        return 'Could not rename tmp config file';
    }
  }
}
registerState('FileReplacement', FileReplacement);
