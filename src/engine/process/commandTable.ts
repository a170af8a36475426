/**
 * Declarations of commands, and the table in which a process looks them up. A table is built once per
 * module and is not state: state names a command, and never refers to its entry.
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

/** Properties of a command beyond its flags. Redis keeps these as internal flags or checks the command by name. */
type CommandTrait =
  /** It may add to the replication stream although it is not a write: PUBLISH. */
  | 'may_replicate'
  /** It visits arbitrary keys, so the deletion of each expired key it meets is propagated on its own: SCAN. */
  | 'touches_arbitrary_keys'
  /** Inside MULTI it runs at once: EXEC. */
  | 'never_queued'
  /** It ends a transaction or the connection, so inside MULTI it may run even when memory is short. */
  | 'leaves_transaction'
  /** It runs the client's queued commands, and is refused if one of them would be: EXEC. */
  | 'runs_queued'
  /** A RESP2 client with subscriptions may send it. */
  | 'in_subscription'
  /** It fails with MISCONF although it writes nothing: PING, because it is used as a health check. */
  | 'fails_with_disk'
  /** A Sentinel has it, too. Commands that only a Sentinel has are not marked. */
  | 'sentinel';

/** A command's declaration. A test compares all of them with the real server's. */
export interface CommandSpec<C extends Call = Call> {
  /** In lower case; a subcommand's is `config|get`. */
  readonly name: string;
  /** The version of Redis that introduced it. */
  readonly since: string;
  /** The number of arguments, the name included. Negative: a minimum; -3 means three or more. */
  readonly arity: number;
  readonly flags: readonly CommandFlag[];
  readonly keys?: readonly KeySpec[];
  /** Finds the keys if `keys` has an unknown specification. */
  readonly keysAt?: KeysAt;
  /** ACL categories that do not follow from the flags. */
  readonly categories?: readonly DeclaredCategory[];
  /** Hints for clients and proxies, as COMMAND INFO prints them. */
  readonly tips?: readonly string[];
  readonly traits?: readonly CommandTrait[];
  /** A container's own `run` is called when a request has no subcommand. */
  readonly subcommands?: readonly CommandSpec<C>[];
  /** Its lines in the container's HELP, for a subcommand or a container that may be sent alone. */
  readonly help?: HelpText;
  run(call: C): void;
}

/** A declaration, with the answers that every request needs computed in advance. */
export class CommandEntry {
  readonly spec: CommandSpec;
  readonly name: string;
  /** Its position in the table, subcommands included: the index of its statistics. */
  readonly index: number;
  readonly keys: KeySummary;
  readonly write: boolean;
  readonly readonly: boolean;
  /** True for a write, and with the trait may_replicate. */
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

  /** Whether the arity allows `argc` arguments, the name included. */
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
  /** The last command found: a repeated command is found without making a string. Not state: it changes no result. */
  private lastFound: CommandEntry | undefined = undefined;

  /** Takes families of declarations. Throws if a name is declared twice. */
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

  /** The command named by argument `index`, in any case. */
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

  /** The command or subcommand of a request. */
  resolve(request: Request): CommandEntry | undefined {
    const entry = this.findIn(request, 0);
    if (entry?.subcommands === undefined || request.argc === 1) return entry;
    return entry.subcommands.get(request.head(1, NAME_BYTES_MAX + 1).toLowerCase());
  }

  /** As `resolve`, for a list of arguments (COMMAND GETKEYS). Returns the container for an unknown subcommand. */
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
