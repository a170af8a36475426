/**
 * Commands that no honest client sends: any command of a table with arguments of any kind, size and
 * number, and bytes that are no requests at all. Drawn from a seed.
 */

import type { Random } from '../../src/engine/machine/random.ts';
import type { CommandEntry, CommandTable } from '../../src/engine/process/commandTable.ts';

const KB = 1024;
const MB = 1024 * KB;

interface HostileOptions {
  /** Longest argument, bytes. */
  readonly bytesMax: number;
  /** Most arguments of one command. */
  readonly countMax: number;
  /** Probability that a command has more than 300 arguments, and that an argument is longer than 64 KB. */
  readonly giantChance: number;
  /** More words worth trying: names of masters, of directives. */
  readonly words: readonly string[];
  /** Full names of commands left out: those that end the process on purpose, or stop time. */
  readonly without: readonly string[];
}

/** A little more than a server takes. */
const REQUEST_BYTES_MAX = 1100 * MB;

const KEYS = ['s', 'l', 'h', 'z', 'set', 'n', 'big', 'none', ''];
const NUMBERS = [
  ...['0', '1', '-1', '2', '10', '100', '4294967295', '4294967296', '536870911', '2147483648'],
  ...['9007199254740991', '9007199254740993', '9223372036854775807', '-9223372036854775808'],
  ...[
    '18446744073709551616',
    '1e400',
    '-inf',
    'nan',
    '0.1',
    '1.7976931348623157e308',
    '+1',
    '01',
    '0x10',
  ],
];
const WORDS = [
  ...['ex', 'px', 'nx', 'xx', 'gt', 'lt', 'ch', 'incr', 'get', 'keepttl', 'persist', 'withscores'],
  ...['limit', 'count', 'match', 'type', 'by', 'desc', 'alpha', 'store', 'rev', 'bylex', 'byscore'],
  ...['weights', 'aggregate', 'sum', 'left', 'right', 'before', 'after', 'replace', 'db', 'async'],
  ...[
    'and',
    'or',
    'xor',
    'not',
    'set',
    'incrby',
    'overflow',
    'wrap',
    'i64',
    'u63',
    'i65',
    '#1',
    'bit',
  ],
  ...['(1', '[a', '-', '+', '*', '?', '[', '\\', '***a***', 'yes', 'no', 'on', 'off', 'id', 'addr'],
  ...[
    'getack',
    'ack',
    'capa',
    'listening-port',
    'help',
    'idx',
    'minmatchlen',
    'len',
    'maxlen',
    'rank',
  ],
];

export class HostileInputs {
  private readonly random: Random;
  private readonly options: HostileOptions;
  private readonly names: string[][];
  private readonly giant: Buffer;

  constructor(random: Random, table: CommandTable, options: HostileOptions) {
    this.random = random;
    this.options = options;
    this.names = namesOf(table).filter((words) => !options.without.includes(words.join('|')));
    this.giant = Buffer.alloc(options.bytesMax, 'g');
  }

  /** One input, as chunks that come one after the other. */
  next(): Buffer[] {
    const { random } = this;
    if (random.chance(0.02)) return [this.noise(1 + random.below(200))];
    const parts = this.command();
    let length = 0;
    for (const part of parts) length += part.length;
    // The giant Buffer itself may be one of the parts: nothing is gained by a copy of it.
    if (length > 16 * MB) return gathered(parts);
    const bytes = Buffer.concat(parts);
    if (random.chance(0.05)) bytes[random.below(bytes.length)] = random.below(256);
    if (!random.chance(0.1)) return [bytes];
    const cut = random.below(bytes.length + 1);
    return [bytes.subarray(0, cut), bytes.subarray(cut)];
  }

  private command(): Buffer[] {
    const { random, names } = this;
    const name = names[random.below(names.length)]!;
    const args: (string | Buffer)[] = [...name];
    const count = this.count();
    if (count > 100) {
      const few = Array.from({ length: 3 }, () => this.argument());
      let left = REQUEST_BYTES_MAX;
      for (let i = 0; i < count && left > 0; i += 1) {
        const arg = few[i % few.length]!;
        args.push(arg);
        left -= arg.length;
      }
    } else {
      for (let i = 0; i < count; i += 1) args.push(this.argument());
    }
    const parts: Buffer[] = [Buffer.from(`*${args.length}\r\n`)];
    for (const arg of args) {
      const bytes = typeof arg === 'string' ? Buffer.from(arg, 'latin1') : arg;
      parts.push(Buffer.from(`$${bytes.length}\r\n`), bytes, Buffer.from('\r\n'));
    }
    return parts;
  }

  private count(): number {
    const { random, options } = this;
    if (random.chance(options.giantChance)) return this.anyMagnitude(300, options.countMax);
    if (random.chance(0.02)) return random.below(300);
    return random.below(7);
  }

  private argument(): string | Buffer {
    const { random } = this;
    if (random.chance(this.options.giantChance)) {
      return this.giant.subarray(0, this.anyMagnitude(64 * KB, this.giant.length));
    }
    switch (random.below(12)) {
      case 0:
        return this.noise(random.below(40));
      case 1:
        return this.giant.subarray(0, random.below(random.chance(0.05) ? 64 * KB : 2 * KB));
      case 2:
      case 3:
      case 4:
        return this.one(NUMBERS);
      case 5:
      case 6:
        return this.one(WORDS);
      case 7:
        return this.one(this.options.words);
      default:
        return this.one(KEYS);
    }
  }

  /** From `least` to `most`, each order of magnitude as likely as the next. */
  private anyMagnitude(least: number, most: number): number {
    return Math.floor(least * (most / least) ** (this.random.below(1_000_001) / 1_000_000));
  }

  private one(list: readonly string[]): string {
    return list[this.random.below(list.length)]!;
  }

  private noise(length: number): Buffer {
    return Buffer.from(Array.from({ length }, () => this.random.below(256)));
  }
}

/** The same bytes in fewer chunks: short ones become one. */
function gathered(parts: readonly Buffer[]): Buffer[] {
  const chunks: Buffer[] = [];
  let short: Buffer[] = [];
  let length = 0;
  const flush = () => {
    if (length > 0) chunks.push(Buffer.concat(short));
    short = [];
    length = 0;
  };
  for (const part of parts) {
    if (length + part.length > MB) flush();
    if (part.length > MB) {
      chunks.push(part);
    } else {
      short.push(part);
      length += part.length;
    }
  }
  flush();
  return chunks;
}

/** `GET`, `CONFIG SET`: every command and subcommand, as words. */
function namesOf(table: CommandTable): string[][] {
  const names: string[][] = [];
  const add = (entry: CommandEntry) => {
    const [name, subname] = entry.name.split('|');
    names.push(subname === undefined ? [name!] : [name!, subname]);
    for (const sub of entry.subcommands?.values() ?? []) add(sub);
  };
  for (const entry of table.entries()) add(entry);
  return names;
}
