/** State through the codec: as bytes, and read again. */

import { ByteReader } from '../../src/engine/machine/byteReader.ts';
import { StateReader } from '../../src/engine/machine/stateReader.ts';
import { StateWriter } from '../../src/engine/machine/stateWriter.ts';

export function encoded(state: unknown): Buffer {
  return Buffer.concat(new StateWriter().write(state));
}

export function decoded(bytes: Buffer): unknown {
  return new StateReader().read(new ByteReader(bytes));
}

/** A graph equal to `state`, through its bytes. */
export function reread<T>(state: T): T {
  return decoded(encoded(state)) as T;
}
