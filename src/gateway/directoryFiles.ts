/**
 * The contents of a real directory as a machine's `Files`. A file is read on request, so that starting in
 * a large directory costs nothing. Names may be absolute, as that of a configuration file.
 *
 * Deliberately synchronous: a starting process has nothing else to do.
 */

import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Files } from '../engine/machine/machine.ts';
import { errnoText } from './errno.ts';

/** A file exists, or may exist, and cannot be read. The message is the C library's text. */
export class FileReadError extends Error {
  override readonly name = 'FileReadError';
}

export class DirectoryFiles implements Files {
  private readonly root: string;

  constructor(root: string) {
    this.root = root;
  }

  get size(): number {
    return this.names().length;
  }

  /** Throws FileReadError. */
  has(name: string): boolean {
    const file = path.resolve(this.root, name);
    return orReadError(() => fs.statSync(file, { throwIfNoEntry: false })?.isFile() ?? false);
  }

  /** Throws FileReadError. */
  get(name: string): Buffer | undefined {
    if (!this.has(name)) return undefined;
    return orReadError(() => fs.readFileSync(path.resolve(this.root, name)));
  }

  forEach(visit: (bytes: Buffer, name: string, map: Files) => void): void {
    for (const [name, bytes] of this.entries()) visit(bytes, name, this);
  }

  keys(): MapIterator<string> {
    return this.names().values();
  }

  *values(): MapIterator<Buffer> {
    for (const [, bytes] of this.entries()) yield bytes;
  }

  *entries(): MapIterator<[string, Buffer]> {
    for (const name of this.names()) yield [name, this.get(name)!];
  }

  [Symbol.iterator](): MapIterator<[string, Buffer]> {
    return this.entries();
  }

  private names(): string[] {
    return fs
      .readdirSync(this.root, { withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => entry.name);
  }
}

function orReadError<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new FileReadError(errnoText(error), { cause: error });
  }
}
