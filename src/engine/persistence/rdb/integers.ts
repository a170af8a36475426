/** Converts the integers in compact structures to the text that commands show. */

/** A signed 24-bit integer, lowest byte first. */
export function int24Text(bytes: Buffer, at: number): string {
  return String(bytes.readIntLE(at, 3));
}

/** A signed 64-bit integer, lowest byte first. */
export function int64Text(bytes: Buffer, at: number): string {
  const value = bytes.readInt32LE(at + 4) * 0x1_0000_0000 + bytes.readUInt32LE(at);
  return Number.isSafeInteger(value) ? String(value) : String(bytes.readBigInt64LE(at));
}
