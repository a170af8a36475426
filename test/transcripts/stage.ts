/**
 * The stage of a transcript: a world of servers and Sentinels, moved by directives, that tells what
 * went over the wire between nodes.
 *
 *   server NAME PORT [directive value]…     starts a redis-server
 *   sentinel NAME PORT [directive value]…   starts a Sentinel; a value with blanks is quoted
 *   run TIME                                3s, 200ms: lets virtual time pass
 *   ask NODE COMMAND…                       a client's command; its reply is part of the output
 *   repeat N DIRECTIVE…                     the same directive N times; output of the last
 *   field NODE SECTION NAME                 one field of INFO
 *   log NODE                                log lines since the last look
 *   crash|powerLoss|freeze|thaw|restart NODE, cut|heal|hold|reset A B
 *
 * Output: `a> words` is what node a received, with where it came from; 40-digit IDs are numbered in
 * the order of their appearance.
 */

import { seedFromNumber } from '../../src/engine/machine/random.ts';
import { toLatin1 } from '../../src/engine/resp/bytes.ts';
import { type Reply, ReplyReader, replyItems } from '../../src/engine/resp/replyReader.ts';
import { quoteArgument, splitArguments } from '../../src/engine/resp/splitArguments.ts';
import '../../src/sandbox/machines.ts';
import { World } from '../../src/world/world.ts';

const START = 1_767_225_600_000_000;
const REPLY_MICROS_MAX = 10_000_000;
const PAIRS = new Set(['cut', 'hold', 'reset', 'heal']);
const NODE_OPERATIONS = new Set(['crash', 'powerLoss', 'freeze', 'thaw', 'restart']);

export class Stage {
  private readonly world = new World({
    seed: seedFromNumber(1),
    startAt: START,
    record: false,
    traceEvents: 65_536,
  });
  private readonly ids = new Map<string, string>();
  private readonly replies = new Map<number, ReplyReader>();
  private readonly connections = new Map<string, number>();
  private readonly logSeen = new Map<string, number>();
  private seen = 0;

  constructor() {
    this.world.outside = {
      send: (conn, bytes) => {
        this.replies.get(conn)?.feed(bytes);
        this.world.inject({ kind: 'drained', conn, bytes: bytes.length });
      },
      close: (conn) => this.replies.delete(conn),
      connect: (conn) => this.world.inject({ kind: 'refused', conn, error: 'Connection refused' }),
      listen: () => {},
      closeListener: () => {},
    };
  }

  /** Carries out one directive; gives its output lines. */
  perform(directive: string): string[] {
    const words = splitArguments(directive);
    if (words === undefined) throw new Error(`unbalanced quotes: ${directive}`);
    const [verb, ...rest] = words as [string, ...string[]];
    const output = this.carryOut(verb, rest);
    if (this.world.failure !== undefined) throw new Error(this.world.failure.stack);
    return output;
  }

  private carryOut(verb: string, words: string[]): string[] {
    const [first = '', second = ''] = words;
    if (verb === 'server' || verb === 'sentinel') return this.add(verb, first, words.slice(1));
    if (verb === 'run') return this.run(first);
    if (verb === 'ask') return this.ask(first, words.slice(1));
    if (verb === 'repeat') return this.repeat(Number(first), words.slice(1));
    if (verb === 'field') return this.field(first, second, words[2]!);
    if (verb === 'log') return this.log(first);
    if (NODE_OPERATIONS.has(verb)) {
      this.world.inject({ kind: verb as 'crash', node: first });
      return [];
    }
    if (!PAIRS.has(verb)) throw new Error(`no such directive: ${verb}`);
    this.world.inject({ kind: verb as 'cut', a: first, b: second });
    return [];
  }

  private add(machine: string, name: string, [port, ...options]: string[]): string[] {
    const lines = [`port ${port}`];
    for (let at = 0; at < options.length; at += 2) lines.push(`${options[at]} ${options[at + 1]}`);
    const path = `${machine}.conf`;
    this.world.inject({
      kind: 'addNode',
      name,
      machine,
      ports: [Number(port)],
      configFile: path,
      files: [{ path, bytes: Buffer.from(`${lines.join('\n')}\n`) }],
    });
    return [];
  }

  private run(time: string): string[] {
    const [, count, unit] = /^(\d+)(s|ms)$/.exec(time)!;
    this.world.runUntil(this.world.now + Number(count) * (unit === 's' ? 1_000_000 : 1000));
    return this.exchange();
  }

  private ask(node: string, command: string[]): string[] {
    const conn = this.connectionTo(node);
    const reader = this.replies.get(conn)!;
    const args = command.map((arg) => `$${arg.length}\r\n${arg}\r\n`).join('');
    const bytes = Buffer.from(`*${command.length}\r\n${args}`, 'latin1');
    this.world.inject({ kind: 'data', conn, bytes });
    const deadline = this.world.now + REPLY_MICROS_MAX;
    let reply = reader.next();
    while (reply === undefined && this.world.nextEventAt() <= deadline && this.world.step()) {
      reply = reader.next();
    }
    return [...this.exchange(), reply === undefined ? '(no reply)' : this.words(reply)];
  }

  private repeat(times: number, [verb, ...words]: string[]): string[] {
    let output: string[] = [];
    for (let i = 0; i < times; i += 1) output = this.carryOut(verb!, words);
    return output;
  }

  private field(node: string, section: string, name: string): string[] {
    const text = this.ask(node, ['INFO', section]).join('\n');
    const value = new RegExp(`n${name}:(.*?)\\\\r`).exec(text)?.[1] ?? '(none)';
    return [this.masked(value)];
  }

  private connectionTo(node: string): number {
    const known = this.connections.get(node);
    if (known !== undefined && this.replies.has(known)) return known;
    const conn = 1 + this.replies.size + this.connections.size * 100;
    const port = this.world.node(node)!.ports[0]!;
    this.replies.set(conn, new ReplyReader());
    this.connections.set(node, conn);
    const peer = `127.0.0.1:${50_000 + conn}`;
    this.world.inject({ kind: 'accept', conn, node, port, peer });
    return conn;
  }

  private log(node: string): string[] {
    const lines = this.world.logSince(node, this.logSeen.get(node) ?? 0);
    const last = lines.at(-1);
    if (last !== undefined) this.logSeen.set(node, last.id);
    return lines.map(({ role, line }) => this.masked(`${role} ${line}`));
  }

  /** What nodes received from nodes since the last look. */
  private exchange(): string[] {
    const lines: string[] = [];
    for (const event of this.world.lastEvents(this.world.eventCount - this.seen)) {
      const between =
        this.world.node(event.node) !== undefined && this.world.node(event.peer) !== undefined;
      if (event.kind !== 'data' || !between) continue;
      const bytes = this.world.eventBytes(event.seq);
      const messages = this.messages(bytes);
      // The trace keeps the beginning of a chunk.
      if (bytes.length < event.bytes) messages.push(`… (${event.bytes} bytes)`);
      for (const message of messages) lines.push(`${event.node} < ${event.peer}: ${message}`);
    }
    this.seen = this.world.eventCount;
    return lines;
  }

  /** A chunk's messages: commands or replies; an RDB payload is named, not shown. */
  private messages(bytes: Buffer): string[] {
    const payload = /^\$\d+\r\n(?=REDIS\d{4})|^REDIS\d{4}/.exec(
      bytes.subarray(0, 40).latin1Slice(),
    );
    if (payload !== null) return ['(RDB)'];
    if (/^\$\d+\r\n$/.test(bytes.latin1Slice())) return ['(length of the RDB)'];
    // A chunk may begin in the middle of a payload or a message.
    if (!'*+-:$%'.includes(String.fromCharCode(bytes[0]!))) return [];
    const reader = new ReplyReader();
    reader.feed(bytes);
    const messages: string[] = [];
    for (let reply = reader.next(); reply !== undefined; reply = reader.next()) {
      messages.push(this.words(reply));
    }
    return messages;
  }

  private words(reply: Reply): string {
    return this.masked(plain(reply));
  }

  private masked(text: string): string {
    // Modelled memory is no part of the protocol.
    return text.replace(/tot-mem=\d+/, 'tot-mem=(n)').replace(/[0-9a-f]{40}/g, (id) => {
      if (!this.ids.has(id)) this.ids.set(id, `<id${this.ids.size + 1}>`);
      return this.ids.get(id)!;
    });
  }
}

function plain(reply: Reply): string {
  switch (reply.type) {
    case 'simple':
      return `+${reply.text}`;
    case 'error':
      return `-${reply.text}`;
    case 'integer':
      return String(reply.value);
    case 'bulk':
    case 'verbatim':
      return quoteArgument(toLatin1(reply.bytes));
    case 'null':
      return '(nil)';
    default:
      return replyItems(reply).map(plain).join(' ');
  }
}
