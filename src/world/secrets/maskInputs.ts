/**
 * The inputs of a recording without secrets: in commands of clients, wherever chunks cut them, and in the
 * configuration of new nodes.
 */

import type { AddNode, Input } from '../input.ts';
import type { Recorded } from '../inputRecords.ts';
import { ByteStream } from './byteStream.ts';
import { type Found, secretsInFile, secretsInRequests } from './findSecrets.ts';
import { rewritten } from './lineWords.ts';
import type { Placeholders } from './placeholders.ts';
import { secretsOfLine } from './secretWords.ts';

/** Replaces secrets in the bytes of a stream, which must be nobody else's. */
export function maskStream(stream: ByteStream, found: readonly Found[], to: Placeholders): void {
  for (const each of found) stream.overwrite(each.start, masked(each, to));
}

function masked({ raw, value }: Found, to: Placeholders): string {
  if (value === undefined) return to.ofPart(raw);
  return raw === value ? to.of(value) : rewritten(raw, to.of(value));
}

/** The text of a configuration file without secrets. */
export function maskFile(text: string, to: Placeholders): string {
  let result = text;
  for (const each of secretsInFile(text)) {
    const end = each.start + each.raw.length;
    result = result.slice(0, each.start) + masked(each, to) + result.slice(end);
  }
  return result;
}

/**
 * The inputs without secrets. The bytes of data are written over. `streams` are what connections have
 * received that were open before the first input, by their ids; the bytes of the inputs are added to them.
 */
export function maskInputs(
  inputs: readonly Recorded[],
  streams: Map<number, ByteStream>,
  to: Placeholders,
): Recorded[] {
  for (const { input } of inputs) {
    // A node has opened the connections with negative ids, so what comes over them are no commands.
    if (input.kind === 'accept') streams.set(input.conn, new ByteStream());
    else if (input.kind === 'data') streams.get(input.conn)?.add(input.bytes);
  }
  for (const stream of streams.values()) maskStream(stream, secretsInRequests(stream), to);
  return inputs.map((recorded) => ({ ...recorded, input: withoutSecrets(recorded.input, to) }));
}

function withoutSecrets(input: Input, to: Placeholders): Input {
  return input.kind === 'addNode' ? maskNode(input, to) : input;
}

function maskNode(input: AddNode, to: Placeholders): AddNode {
  const { directives, files } = input;
  return {
    ...input,
    ...(directives === undefined
      ? {}
      : { directives: directives.map((words) => maskDirective(words, to)) }),
    ...(files === undefined
      ? {}
      : {
          files: files.map(({ path, bytes }) => ({ path, bytes: maskFileBytes(path, bytes, to) })),
        }),
  };
}

/** The words of a directive without secrets. */
export function maskDirective(words: readonly string[], to: Placeholders): readonly string[] {
  const secrets = secretsOfLine(words);
  return words.map((word, index) => (secrets.includes(index) ? to.of(word) : word));
}

/** A file without secrets. Only texts have lines of a configuration. */
function maskFileBytes(path: string, bytes: Buffer, to: Placeholders): Buffer {
  if (!path.includes('.conf')) return bytes;
  return Buffer.from(maskFile(bytes.latin1Slice(), to), 'latin1');
}

/** A line of a log without secrets: the error of a configuration file quotes its line. */
export function maskLogLine(line: string, to: Placeholders): string {
  const quoted = /^>>> '(.*)'$/.exec(line);
  return quoted === null ? line : `>>> '${maskFile(quoted[1]!, to)}'`;
}
