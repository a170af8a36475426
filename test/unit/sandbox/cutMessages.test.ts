/**
 * The messages of a real sandbox, cut at every byte: they mean the same, they are hidden as they were,
 * and what is visible is seen once.
 */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Sandbox } from '../../../src/sandbox/sandbox.ts';
import { quietKind } from '../../../src/sandbox/visibility.ts';
import type { Operation } from '../../../src/view/messages.ts';
import type { EventView } from '../../../src/world/views.ts';
import type { Chunk, ChunkSource } from '../../../src/world/wire/chunks.ts';
import { decode } from '../../../src/world/wire/decode.ts';
import type { Decoded, Message } from '../../../src/world/wire/message.ts';
import { bootedSandbox } from '../../support/sandboxes.ts';

/** How many chunks of the same kinds of messages are cut. */
const SIMILAR_MAX = 2;

/** A trace in which one chunk has arrived in pieces. Pieces are events between two numbers. */
class CutTrace implements ChunkSource {
  private readonly pieces = new Map<number, Chunk>();
  readonly seqs: number[] = [];
  private readonly whole: ChunkSource;

  constructor(whole: ChunkSource, seq: number, cuts: readonly number[]) {
    this.whole = whole;
    const chunk = whole.chunk(seq)!;
    let { previous } = chunk;
    [...cuts, chunk.length].forEach((end, index, ends) => {
      const bytes = chunk.bytes.subarray(ends[index - 1] ?? 0, end);
      const at = seq - (ends.length - 1 - index) / 8;
      this.pieces.set(at, { ...chunk, bytes, length: bytes.length, previous });
      this.seqs.push(at);
      previous = at;
    });
  }

  chunk(seq: number): Chunk | undefined {
    return this.pieces.get(seq) ?? this.whole.chunk(seq);
  }

  decoded(): Decoded[] {
    return this.seqs.map((seq) => decode(this, this.chunk(seq)!, seq));
  }
}

function ask(sandbox: Sandbox, operation: Operation): void {
  sandbox.perform(operation, (outcome) => assert.ok(outcome.ok, JSON.stringify(outcome)));
}

/** Events whose chunks the trace has in full, a few of each kind of exchange. */
function collect(sandbox: Sandbox, found: Map<string, EventView[]>, after: number): number {
  const { world } = sandbox;
  const { trace } = world.state;
  for (let seq = Math.max(after + 1, trace.firstSeq); seq <= trace.count; seq += 1) {
    const event = world.event(seq)!;
    const chunk = trace.chunk(seq);
    if (event.kind !== 'data' || chunk === undefined) continue;
    if (chunk.bytes.length !== chunk.length) continue;
    const key = event.decoded!.items.map(({ message }) => kindOf(message)).join(' ');
    const similar = found.get(key) ?? [];
    if (similar.length >= SIMILAR_MAX) continue;
    found.set(key, [...similar, event]);
    cutEverywhere(trace, event);
  }
  return trace.count;
}

function kindOf(message: Message): string {
  if (!('to' in message) || message.kind === 'unread') return message.kind;
  return `${message.kind}<${message.to?.kind}`;
}

/** A payload and bytes of unknown meaning are divided by a cut; everything else is what it was. */
function isDivided({ kind }: Message): boolean {
  return kind === 'rdb' || kind === 'unread' || kind === 'part';
}

function cutEverywhere(trace: ChunkSource, event: EventView): void {
  const { length } = trace.chunk(event.seq)!;
  const original = event.decoded!.items;
  if (original.some(({ message }) => isDivided(message))) return;
  for (let first = 1; first < length; first += 1) {
    const cuts = length - first > 2 ? [[first], [first, first + 2]] : [[first]];
    for (const cut of cuts) {
      const told = `${event.text} cut at ${cut.join(', ')}`;
      const parts = new CutTrace(trace, event.seq, cut).decoded();
      const whole = parts.flatMap(({ items }) => items).filter(({ isWhole }) => isWhole);
      assert.deepEqual(
        whole.map(({ message }) => message),
        original.filter(({ isWhole }) => isWhole).map(({ message }) => message),
        told,
      );
      checkQuiet(event, parts, told);
    }
  }
}

function checkQuiet(event: EventView, parts: readonly Decoded[], told: string): void {
  const kinds = parts.map((decoded) => quietKind({ ...event, decoded }));
  const isQuiet = quietKind(event) !== undefined;
  if (isQuiet) assert.ok(!kinds.includes(undefined), `${told} is visible: ${kinds.join(', ')}`);
  else assert.ok(kinds.includes(undefined), `${told} is hidden: ${kinds.join(', ')}`);
}

test('messages mean the same wherever they are cut', () => {
  const sandbox = bootedSandbox({ seed: 7 });
  const found = new Map<string, EventView[]>();
  let seen = 0;
  const run = (seconds: number): void => {
    for (let i = 0; i < seconds * 10; i += 1) {
      sandbox.advance(sandbox.world.now + 100_000);
      seen = collect(sandbox, found, seen);
    }
  };
  run(11);
  ask(sandbox, { op: 'reset', a: 'm', b: 'r1' });
  run(2);
  ask(sandbox, { op: 'resync', node: 'r2' });
  ask(sandbox, { op: 'load', rate: 50, bytes: 10 });
  run(2);
  ask(sandbox, { op: 'crash', node: 'm' });
  run(4);
  const kinds = new Set([...found.keys()].flatMap((key) => key.split(' ')));
  for (const kind of [
    'ping',
    'pong<ping',
    'info',
    'ack',
    'replconf',
    'psync',
    'continue<psync',
    'fullresync<psync',
    'publishHello',
    'publishedHello',
    'integer<publishHello',
    'askVote',
    'vote<askVote',
    'status<command',
  ]) {
    assert.ok(kinds.has(kind), `${kind} is not among ${[...kinds].join(', ')}`);
  }
});
