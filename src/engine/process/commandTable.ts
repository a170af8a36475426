/**
 * What a command is, and the table a process looks it up in. Tables are built once a module and
 * are not state: state names a command, it never holds one.
 */

import { type Bytes, toLatin1 } from '../resp/bytes.ts';
import { parseInteger } from '../resp/integer.ts';
import type { Call } from './call.ts';
import type { HelpText } from './help.ts';

/** Flags as COMMAND INFO prints them. */
export type CommandFlag =
  | 'write'
  | 'readonly'
  | 'denyoom'
  | 'admin'
  | 'pubsub'
  | 'noscript'
  | 'blocking'
  | 'loading'
  | 'stale'
  | 'skip_monitor'
  | 'skip_slowlog'
  | 'asking'
  | 'fast'
  | 'no_auth'
  | 'sentinel'
  | 'only_sentinel'
  | 'no_mandatory_keys'
  | 'protected'
  | 'no_async_loading'
  | 'no_multi'
  | 'allow_busy'
  | 'movablekeys'
  | 'module';

/** Where the keys are among the arguments: from `first` to `last` (negative: from the end), every `step`. */
export interface KeyRange {
  readonly first: number;
  readonly last: number;
  readonly step: number;
}

type KeysAt = (args: readonly Bytes[]) => readonly number[] | undefined;

/** A command's declaration. `arity` counts the name; negative: at least. Names are lower case. */
export interface CommandSpec<C extends Call = Call> {
  readonly name: string;
  readonly arity: number;
  readonly flags: readonly CommandFlag[];
  readonly keys?: KeyRange;
  /** Indexes of all keys among the arguments where `keys` cannot tell; undefined when they are no valid ones. */
  readonly keysAt?: KeysAt;
  /** ACL categories without `@`; `write`, `read`, `fast`, `slow`, `admin`… follow from flags. */
  readonly categories?: readonly string[];
  /** Subcommands, named `config|get`; a container's own `run` is called when the command stands alone. */
  readonly subcommands?: readonly CommandSpec<C>[];
  /** Of a subcommand (or of a container that may stand alone), as the container's HELP shows it. */
  readonly help?: HelpText;
  run(call: C): void;
}

/** Keys as many as the argument at `countAt` says, right behind it; and, before them, those at `first`. */
export function countedKeys(countAt: number, ...first: number[]): KeysAt {
  return (args) => {
    const count = parseInteger(toLatin1(args[countAt]!));
    if (typeof count !== 'number' || count < 1 || countAt + count >= args.length) return undefined;
    return [...first, ...Array.from({ length: count }, (_, index) => countAt + 1 + index)];
  };
}

/** A declaration with what the hot path asks of it worked out. */
export class CommandEntry {
  readonly spec: CommandSpec;
  readonly name: string;
  /** Its place in the table, subcommands counted, by which statistics are kept. */
  readonly index: number;
  readonly write: boolean;
  readonly readonly: boolean;
  /** It may add to the replication stream: Redis's internal flag may_replicate, or a write. */
  readonly mayReplicate: boolean;
  readonly denyOom: boolean;
  readonly loading: boolean;
  readonly stale: boolean;
  readonly noAuth: boolean;
  readonly noMulti: boolean;
  readonly subcommands: ReadonlyMap<string, CommandEntry> | undefined;

  constructor(spec: CommandSpec, nextIndex: () => number) {
    this.index = nextIndex();
    this.spec = spec;
    this.name = spec.name;
    this.write = spec.flags.includes('write');
    this.readonly = spec.flags.includes('readonly');
    this.mayReplicate = this.write || spec.name === 'publish';
    this.denyOom = spec.flags.includes('denyoom');
    this.loading = spec.flags.includes('loading');
    this.stale = spec.flags.includes('stale');
    this.noAuth = spec.flags.includes('no_auth');
    this.noMulti = spec.flags.includes('no_multi');
    this.subcommands =
      spec.subcommands === undefined
        ? undefined
        : new Map(
            spec.subcommands.map(
              (sub) => [sub.name.split('|')[1]!, new CommandEntry(sub, nextIndex)] as const,
            ),
          );
  }

  /** True when `argc` arguments, the name included, are a right number of them. */
  accepts(argc: number): boolean {
    const arity = this.spec.arity;
    return arity >= 0 ? argc === arity : argc >= -arity;
  }
}

export class CommandTable {
  private readonly byName = new Map<string, CommandEntry>();
  /** Commands and subcommands. */
  entryCount = 0;
  private readonly bySpelling = new Map<string, CommandEntry>();

  /** Families of declarations; a name declared twice is an error. */
  // biome-ignore lint/suspicious/noExplicitAny: a family declares the Call it needs; the process that builds the table provides it.
  constructor(...families: readonly (readonly CommandSpec<any>[])[]) {
    const nextIndex = () => {
      this.entryCount += 1;
      return this.entryCount - 1;
    };
    for (const spec of families.flat()) {
      if (this.byName.has(spec.name)) throw new Error(`command declared twice: ${spec.name}`);
      const entry = new CommandEntry(spec, nextIndex);
      this.byName.set(spec.name, entry);
      this.bySpelling.set(spec.name, entry);
      this.bySpelling.set(spec.name.toUpperCase(), entry);
    }
  }

  /** The command of that name in any case. */
  find(name: string): CommandEntry | undefined {
    return this.bySpelling.get(name) ?? this.byName.get(name.toLowerCase());
  }

  /** The command, or the subcommand, of a request that was found valid before. */
  resolve(args: readonly Bytes[]): CommandEntry | undefined {
    const entry = this.find(toLatin1(args[0]!));
    const subcommands = args.length > 1 ? entry?.subcommands : undefined;
    return subcommands?.get(toLatin1(args[1]!).toLowerCase()) ?? entry;
  }

  entries(): IterableIterator<CommandEntry> {
    return this.byName.values();
  }

  get size(): number {
    return this.byName.size;
  }
}
