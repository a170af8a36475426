/**
 * A state of a world without secrets: in the settings of its nodes, in their files and logs, in what is in
 * flight or half read, and in the trace.
 *
 * Invariant: no length changes, so the state behaves as before. Data is left alone.
 */

import { copyState, registrationOf } from '../../engine/machine/state.ts';
import { OutputQueue } from '../../engine/process/outputQueue.ts';
import { Process } from '../../engine/process/process.ts';
import { fieldName } from '../../engine/process/values/fields.ts';
import { InputBuffer } from '../../engine/resp/inputBuffer.ts';
import { ReplyWriter } from '../../engine/resp/replyWriter.ts';
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
  for (const object of objectsIn(copy)) {
    if (object instanceof InputBuffer || object instanceof ReplyWriter) object.clearRest();
    else if (object instanceof OutputQueue) object.rewrite((bytes) => maskBytes(bytes, to));
  }
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

/** All objects of a state, without those that copies share and what these refer to. */
function* objectsIn(root: object): Generator<object> {
  const seen = new Set<object>([root]);
  for (const object of seen) {
    if (registrationOf(object)?.shared || ArrayBuffer.isView(object)) continue;
    yield object;
    for (const part of partsOf(object)) {
      if (typeof part === 'object' && part !== null) seen.add(part);
    }
  }
}

function* partsOf(object: object): Generator<unknown> {
  if (object instanceof Map) yield* object.keys();
  if (object instanceof Map || object instanceof Set) yield* object.values();
  else yield* Object.values(object);
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

/** The bytes that have come to one end: as they arrived, and as its process received them. */
interface Received {
  readonly isReply: boolean;
  readonly arrived: ByteStream;
  readonly delivered: ByteStream;
  /** How many chunks have arrived and are not delivered. */
  waiting: number;
}

function maskTrace({ trace }: WorldState, to: Placeholders): void {
  trace.unshare();
  const ends = new Map<string, Received>();
  for (let seq = trace.firstSeq; seq <= trace.count; seq += 1) {
    const chunk = trace.chunk(seq);
    if (chunk === undefined) continue;
    const { kind, place, conn } = trace.glance(seq)!;
    const key = `${place} ${conn}`;
    const { isReply } = chunk;
    const end = ends.get(key) ?? {
      ...{ isReply, arrived: new ByteStream(), delivered: new ByteStream(), waiting: 0 },
    };
    ends.set(key, end);
    if (kind === KIND.wait || end.waiting === 0) end.arrived.add(chunk.bytes, chunk.length);
    if (kind === KIND.wait) end.waiting += 1;
    else end.waiting = Math.max(0, end.waiting - 1);
    if (kind !== KIND.wait) end.delivered.add(chunk.bytes, chunk.length);
  }
  for (const { isReply, arrived, delivered } of ends.values()) {
    const find = isReply ? secretsInReplies : secretsInRequests;
    // Both are read before one is written over: they share what has not waited.
    const both = [arrived, delivered].map((stream) => [stream, find(stream)] as const);
    for (const [stream, found] of both) maskStream(stream, found, to);
  }
}
