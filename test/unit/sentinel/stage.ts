/** A world of toy servers and real Sentinels, and a hand to talk to them with. */

import assert from 'node:assert/strict';
import { seedFromNumber } from '../../../src/engine/machine/random.ts';
import {
  type Reply,
  ReplyReader,
  replyItems,
  replyText,
} from '../../../src/engine/resp/replyReader.ts';
import type { Instance } from '../../../src/engine/sentinel/model/instance.ts';
import { Sentinel } from '../../../src/engine/sentinel/sentinel.ts';
import type { Operation, OutsidePort } from '../../../src/world/input.ts';
import { registerMachine } from '../../../src/world/registry.ts';
import { World } from '../../../src/world/world.ts';
import type { ToyRedis } from './toyRedis.ts';
import './toyRedis.ts';

registerMachine('sentinel', () => new Sentinel());

const START = 1_700_000_000_000_000;
const MASTER_PORT = 7000;
const SENTINEL_PORT = 26379;
export const MASTER = 'mymaster';

export interface StageOptions {
  readonly seed?: number;
  readonly replicas?: readonly (readonly (readonly string[])[])[];
  readonly sentinels?: number;
  readonly quorum?: number;
  /** Lines added to every sentinel.conf. */
  readonly conf?: readonly string[];
  /** Directives added to the master. */
  readonly master?: readonly (readonly string[])[];
}

/** The way out of the world: replies, decoded, by connection. */
class Ears implements OutsidePort {
  readonly replies = new Map<number, Reply[]>();
  readonly raw = new Map<number, string>();
  readonly closed = new Set<number>();
  private readonly readers = new Map<number, ReplyReader>();

  send(conn: number, bytes: Buffer): void {
    const reader = this.readers.get(conn) ?? new ReplyReader();
    this.readers.set(conn, reader);
    const replies = this.replies.get(conn) ?? [];
    this.replies.set(conn, replies);
    this.raw.set(conn, (this.raw.get(conn) ?? '') + bytes.latin1Slice());
    reader.feed(bytes);
    for (let reply = reader.next(); reply !== undefined; reply = reader.next()) replies.push(reply);
  }
  close(conn: number): void {
    this.closed.add(conn);
  }
  connect(): void {}
  listen(): void {}
  closeListener(): void {}
}

export class Stage {
  readonly world: World;
  readonly ears = new Ears();
  private conn = 0;

  constructor(options: StageOptions = {}) {
    this.world = new World({
      seed: seedFromNumber(options.seed ?? 1),
      startAt: START,
      record: false,
      params: { disk: { fsyncMicros: 1_000, opMicrosMax: 10 } },
    });
    this.world.outside = this.ears;
    this.addToy('m', MASTER_PORT, options.master ?? []);
    const replicas = options.replicas ?? [[], []];
    replicas.forEach((directives, index) => {
      const follow = ['replicaof', '127.0.0.1', String(MASTER_PORT)];
      this.addToy(`r${index + 1}`, MASTER_PORT + index + 1, [follow, ...directives]);
    });
    for (let index = 1; index <= (options.sentinels ?? 3); index += 1) {
      this.addSentinel(`s${index}`, SENTINEL_PORT + index - 1, [
        `sentinel monitor ${MASTER} 127.0.0.1 ${MASTER_PORT} ${options.quorum ?? 2}`,
        `sentinel down-after-milliseconds ${MASTER} 2000`,
        `sentinel failover-timeout ${MASTER} 10000`,
        ...(options.conf ?? []),
      ]);
    }
  }

  addToy(name: string, port: number, directives: readonly (readonly string[])[]): void {
    this.world.inject({
      kind: 'addNode',
      name,
      machine: 'toyRedis',
      ports: [port],
      directives: [['port', String(port)], ...directives],
    });
  }

  addSentinel(name: string, port: number, conf: readonly string[]): void {
    this.world.inject({
      kind: 'addNode',
      name,
      machine: 'sentinel',
      ports: [port],
      configFile: 'sentinel.conf',
      files: [{ path: 'sentinel.conf', bytes: Buffer.from(`port ${port}\n${conf.join('\n')}\n`) }],
    });
  }

  do(operation: Operation): void {
    this.world.inject(operation);
  }

  /** Cuts both directions between a node and each of the others. */
  cut(a: string, ...others: readonly string[]): void {
    for (const b of others) this.do({ kind: 'cut', a, b });
  }

  /** Lets `seconds` of the world's time pass. */
  pass(seconds: number): void {
    this.world.runUntil(this.world.now + seconds * 1_000_000);
    assert.equal(this.world.failure?.stack, undefined);
  }

  /** Lets time pass until the condition holds; fails after `seconds` of the world's time. */
  until(what: string, condition: () => boolean, seconds = 60): void {
    const end = this.world.now + seconds * 1_000_000;
    this.pass(0.001); // Nodes added in this instant start in it.
    while (!condition()) {
      if (this.world.now >= end) assert.fail(`${what}: not within ${seconds} s\n${this.story()}`);
      this.pass(0.05);
    }
  }

  /** Until every Sentinel knows every replica and every other Sentinel. */
  settle(names: readonly string[] = ['s1', 's2', 's3']): void {
    const replicas = [...this.toyNames()].length - 1;
    this.until('all know each other', () =>
      names.every((name) => {
        const master = this.master(name);
        const known = [...master.replicas.values(), ...master.sentinels.values()];
        return (
          master.replicas.size === replicas &&
          master.sentinels.size === names.length - 1 &&
          known.every((instance) => instance.kind === 'sentinel' || instance.infoRefresh > 0)
        );
      }),
    );
  }

  private toyNames(): string[] {
    return this.world
      .nodes()
      .filter((node) => node.machine === 'toyRedis')
      .map((node) => node.name);
  }

  sentinel(name: string): Sentinel {
    return this.world.machine(name) as Sentinel;
  }

  toy(name: string): ToyRedis {
    return this.world.machine(name) as ToyRedis;
  }

  master(name: string): Instance {
    return this.sentinel(name).masters.get(MASTER)!;
  }

  /** Port a Sentinel monitors the master at. */
  masterPort(name: string): number {
    return this.master(name).address.port;
  }

  /** Opens a connection of its own to a Sentinel. */
  dial(name: string): number {
    this.conn += 1;
    const port = this.world.node(name)!.ports[0]!;
    this.world.inject({
      kind: 'accept',
      conn: this.conn,
      node: name,
      port,
      peer: `127.0.0.1:${50_000 + this.conn}`,
    });
    this.pass(0);
    return this.conn;
  }

  /** Sends a command line; its replies come into `ears`. */
  tell(conn: number, line: string): void {
    this.send(conn, Buffer.from(`${line}\r\n`, 'latin1'));
  }

  /** The reply, as the bytes that came, to a command whose words may be of any length. */
  askLong(name: string, ...words: readonly (string | Buffer)[]): string {
    const conn = this.dial(name);
    this.send(conn, Buffer.from(`*${words.length}\r\n`));
    for (const word of words) {
      this.send(conn, Buffer.from(`$${word.length}\r\n`));
      this.send(conn, Buffer.from(word));
      this.send(conn, Buffer.from('\r\n'));
    }
    this.until(`a reply to ${words[0]}`, () => (this.ears.raw.get(conn) ?? '') !== '', 5);
    this.world.inject({ kind: 'reset', conn });
    return this.ears.raw.get(conn)!;
  }

  private send(conn: number, bytes: Buffer): void {
    this.world.inject({ kind: 'data', conn, bytes });
  }

  /** The replies to one command line on a fresh connection, as the bytes that came. */
  ask(name: string, line: string): string {
    return this.ears.raw.get(this.askOn(name, line))!;
  }

  /** Asks on a fresh connection; returns that connection's number. */
  private askOn(name: string, line: string): number {
    const conn = this.dial(name);
    this.tell(conn, line);
    this.until(`a reply to ${line}`, () => (this.ears.raw.get(conn) ?? '') !== '', 5);
    this.world.inject({ kind: 'reset', conn });
    return conn;
  }

  /** A flat reply of names and values, or the first of a list of such, as an object. */
  fields(name: string, line: string): Record<string, string> {
    const [reply] = this.ears.replies.get(this.askOn(name, line))!;
    const [first] = replyItems(reply!);
    const words = replyItems(first!.type === 'array' ? first! : reply!).map(replyText);
    const fields: Record<string, string> = {};
    for (let at = 0; at + 1 < words.length; at += 2) fields[words[at]!] = words[at + 1]!;
    return fields;
  }

  conf(name: string): string {
    return this.world.readFile(name, 'sentinel.conf')!.latin1Slice();
  }

  /** Events and other lines of the node's log. */
  log(name: string): string[] {
    return this.world.logSince(name, 0).map((line) => line.line);
  }

  logged(name: string, start: string): boolean {
    return this.log(name).some((line) => line.startsWith(start));
  }

  /** All notes of that kind, with the node they are of. */
  notes(kind: string): Record<string, unknown>[] {
    return this.world
      .notesSince(0)
      .filter((note) => note.note.kind === kind)
      .map((note) => ({ node: note.node, ...note.note }));
  }

  private story(): string {
    return this.world
      .nodes()
      .filter((node) => node.machine === 'sentinel')
      .map((node) => `${node.name}:\n  ${this.log(node.name).slice(-20).join('\n  ')}`)
      .join('\n');
  }
}
