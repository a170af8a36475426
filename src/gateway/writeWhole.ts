/** Writes files that are there as a whole or not at all. */

import { randomUUID } from 'node:crypto';
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';

/** For its owner's eyes only: a recording has everything that clients have written. */
const MODE = 0o600;

/**
 * Writes the parts one after the other to a file beside `path`, which then takes its place. When that
 * fails, a file at `path` stays as it was, and the system's error is thrown.
 */
export function writeWhole(path: string, parts: readonly Buffer[]): void {
  const draft = `${path}.${randomUUID()}.part`;
  try {
    const file = openSync(draft, 'wx', MODE);
    try {
      for (const part of parts) writeAll(file, part);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}

function writeAll(file: number, part: Buffer): void {
  let offset = 0;
  while (offset < part.length) offset += writeSync(file, part, offset, part.length - offset);
}
