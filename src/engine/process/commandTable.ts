/**
 * What a command is, and the table a process looks it up in. Tables are built once a module and
 * are not state: state names a command, it never holds one.
 */

import { type Bytes, toLatin1 } from '../resp/bytes.ts';
import type { Request } from '../resp/request.ts';
import type { Call } from './call.ts';
import type { DeclaredCategory } from './categories.ts';
import type { HelpText } from './help.ts';
import { type KeySpec, type KeySummary, type KeysAt, summarize } from './keySpecs.ts';

/** Flags of a declaration, in the order in which COMMAND INFO prints them. */
export const COMMAND_FLAGS = [
  'write',
  'readonly',
  'denyoom',
  'admin',
  'pubsub',
  'noscript',
  'blocking',
  'loading',
  'stale',
  'skip_monitor',
  'skip_slowlog',
  'asking',
  'fast',
  'no_auth',
  'no_mandatory_keys',
  'no_async_loading',
  'no_multi',
  'allow_busy',
] as const;

export type CommandFlag = (typeof COMMAND_FLAGS)[number];

/** What the engine must know of a command beyond its flags. Redis has these as internal flags or as checks by name. */
type CommandTrait =
  /** It may add to the replication stream though it is no write: PUBLISH. */
  | 'may_replicate'
  /** It meets keys by chance, so the expired keys that it deletes are propagated each alone: SCAN. */
  | 'touches_arbitrary_keys'
  /** It runs at once inside MULTI: EXEC. */
  | 'never_queued'
  /** It ends a transaction or the connection, so it may run inside MULTI while memory is short. */
  | 'leaves_transaction'
  /** It stands for the commands that its client has queued, and is refused when one of them would be: EXEC. */
  | 'runs_queued'
  /** A RESP2 client with subscriptions may send it. */
  | 'in_subscription'
  /** It reports MISCONF although it writes nothing: PING, as the health check. */
  | 'fails_with_disk'
  /** A Sentinel has it, too. (What a Sentinel alone has needs no mark.) */
  | 'sentinel';

/** A command's declaration: all that is known of it. A test compares it with the real server's. */
export interface CommandSpec<C extends Call = Call> {
  /** Lower case; of a subcommand `config|get`. */
  readonly name: string;
  /** The version of Redis it came with. */
  readonly since: string;
  /** The number of arguments, the name counted; negative: at least so many. */
  readonly arity: number;
  readonly flags: readonly CommandFlag[];
  readonly keys?: readonly KeySpec[];
  /** Finds the keys where `keys` has unknown ones. */
  readonly keysAt?: KeysAt;
  /** ACL categories that do not follow from the flags. */
  readonly categories?: readonly DeclaredCategory[];
  /** Hints for clients and proxies, as COMMAND INFO prints them. */
  readonly tips?: readonly string[];
  readonly traits?: readonly CommandTrait[];
  /** A container's own `run` is called when it stands alone. */
  readonly subcommands?: readonly CommandSpec<C>[];
  /** Of a subcommand (or of a container that may stand alone), as the container's HELP shows it. */
  readonly help?: HelpText;
  run(call: C): void;
}

/** A declaration with what is asked of it for every request worked out. */
export class CommandEntry {
  readonly spec: CommandSpec;
  readonly name: string;
  /** Its place in the table, subcommands counted, by which statistics are kept. */
  readonly index: number;
  readonly keys: KeySummary;
  readonly write: boolean;
  readonly readonly: boolean;
  /** A write, or the trait of that name. */
  readonly mayReplicate: boolean;
  readonly denyOom: boolean;
  readonly loading: boolean;
  readonly stale: boolean;
  readonly noAuth: boolean;
  readonly noMulti: boolean;
  readonly touchesArbitraryKeys: boolean;
  readonly neverQueued: boolean;
  readonly leavesTransaction: boolean;
  readonly runsQueued: boolean;
  readonly inSubscription: boolean;
  readonly failsWithDisk: boolean;
  readonly subcommands: ReadonlyMap<string, CommandEntry> | undefined;

  constructor(spec: CommandSpec, nextIndex: () => number) {
    this.index = nextIndex();
    this.spec = spec;
    this.name = spec.name;
    this.keys = summarize(spec.keys ?? []);
    const flagged = (flag: CommandFlag) => spec.flags.includes(flag);
    this.write = flagged('write');
    this.readonly = flagged('readonly');
    this.denyOom = flagged('denyoom');
    this.loading = flagged('loading');
    this.stale = flagged('stale');
    this.noAuth = flagged('no_auth');
    this.noMulti = flagged('no_multi');
    const is = (trait: CommandTrait) => spec.traits?.includes(trait) === true;
    this.mayReplicate = this.write || is('may_replicate');
    this.touchesArbitraryKeys = is('touches_arbitrary_keys');
    this.neverQueued = is('never_queued');
    this.leavesTransaction = is('leaves_transaction');
    this.runsQueued = is('runs_queued');
    this.inSubscription = is('in_subscription');
    this.failsWithDisk = is('fails_with_disk');
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

/** No command has a longer name. */
const NAME_BYTES_MAX = 32;
const CASE_BIT = 0x20;

/** Whether bytes [from, to) spell the lower-case name, in any case. */
function spells(name: string, bytes: Buffer, from: number, to: number): boolean {
  const { length } = name;
  if (to - from !== length) return false;
  for (let i = 0; i < length; i += 1) {
    const letter = name.charCodeAt(i);
    const byte = bytes[from + i]!;
    if (byte !== letter && (byte ^ CASE_BIT) !== letter) return false;
    if (byte !== letter && (letter < 97 || letter > 122)) return false;
  }
  return true;
}

export class CommandTable {
  private readonly byName = new Map<string, CommandEntry>();
  /** Commands and subcommands. */
  entryCount = 0;
  private readonly bySpelling = new Map<string, CommandEntry>();
  /** What clients send again and again is found without a string. No state: it changes no answer. */
  private lastFound: CommandEntry | undefined = undefined;

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

  /** The command that argument `index` names, in any case. */
  findIn(request: Request, index: number): CommandEntry | undefined {
    const { bytes } = request;
    const from = request.from(index);
    const to = request.to(index);
    const { lastFound } = this;
    if (lastFound !== undefined && spells(lastFound.name, bytes, from, to)) return lastFound;
    if (to - from > NAME_BYTES_MAX) return undefined;
    const found = this.find(bytes.latin1Slice(from, to));
    if (found !== undefined) this.lastFound = found;
    return found;
  }

  /** The command, or the subcommand, that a request asks for. */
  resolve(request: Request): CommandEntry | undefined {
    const entry = this.findIn(request, 0);
    if (entry?.subcommands === undefined || request.argc === 1) return entry;
    return entry.subcommands.get(request.head(1, NAME_BYTES_MAX + 1).toLowerCase());
  }

  /** The same for arguments in a row, such as COMMAND GETKEYS is given; a container for an unknown subcommand. */
  resolveArguments(args: readonly Bytes[]): CommandEntry | undefined {
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
