/**
 * Reads intsets: <bytes per integer: u32> <count: u32> { integer }*, ascending, lowest byte first.
 */

import { int64Text } from './integers.ts';

const HEADER_BYTES = 8;

/** The members; undefined if the blob is malformed. The caller checks for duplicates. */
export function intsetMembers(blob: Buffer): string[] | undefined {
  if (blob.length < HEADER_BYTES) return undefined;
  const width = blob.readUInt32LE(0);
  if (width !== 2 && width !== 4 && width !== 8) return undefined;
  const count = blob.readUInt32LE(4);
  if (blob.length !== HEADER_BYTES + count * width) return undefined;
  const members: string[] = [];
  for (let at = HEADER_BYTES; at < blob.length; at += width) {
    if (width === 2) members.push(String(blob.readInt16LE(at)));
    else if (width === 4) members.push(String(blob.readInt32LE(at)));
    else members.push(int64Text(blob, at));
  }
  return members;
}
