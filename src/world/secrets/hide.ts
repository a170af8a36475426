/**
 * What is shown in place of secrets: `(hidden)` in words, `****` in bytes and lines.
 *
 * Deliberately absent: the replies that a user has asked a node for. Who asks for a password gets it.
 */

import type { ChunkSource } from '../wire/chunks.ts';
import { windowOf } from '../wire/chunks.ts';
import { ByteStream } from './byteStream.ts';
import { secretsInFile, secretsInReplies, secretsInRequests } from './findSecrets.ts';

/** The bytes of an event without secrets, of a long payload the beginning. */
export function shownBytes(source: ChunkSource, seq: number, bytes: Buffer): Buffer {
  const chunk = source.chunk(seq);
  if (chunk === undefined) return bytes;
  const stream = new ByteStream();
  const own = Buffer.from(bytes);
  let before = 0;
  for (const each of windowOf(source, chunk).chunks) {
    const isLast = each === chunk;
    if (isLast) before = stream.length;
    stream.add(isLast ? own : each.bytes, each.length);
  }
  for (const { start, raw } of (chunk.isReply ? secretsInReplies : secretsInRequests)(stream)) {
    const first = Math.max(start, before);
    if (first < start + raw.length) stream.overwrite(first, '*'.repeat(start + raw.length - first));
  }
  return own;
}

/** A line of a log: the error of a configuration file quotes its line. */
export function shownLogLine(line: string): string {
  const quoted = /^>>> '(.*)'$/.exec(line)?.[1];
  if (quoted === undefined) return line;
  let shown = quoted;
  for (const { start, raw } of secretsInFile(quoted)) {
    const end = start + raw.length;
    shown = `${shown.slice(0, start)}${'*'.repeat(raw.length)}${shown.slice(end)}`;
  }
  return `>>> '${shown}'`;
}
