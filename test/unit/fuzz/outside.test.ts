/**
 * Whatever a page or a Redis client sends to the outside of a sandbox: every request is answered,
 * nothing throws, no machine breaks an invariant, and what goes out stays small. FUZZ_INPUTS=10000000
 * is the long run, with texts up to 500 MB.
 */

import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { test } from 'node:test';
import { Random, seedFromNumber } from '../../../src/engine/machine/random.ts';
import { quoteArgument } from '../../../src/engine/resp/splitArguments.ts';
import { ControlConnection } from '../../../src/gateway/controlConnection.ts';
import { Sandbox } from '../../../src/sandbox/sandbox.ts';
import { Service } from '../../../src/sandbox/service.ts';
import type { Outcome } from '../../../src/view/messages.ts';
import { parseFromPage } from '../../../src/view/panel.ts';
import { type Argument, PORT_MAX } from '../../../src/view/verbs/arguments.ts';
import { allVerbs } from '../../../src/view/verbs/table.ts';

const isLong = process.env['FUZZ_INPUTS'] !== undefined;
const INPUTS = Number(process.env['FUZZ_INPUTS'] ?? 3_000);
/** V8's strings end at 512 MB. */
const LONGEST = isLong ? 500_000_000 : 2_000_000;
/** One text in so many is as long as that. */
const LONGEST_EVERY = isLong ? 200_000 : 1_000;
/** Inputs to one sandbox; then the next one, with its nodes and data as they were at first. */
const INPUTS_A_SANDBOX = 1_500;
/** A client that has been refused makes room for the next one. */
const INPUTS_A_CLIENT = 20;
const SNAPSHOT_CHARS_MAX = 200_000;
const ANSWER_CHARS_MAX = 6 * 1024 * 1024;

const FIELDS = [
  ...new Set(allVerbs().flatMap(([, { takes }]) => Object.keys(takes))),
  ...'op __proto__ host'.split(' '),
];
const HOSTS = ['127.0.0.1', 'localhost', '127.999.0.1', '10.0.0.1', 'nowhere.example'];
const NAMES = 'm m m r1 r1 s1 s1 r2 n1 outside load operator mymaster m\n nobody'.split(' ');
const WORDS = [
  ...new Set(allVerbs().flatMap(([, { words }]) => words.split(' '))),
  ...'SANDBOX JSON ONEWAY NO ONE 1mb HELP HELLO 3 2 AUTH SETNAME CLIENT GETNAME ID PING ECHO INFO SELECT'.split(
    ' ',
  ),
];
const LINES = [
  'SET k v',
  'GET k',
  'LRANGE l 0 -1',
  'RPUSH l a b c',
  'HELLO 3',
  'CLIENT LIST',
  'CONFIG GET *',
  'CONFIG SET maxclients 1',
  'CONFIG SET requirepass "\\x00\\xff"',
  'COMMAND',
  'COMMAND DOCS',
  'INFO everything',
  'MULTI',
  'SUBSCRIBE a',
  'CLIENT REPLY OFF',
  'CLIENT PAUSE 100000',
  'DEBUG SLEEP 3',
  'SHUTDOWN NOSAVE',
  'REPLICAOF 127.999.0.1 1',
  'SENTINEL MASTERS',
  'SENTINEL RESET *',
  'QUIT',
  '"unbalanced',
  '',
];

/** Draws inputs. */
class Maker {
  readonly random = new Random(seedFromNumber(20_261_127));

  one<T>(items: readonly T[]): T {
    return items[this.random.below(items.length)]!;
  }

  text(): string {
    const { random } = this;
    if (random.below(LONGEST_EVERY) === 0) return 'x'.repeat(LONGEST);
    switch (random.below(5)) {
      case 0:
        return this.one(NAMES);
      case 1:
        return this.one(WORDS);
      case 2:
        return String(this.number());
      case 3:
        return this.one(LINES);
      default:
        return Array.from({ length: random.below(40) }, () =>
          String.fromCharCode(random.below(random.below(2) === 0 ? 128 : 0x1_0000)),
        ).join('');
    }
  }

  number(): number {
    const { random } = this;
    const numbers = [0, 1, -1, 1.5, 65_536, 2 ** 31, 2 ** 53, 1e308, random.below(100), 6_400];
    return this.one(numbers);
  }

  value(depth = 0): unknown {
    switch (this.random.below(depth > 3 ? 5 : 8)) {
      case 0:
        return this.number();
      case 1:
        return this.random.below(2) === 0;
      case 2:
        return null;
      case 3:
      case 4:
        return this.text();
      case 5:
        return Array.from({ length: this.random.below(4) }, () => this.value(depth + 1));
      default:
        return this.record(depth + 1);
    }
  }

  record(depth: number): Record<string, unknown> {
    const record: Record<string, unknown> = {};
    const count = this.random.below(4);
    for (let i = 0; i < count; i += 1) record[this.one(FIELDS)] = this.value(depth);
    return record;
  }

  /** Half of them are right, most of the others in all but one field. */
  operation(): unknown {
    const { random } = this;
    if (random.below(10) === 0) return this.value();
    const operation: Record<string, unknown> = this.example();
    if (random.below(2) === 0) return operation;
    const field = random.below(4) === 0 ? this.one(FIELDS) : this.one(Object.keys(operation));
    operation[field] = this.value();
    return operation;
  }

  /** An operation with arguments of the right kinds. */
  private example(): Record<string, unknown> {
    const [op, { takes }] = this.one(allVerbs());
    const operation: Record<string, unknown> = { op };
    for (const [name, argument] of Object.entries(takes)) {
      if ('optional' in argument && this.random.below(2) === 0) break;
      operation[name] = this.argument(argument);
    }
    return operation;
  }

  private argument(argument: Argument): unknown {
    const { random } = this;
    switch (argument.kind) {
      case 'node':
      case 'place':
      case 'masterName':
      case 'label':
      case 'path':
        return this.one(NAMES);
      case 'port':
        return 1 + random.below(PORT_MAX);
      case 'flag':
        return random.below(2) === 0;
      case 'integer':
      case 'milliseconds':
      case 'factor':
        return argument.least + random.below(1_000);
      case 'bytes':
        return argument.least + random.below(2 ** 24);
      case 'target': {
        const address = { host: this.one(HOSTS), port: 1 + random.below(PORT_MAX) };
        return this.one([null, { node: this.one(NAMES) }, address]);
      }
      case 'line': {
        const more = quoteArgument(this.text().slice(0, 1_000));
        return random.below(2) === 0 ? this.one(LINES) : `${this.one(LINES)} ${more}`;
      }
    }
  }

  pageMessage(): unknown {
    const isOdd = this.random.below(20) === 0;
    const kind = isOdd ? this.value() : 'request';
    return { kind, id: isOdd ? this.value() : 1, operation: this.operation() };
  }

  /** Of a Redis client: a request, or something like one. */
  controlBytes(): Buffer {
    const { random } = this;
    const words = Array.from({ length: random.below(6) }, () => this.text().slice(0, 100_000));
    if (random.below(3) > 0) words.unshift('SANDBOX', this.one(WORDS), this.one(NAMES));
    switch (random.below(8)) {
      case 0:
        return Buffer.from(`${words.map(quoteArgument).join(' ')}\r\n`, 'latin1');
      case 1:
        return Buffer.from(
          `*${this.number()}\r\n$${this.number()}\r\n${this.text().slice(0, 1_000)}`,
        );
      case 2:
        return Buffer.from(Array.from({ length: random.below(50) }, () => random.below(256)));
      default: {
        const parts = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`);
        return Buffer.from(`*${words.length}\r\n${parts.join('')}`);
      }
    }
  }
}

/** A connection to the control endpoint without a network. */
class Client extends Duplex {
  answers = 0;

  constructor(service: Service) {
    super();
    const perform: Service['perform'] = (operation, done) => service.perform(operation, done);
    new ControlConnection(1, this as unknown as Socket, perform);
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    assert.ok(chunk.length < ANSWER_CHARS_MAX, `${chunk.length} bytes`);
    assert.ok(!chunk.includes('a bug of the sandbox'), chunk.toString('latin1', 0, 1_000));
    this.answers += 1;
    done();
  }

  destroySoon(): void {
    this.destroy();
  }
}

class Target {
  readonly service: Service;
  private readonly sandbox: Sandbox;
  private asked = 0;
  private answered = 0;
  private client: Client;

  constructor(seed: number) {
    const topology = { replicas: 1, sentinels: 1, port: 6400, sentinelPort: 26_400 };
    const options = { topology, startAt: 1.7e15, record: true };
    this.sandbox = new Sandbox({ ...options, seed });
    this.sandbox.boot();
    this.service = new Service(this.sandbox);
    this.service.subscribe((message) => {
      if (message.kind !== 'snapshot') return;
      assert.ok(JSON.stringify(message).length < SNAPSHOT_CHARS_MAX);
    });
    this.client = new Client(this.service);
  }

  page(message: unknown): void {
    const heard = parseFromPage(message);
    if (heard?.kind !== 'request') return;
    this.asked += 1;
    const { id, operation } = heard;
    this.service.handle({ id, operation }, ({ outcome }) => this.hear(outcome));
  }

  private hear(outcome: Outcome): void {
    this.answered += 1;
    const text = JSON.stringify(outcome);
    assert.ok(text.length < ANSWER_CHARS_MAX, `${text.length} characters`);
    assert.ok(outcome.ok || !outcome.error.includes('a bug of the sandbox'), text.slice(0, 1_000));
  }

  async control(bytes: Buffer, at: number): Promise<void> {
    this.client.push(bytes.subarray(0, at));
    this.client.push(bytes.subarray(at));
    await new Promise((resolve) => setImmediate(resolve));
  }

  /** Lets the world go on a little. */
  pass(): void {
    this.sandbox.advance(this.sandbox.world.now + 1_000, 2_000);
    this.service.pump();
    assert.equal(this.sandbox.world.failure, undefined);
  }

  newClient(): void {
    this.client.destroy();
    this.client = new Client(this.service);
  }

  /** Everything asked has been answered once; it may take the 10 s that LOAD STOP waits. */
  end(): void {
    this.sandbox.driver.resume();
    this.sandbox.advance(this.sandbox.world.now + 11_000_000, 400_000);
    assert.equal(this.answered, this.asked);
  }
}

test('every input to page channel and control endpoint is survived, and every request answered', async () => {
  const maker = new Maker();
  for (let done = 0; done < INPUTS; ) {
    const target = new Target(1 + done);
    for (let i = 0; i < INPUTS_A_SANDBOX && done < INPUTS; i += 1, done += 1) {
      if (maker.random.below(2) === 0) {
        target.page(maker.pageMessage());
      } else {
        const bytes = maker.controlBytes();
        await target.control(bytes, maker.random.below(bytes.length + 1));
      }
      if (i % INPUTS_A_CLIENT === 0) target.newClient();
      if (i % 5 === 0) target.pass();
    }
    target.end();
  }
});
