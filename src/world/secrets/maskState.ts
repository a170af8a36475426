/**
 * A state of a world without secrets: in the settings of its nodes, in their files and logs, in what is in
 * flight or half read, and in the trace.
 *
 * Invariant: no length changes, so the state behaves as before. Data is left alone.
 */

import { copyState } from '../../engine/machine/state.ts';
import { Process } from '../../engine/process/process.ts';
import { fieldName } from '../../engine/process/values/fields.ts';
import type { End } from '../connection.ts';
import { type Event, KIND } from '../event.ts';
import type { Fifo } from '../fifo.ts';
import type { WorldNode } from '../node.ts';
import type { WorldState } from '../state.ts';
import { ByteStream } from './byteStream.ts';
import { secretsInBytes, secretsInReplies, secretsInRequests } from './findSecrets.ts';
import { maskDirective, maskFile, maskLogLine, maskStream } from './maskInputs.ts';
import type { Placeholders } from './placeholders.ts';
import { secretSettings } from './secretWords.ts';

/** Settings are fields, and those without effect entries, by their own names. */
const FIELDS: ReadonlySet<string> = new Set([
  ...secretSettings(),
  ...secretSettings().map(fieldName),
]);
/** Names of secret settings, and of lines with a secret. */
const SETTING = /pass|auth|\buser\b/i;

/**
 * A copy without secrets. `streams` receives what outside connections have sent and no process has read
 * to the end, by their ids: its secrets may end in later inputs, so the caller masks it.
 */
export function maskState(
  state: WorldState,
  streams: Map<number, ByteStream>,
  to: Placeholders,
): WorldState {
  const copy = copyState(state, (leaf, field) => {
    if (typeof leaf === 'number') return leaf;
    if (typeof leaf === 'string') return maskText(leaf, field, to) as typeof leaf;
    return maskBytes(leaf, to) as typeof leaf;
  });
  maskTrace(copy, to);
  for (const node of copy.nodes.values()) {
    maskSetup(node, to);
    node.rewriteLog((line) => maskLogLine(line, to));
  }
  const before = clientEnds(state);
  clientEnds(copy).forEach((end, index) => {
    const stream = maskSent(end, before[index]!);
    if (end.node === undefined) streams.set(end.id, stream);
    else maskStream(stream, secretsInRequests(stream), to);
  });
  return copy;
}

/** The ends that have opened a connection: they send commands. */
function clientEnds({ nodes, outsideEnds }: WorldState): End[] {
  const all = [...outsideEnds.values()];
  for (const { ends } of nodes.values()) for (const end of ends.values()) all.push(end);
  return all.filter(({ isClient }) => isClient);
}

function maskText(text: string, field: string, to: Placeholders): string {
  if (FIELDS.has(field)) return to.of(text);
  return SETTING.test(text) ? maskFile(text, to) : text;
}

function maskBytes(bytes: Buffer, to: Placeholders): Buffer {
  const found = secretsInBytes(bytes);
  if (found.length === 0) return bytes;
  const stream = new ByteStream();
  stream.add(bytes);
  maskStream(stream, found, to);
  return bytes;
}

/** What the node was started with: its process knows the same lists. */
function maskSetup({ setup }: WorldNode, to: Placeholders): void {
  for (const words of setup.directives ?? []) {
    const own = words as string[];
    maskDirective(words, to).forEach((word, index) => {
      own[index] = word;
    });
  }
}

/** What an end has sent and no process has executed, as it is in the original. */
function maskSent(end: End, original: End): ByteStream {
  const stream = new ByteStream();
  const before = sentBy(original);
  sentBy(end).forEach((bytes, index) => {
    // Bytes alone do not tell where a command begins, so what was found in them does not count.
    before[index]!.copy(bytes);
    stream.add(bytes);
  });
  return stream;
}

/** The bytes that the other side keeps for its process, that wait for it, and that are in flight. */
function sentBy(end: End): Buffer[] {
  const peer: End | undefined = end.peer;
  const node = peer?.node;
  const sent: Buffer[] = [];
  if (node?.machine instanceof Process) {
    const reader = node.machine.clients.get(peer.id)?.reader;
    if (reader !== undefined) sent.push(reader.kept);
  }
  for (const event of itemsOf(node?.inbox)) if (event.end === peer) addBytes(event, sent);
  for (const event of itemsOf(end.queue)) addBytes(event, sent);
  return sent;
}

function addBytes({ kind, bytes }: Event, to: Buffer[]): void {
  if (kind === KIND.data && bytes !== undefined) to.push(bytes);
}

function* itemsOf(queue: Fifo<Event> | undefined): Generator<Event> {
  for (let i = 0; i < (queue?.length ?? 0); i += 1) yield queue!.at(i)!;
}

function maskTrace({ trace }: WorldState, to: Placeholders): void {
  trace.unshare();
  /** By the last event that brought bytes of it. */
  const open = new Map<number, ByteStream>();
  const streams: { readonly stream: ByteStream; readonly isReply: boolean }[] = [];
  for (let seq = trace.firstSeq; seq <= trace.count; seq += 1) {
    const chunk = trace.chunk(seq);
    if (chunk === undefined) continue;
    const { bytes, length, previous, isReply } = chunk;
    let stream = open.get(previous);
    if (stream === undefined) {
      stream = new ByteStream();
      streams.push({ stream, isReply });
    }
    open.delete(previous);
    open.set(seq, stream);
    stream.add(bytes, length);
  }
  for (const { stream, isReply } of streams) {
    maskStream(stream, isReply ? secretsInReplies(stream) : secretsInRequests(stream), to);
  }
}
