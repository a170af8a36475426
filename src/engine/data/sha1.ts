/** SHA-1 (FIPS 180-4) for DEBUG DIGEST. It must not be used where a secure hash is needed. */

const BLOCK_BYTES = 64;
const schedule = new Int32Array(80);
const state = new Int32Array(5);
/** The end of a message: its last partial block, the padding and the length. */
const tail = Buffer.alloc(2 * BLOCK_BYTES);

export const SHA1_BYTES = 20;

function sha1(bytes: Buffer): Buffer {
  const digest = Buffer.allocUnsafe(SHA1_BYTES);
  sha1Into(digest, bytes, bytes.length);
  return digest;
}

export function sha1Hex(bytes: Buffer): string {
  return sha1(bytes).toString('hex');
}

/** The hash of the first `length` bytes; `digest` may be the same Buffer as `bytes`. */
export function sha1Into(digest: Buffer, bytes: Buffer, length: number): void {
  state[0] = 0x67452301;
  state[1] = 0xefcdab89;
  state[2] = 0x98badcfe;
  state[3] = 0x10325476;
  state[4] = 0xc3d2e1f0;
  const whole = length - (length % BLOCK_BYTES);
  for (let at = 0; at < whole; at += BLOCK_BYTES) addBlock(bytes, at);
  const rest = length - whole;
  // A one bit, zeros, and the length in bits as a 64-bit number, filling whole blocks.
  const tailBytes = rest + 9 <= BLOCK_BYTES ? BLOCK_BYTES : 2 * BLOCK_BYTES;
  tail.fill(0, 0, tailBytes);
  bytes.copy(tail, 0, whole, length);
  tail[rest] = 0x80;
  tail.writeUInt32BE(Math.floor(length / 0x2000_0000), tailBytes - 8);
  tail.writeUInt32BE((length * 8) % 0x1_0000_0000, tailBytes - 4);
  for (let at = 0; at < tailBytes; at += BLOCK_BYTES) addBlock(tail, at);
  for (let word = 0; word < 5; word += 1) digest.writeInt32BE(state[word]!, word * 4);
}

function addBlock(bytes: Buffer, at: number): void {
  for (let i = 0; i < 16; i += 1) schedule[i] = bytes.readInt32BE(at + i * 4);
  for (let i = 16; i < 80; i += 1) {
    const mixed = schedule[i - 3]! ^ schedule[i - 8]! ^ schedule[i - 14]! ^ schedule[i - 16]!;
    schedule[i] = (mixed << 1) | (mixed >>> 31);
  }
  let a = state[0]!;
  let b = state[1]!;
  let c = state[2]!;
  let d = state[3]!;
  let e = state[4]!;
  for (let i = 0; i < 80; i += 1) {
    const sum = (((a << 5) | (a >>> 27)) + roundWord(i, b, c, d) + e + schedule[i]!) | 0;
    e = d;
    d = c;
    c = (b << 30) | (b >>> 2);
    b = a;
    a = sum;
  }
  state[0] = state[0]! + a;
  state[1] = state[1]! + b;
  state[2] = state[2]! + c;
  state[3] = state[3]! + d;
  state[4] = state[4]! + e;
}

/** The function and the constant of round `i`, added. */
function roundWord(i: number, b: number, c: number, d: number): number {
  if (i < 20) return ((b & c) | (~b & d)) + 0x5a827999;
  if (i < 40) return (b ^ c ^ d) + 0x6ed9eba1;
  if (i < 60) return ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc;
  return (b ^ c ^ d) + 0xca62c1d6;
}
