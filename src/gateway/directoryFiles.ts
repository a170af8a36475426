/**
 * The contents of a real directory as a machine's `Files`: a file is read when it is asked for, so
 * that starting in a large directory costs nothing. Names may be absolute, as a configuration file's is.
 *
 * Deliberately synchronous: a process that starts has nothing else to do.
 */

import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Files } from '../engine/machine/machine.ts';

export class DirectoryFiles implements Files {
  private readonly root: string;

  constructor(root: string) {
    this.root = root;
  }

  get size(): number {
    return this.names().length;
  }

  has(name: string): boolean {
    return fs.statSync(path.resolve(this.root, name), { throwIfNoEntry: false })?.isFile() ?? false;
  }

  get(name: string): Buffer | undefined {
    return this.has(name) ? fs.readFileSync(path.resolve(this.root, name)) : undefined;
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
