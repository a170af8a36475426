/**
 * The directives a server knows: their names, how values are read and printed, and whether CONFIG
 * SET may change them. Error texts are Redis 7.0's.
 *
 * A directive that only names what this server does not do (TLS, cluster, modules…) is not here:
 * CONFIG treats it as unknown, and a configuration file that has it is read with a warning
 * (`ignoredDirectives`), because files written for a real server must start.
 */

import { parseInteger } from '../resp/integer.ts';
import type { OutputBufferLimit, Settings } from './settings.ts';

/** Reads words into the settings; an error text when they cannot be used. */
type Parse = (settings: Settings, words: readonly string[]) => string | undefined;

export interface Directive {
  readonly name: string;
  /** The older name, which stays valid everywhere. */
  readonly alias?: string;
  /** `fixed`: only at start. `protected`: by CONFIG SET only when enable-protected-configs allows. */
  readonly change: 'free' | 'fixed' | 'protected';
  /** Left out of what patterns of CONFIG GET find, as Redis's means for tests are. */
  readonly hidden?: true;
  /** Values a file may ask for in vain, as it makes no difference to what clients see: left out, and logged. */
  readonly leftOut?: readonly string[];
  /** How many words a line may have; undefined: exactly one. */
  readonly words?: 'any';
  readonly parse: Parse;
  readonly print: (settings: Settings) => string;
}

type FieldOf<T> = { [F in keyof Settings]: Settings[F] extends T ? F : never }[keyof Settings];
type Change = Directive['change'];

function set<F extends keyof Settings>(
  settings: Settings,
  field: F,
  value: Settings[F],
): undefined {
  settings[field] = value;
  return undefined;
}

function yesNo(
  name: string,
  field: FieldOf<boolean>,
  change: Change = 'free',
  alias?: string,
): Directive {
  return {
    name,
    ...(alias === undefined ? {} : { alias }),
    change,
    parse: (settings, [word]) => {
      const text = word!.toLowerCase();
      if (text !== 'yes' && text !== 'no') return "argument must be 'yes' or 'no'";
      return set(settings, field, text === 'yes');
    },
    print: (settings) => (settings[field] ? 'yes' : 'no'),
  };
}

interface Range {
  readonly min: number;
  readonly max: number;
  readonly change?: Change;
  readonly alias?: string;
}

function integer(name: string, field: FieldOf<number>, range: Range): Directive {
  return {
    name,
    ...(range.alias === undefined ? {} : { alias: range.alias }),
    change: range.change ?? 'free',
    parse: (settings, [word]) => {
      const value = parseInteger(word!);
      if (typeof value !== 'number') return "argument couldn't be parsed into an integer";
      if (value < range.min || value > range.max) {
        return outOfRange(range);
      }
      return set(settings, field, value);
    },
    print: (settings) => String(settings[field]),
  };
}

/** Numbers here end at 2^53, but the message names Redis's own limit. */
function outOfRange({ min, max }: Range): string {
  return `argument must be between ${min} and ${max === LONG ? '9223372036854775807' : max} inclusive`;
}

/** A size in bytes: `1mb`, `1024`, `1g`. */
function memory(name: string, field: FieldOf<number>, range: Range): Directive {
  return {
    name,
    change: range.change ?? 'free',
    parse: (settings, [word]) => {
      const value = parseMemory(word!);
      if (value === undefined) return 'argument must be a memory value';
      if (value < range.min || value > range.max) {
        return outOfRange(range);
      }
      return set(settings, field, value);
    },
    print: (settings) => String(settings[field]),
  };
}

function text(
  name: string,
  field: FieldOf<string>,
  change: Change = 'free',
  alias?: string,
): Directive {
  return {
    name,
    ...(alias === undefined ? {} : { alias }),
    change,
    parse: (settings, [word]) => set(settings, field, word!),
    print: (settings) => settings[field],
  };
}

function choice(
  name: string,
  field: FieldOf<string>,
  values: readonly string[],
  change: Change = 'free',
): Directive {
  return {
    name,
    change,
    parse: (settings, [word]) => {
      const value = word!.toLowerCase();
      if (!values.includes(value)) {
        return `argument(s) must be one of the following: ${values.join(', ')}`;
      }
      return set(settings, field, value);
    },
    print: (settings) => settings[field],
  };
}

const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  k: 1000,
  kb: 1024,
  m: 1000 ** 2,
  mb: 1024 ** 2,
  g: 1000 ** 3,
  gb: 1024 ** 3,
};

/** Bytes of `1mb` (1,048,576) or `1m` (1,000,000); undefined when it is no size. */
export function parseMemory(word: string): number | undefined {
  const match = /^(\d{1,15})([a-z]*)$/i.exec(word);
  const unit = match === null ? undefined : UNITS[match[2]!.toLowerCase()];
  return unit === undefined ? undefined : Number(match![1]) * unit;
}

const INT = 0x7fff_ffff;
const LONG = Number.MAX_SAFE_INTEGER;

const save: Directive = {
  name: 'save',
  change: 'free',
  words: 'any',
  parse: (settings, words) => {
    const numbers = words
      .join(' ')
      .split(/\s+/)
      .filter((word) => word !== '');
    if (numbers.length % 2 !== 0) return 'Invalid save parameters';
    const points: Settings['save'] = [];
    for (let at = 0; at < numbers.length; at += 2) {
      const seconds = parseInteger(numbers[at]!);
      const changes = parseInteger(numbers[at + 1]!);
      if (
        typeof seconds !== 'number' ||
        typeof changes !== 'number' ||
        seconds < 1 ||
        changes < 0
      ) {
        return 'Invalid save parameters';
      }
      points.push({ seconds, changes });
    }
    return set(settings, 'save', points);
  },
  print: (settings) => settings.save.map((point) => `${point.seconds} ${point.changes}`).join(' '),
};

const replicaof: Directive = {
  name: 'replicaof',
  alias: 'slaveof',
  change: 'fixed',
  words: 'any',
  parse: (settings, words) => {
    const [host, portText] = words;
    if (words.length !== 2) return 'wrong number of arguments';
    if (host!.toLowerCase() === 'no' && portText!.toLowerCase() === 'one') {
      return set(settings, 'replicaof', undefined);
    }
    const port = parseInteger(portText!);
    if (typeof port !== 'number' || port < 0 || port > 65535) return 'Invalid master port';
    return set(settings, 'replicaof', { host: host!, port });
  },
  print: ({ replicaof: master }) => (master === undefined ? '' : `${master.host} ${master.port}`),
};

const outputBufferLimit: Directive = {
  name: 'client-output-buffer-limit',
  change: 'free',
  words: 'any',
  parse: parseOutputBufferLimit,
  print: ({ clientOutputBufferLimit: limits }) => {
    const line = (name: string, { hard, soft, softSeconds }: OutputBufferLimit) =>
      `${name} ${hard} ${soft} ${softSeconds}`;
    return `${line('normal', limits.normal)} ${line('slave', limits.replica)} ${line('pubsub', limits.pubsub)}`;
  },
};

function parseOutputBufferLimit(settings: Settings, given: readonly string[]): string | undefined {
  const words = given.join(' ').split(/\s+/);
  if (words.length % 4 !== 0) return 'Wrong number of arguments in buffer limit configuration.';
  const limits = { ...settings.clientOutputBufferLimit };
  for (let at = 0; at < words.length; at += 4) {
    const name = words[at]!.toLowerCase();
    if (!['normal', 'replica', 'slave', 'pubsub'].includes(name)) {
      return 'Invalid client class specified in buffer limit configuration.';
    }
    const hard = parseMemory(words[at + 1]!);
    const soft = parseMemory(words[at + 2]!);
    const softSeconds = parseInteger(words[at + 3]!);
    if (
      hard === undefined ||
      soft === undefined ||
      typeof softSeconds !== 'number' ||
      softSeconds < 0
    ) {
      return 'Error in hard, soft or soft_seconds setting in buffer limit configuration.';
    }
    limits[name === 'slave' ? 'replica' : (name as keyof typeof limits)] = {
      hard,
      soft,
      softSeconds,
    };
  }
  return set(settings, 'clientOutputBufferLimit', limits);
}

const NOTIFY_ORDER = 'g$lshzxetdmnKE';
const NOTIFY_ALL = 'g$lshzxetd';

const notifyKeyspaceEvents: Directive = {
  name: 'notify-keyspace-events',
  change: 'free',
  parse: (settings, [word]) => {
    if (!/^[g$lshzxetdmnKEA]*$/.test(word!)) {
      return "Invalid event class character. Use 'Ag$lshzxeKEtmdn'.";
    }
    const letters = new Set(word!.replace('A', NOTIFY_ALL));
    return set(
      settings,
      'notifyKeyspaceEvents',
      [...NOTIFY_ORDER].filter((l) => letters.has(l)).join(''),
    );
  },
  print: ({ notifyKeyspaceEvents: letters }) =>
    [...NOTIFY_ALL].every((letter) => letters.includes(letter))
      ? `A${[...letters].filter((letter) => !NOTIFY_ALL.includes(letter)).join('')}`
      : letters,
};

/** A directive that has one value here; any other is refused with what to do. */
function only(name: string, field: FieldOf<boolean>, value: boolean, why: string): Directive {
  const base = yesNo(name, field);
  return {
    ...base,
    parse: (settings, words) => {
      const trial = { ...settings };
      const error = base.parse(trial, words);
      if (error !== undefined) return error;
      return trial[field] === value ? set(settings, field, value) : why;
    },
  };
}

export const directives: readonly Directive[] = [
  integer('port', 'port', { min: 0, max: 65535, change: 'fixed' }),
  {
    ...text('bind', 'bind', 'fixed'),
    words: 'any',
    parse: (s, words) => set(s, 'bind', words.join(' ')),
  },
  integer('databases', 'databases', { min: 1, max: INT, change: 'fixed' }),
  integer('maxclients', 'maxclients', { min: 1, max: 4294967295 }),
  integer('timeout', 'timeout', { min: 0, max: INT }),
  integer('hz', 'hz', { min: 0, max: INT }),
  choice('loglevel', 'loglevel', ['debug', 'verbose', 'notice', 'warning']),
  text('logfile', 'logfile', 'fixed'),
  text('dir', 'dir', 'fixed'),
  text('dbfilename', 'dbfilename', 'protected'),
  yesNo('rdbcompression', 'rdbcompression'),
  yesNo('rdbchecksum', 'rdbchecksum', 'fixed'),
  yesNo('stop-writes-on-bgsave-error', 'stopWritesOnBgsaveError'),
  save,
  only(
    'appendonly',
    'appendonly',
    false,
    'the append only file is not available in this server; use save points or BGSAVE',
  ),
  text('requirepass', 'requirepass'),
  text('masterauth', 'masterauth'),
  text('masteruser', 'masteruser'),
  replicaof,
  yesNo('replica-serve-stale-data', 'replicaServeStaleData', 'free', 'slave-serve-stale-data'),
  yesNo('replica-read-only', 'replicaReadOnly', 'free', 'slave-read-only'),
  integer('replica-priority', 'replicaPriority', { min: 0, max: INT, alias: 'slave-priority' }),
  yesNo('replica-announced', 'replicaAnnounced'),
  text('replica-announce-ip', 'replicaAnnounceIp', 'free', 'slave-announce-ip'),
  integer('replica-announce-port', 'replicaAnnouncePort', {
    min: 0,
    max: 65535,
    alias: 'slave-announce-port',
  }),
  integer('repl-ping-replica-period', 'replPingReplicaPeriod', {
    min: 1,
    max: INT,
    alias: 'repl-ping-slave-period',
  }),
  integer('repl-timeout', 'replTimeout', { min: 1, max: INT }),
  memory('repl-backlog-size', 'replBacklogSize', { min: 1, max: LONG }),
  integer('repl-backlog-ttl', 'replBacklogTtl', { min: 0, max: LONG }),
  {
    ...only(
      'repl-diskless-sync',
      'replDisklessSync',
      false,
      'this server sends full resynchronizations from disk; it receives diskless ones',
    ),
    leftOut: ['yes'], // As in the redis.conf that Redis 7.0 comes with.
  },
  integer('repl-diskless-sync-delay', 'replDisklessSyncDelay', { min: 0, max: INT }),
  {
    ...choice('repl-diskless-load', 'replDisklessLoad', ['disabled']),
    leftOut: ['on-empty-db', 'swapdb'],
  },
  yesNo('repl-disable-tcp-nodelay', 'replDisableTcpNodelay'),
  integer('min-replicas-to-write', 'minReplicasToWrite', {
    min: 0,
    max: INT,
    alias: 'min-slaves-to-write',
  }),
  integer('min-replicas-max-lag', 'minReplicasMaxLag', {
    min: 0,
    max: INT,
    alias: 'min-slaves-max-lag',
  }),
  memory('maxmemory', 'maxmemory', { min: 0, max: LONG }),
  choice('maxmemory-policy', 'maxmemoryPolicy', ['noeviction']),
  outputBufferLimit,
  memory('client-query-buffer-limit', 'clientQueryBufferLimit', { min: 1024 * 1024, max: LONG }),
  memory('proto-max-bulk-len', 'protoMaxBulkLen', { min: 1024 * 1024, max: LONG }),
  notifyKeyspaceEvents,
  integer('hash-max-listpack-entries', 'hashMaxListpackEntries', {
    min: 0,
    max: LONG,
    alias: 'hash-max-ziplist-entries',
  }),
  integer('hash-max-listpack-value', 'hashMaxListpackValue', {
    min: 0,
    max: LONG,
    alias: 'hash-max-ziplist-value',
  }),
  integer('list-max-listpack-size', 'listMaxListpackSize', {
    min: -INT,
    max: INT,
    alias: 'list-max-ziplist-size',
  }),
  integer('set-max-intset-entries', 'setMaxIntsetEntries', { min: 0, max: LONG }),
  integer('zset-max-listpack-entries', 'zsetMaxListpackEntries', {
    min: 0,
    max: LONG,
    alias: 'zset-max-ziplist-entries',
  }),
  integer('zset-max-listpack-value', 'zsetMaxListpackValue', {
    min: 0,
    max: LONG,
    alias: 'zset-max-ziplist-value',
  }),
  choice('enable-debug-command', 'enableDebugCommand', ['no', 'yes', 'local'], 'fixed'),
  choice('enable-protected-configs', 'enableProtectedConfigs', ['no', 'yes', 'local'], 'fixed'),
  integer('shutdown-timeout', 'shutdownTimeout', { min: 0, max: INT }),
  yesNo('protected-mode', 'protectedMode'),
  { ...integer('key-load-delay', 'keyLoadDelay', { min: -INT - 1, max: INT }), hidden: true },
  {
    ...integer('loading-process-events-interval-bytes', 'loadingProcessEventsIntervalBytes', {
      min: 1024,
      max: INT,
    }),
    hidden: true,
  },
];

const byName = new Map<string, Directive>();
for (const directive of directives) {
  byName.set(directive.name, directive);
  if (directive.alias !== undefined) byName.set(directive.alias, directive);
}

/** The directive of that name or alias, in lower case. */
export function findDirective(name: string): Directive | undefined {
  return byName.get(name);
}

const listed = [...byName].filter(([, directive]) => !directive.hidden).map(([name]) => name);

/** The names that patterns of CONFIG GET may find, aliases included. */
export function directiveNames(): readonly string[] {
  return listed;
}
