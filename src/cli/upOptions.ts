/**
 * The options of `up`. Invariant: the ports that are asked for are all different and within 1..65535,
 * or do not matter (0).
 */

import { DEFAULT_HISTORY, type HistoryLimits } from '../gateway/hostMessages.ts';
import {
  ANY_PORT,
  DEFAULT_PORT,
  DEFAULT_SENTINEL_PORT,
  type Part,
  type Run,
  type Shape,
  usualRuns,
} from '../gateway/portPlan.ts';
import { UsageError } from './usageError.ts';

/** How the endpoints are printed: for people, as JSON, as assignments for a shell. */
type Form = 'list' | 'json' | 'env';

export interface UpOptions extends Shape {
  /** The ports that are asked for. */
  readonly runs: readonly Run[];
  /** Undefined: a seed is drawn at start. */
  readonly seed: number | undefined;
  readonly form: Form;
  readonly history: HistoryLimits;
  /** Print every node's log to standard error. */
  readonly logs: boolean;
}

const REPLICAS_MAX = 32;
const SENTINELS_MAX = 31;
const PORT_MAX = 65_535;
const PORTS = { min: ANY_PORT, max: PORT_MAX };

const NUMBER_OPTIONS = {
  replicas: { min: 0, max: REPLICAS_MAX },
  sentinels: { min: 0, max: SENTINELS_MAX },
  port: PORTS,
  'sentinel-port': PORTS,
  'control-port': PORTS,
  'dashboard-port': PORTS,
  seed: { min: 0, max: Number.MAX_SAFE_INTEGER },
  'history-events': { min: 1_000, max: 100_000_000 },
  'history-mb': { min: 1, max: 4_096 },
} as const;
const FLAGS: ReadonlySet<string> = new Set(['--json', '--env', '--logs']);
type NumberOption = keyof typeof NUMBER_OPTIONS;
type Numbers = ReadonlyMap<NumberOption, number>;

/** The options of the parts that have their own. */
const OWN_OPTIONS: readonly (readonly [Part, NumberOption])[] = [
  ['sentinels', 'sentinel-port'],
  ['control', 'control-port'],
  ['dashboard', 'dashboard-port'],
];

/** Throws UsageError. */
export function parseUpOptions(args: readonly string[]): UpOptions {
  const numbers = new Map<NumberOption, number>();
  const flags = new Set<string>();
  for (let i = 0; i < args.length; i += 1) {
    const [word, inline] = splitOption(args[i]!);
    if (FLAGS.has(word) && inline === undefined) {
      flags.add(word);
      continue;
    }
    const name = word.slice(2) as NumberOption;
    if (!word.startsWith('--') || !Object.hasOwn(NUMBER_OPTIONS, name)) {
      throw new UsageError(`unknown option '${word}' of up; see --help`);
    }
    if (inline === undefined) i += 1;
    const text = inline ?? args[i];
    numbers.set(name, parseNumber(name, text));
  }
  return checked(numbers, flags);
}

/** `--port=6400` and `--port 6400` are equivalent. */
function splitOption(arg: string): [string, string | undefined] {
  const at = arg.indexOf('=');
  return at < 0 ? [arg, undefined] : [arg.slice(0, at), arg.slice(at + 1)];
}

function parseNumber(name: NumberOption, text: string | undefined): number {
  const { min, max } = NUMBER_OPTIONS[name];
  if (text === undefined) throw new UsageError(`--${name} needs a number`);
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < min || value > max) {
    throw new UsageError(`--${name} must be an integer from ${min} to ${max}, not '${text}'`);
  }
  return value;
}

function checked(numbers: Numbers, flags: ReadonlySet<string>): UpOptions {
  if (flags.has('--json') && flags.has('--env')) {
    throw new UsageError('--json and --env exclude each other: the output has one form');
  }
  const shape = {
    replicas: numbers.get('replicas') ?? 2,
    sentinels: numbers.get('sentinels') ?? 3,
  };
  const runs = runsFor(numbers);
  checkPorts(runs, shape);
  return {
    ...shape,
    runs,
    seed: numbers.get('seed'),
    history: {
      events: numbers.get('history-events') ?? DEFAULT_HISTORY.events,
      megabytes: numbers.get('history-mb') ?? DEFAULT_HISTORY.megabytes,
    },
    form: flags.has('--json') ? 'json' : flags.has('--env') ? 'env' : 'list',
    logs: flags.has('--logs'),
  };
}

/** With --port, everything without an option of its own follows the replicas. */
function runsFor(numbers: Numbers): Run[] {
  const port = numbers.get('port');
  const own = OWN_OPTIONS.filter(([, option]) => numbers.has(option));
  const isOwn = (part: Part): boolean => own.some(([other]) => other === part);
  const runs: Run[] =
    port === undefined
      ? usualRuns(DEFAULT_PORT, DEFAULT_SENTINEL_PORT)
      : [{ first: port, parts: ['servers', 'sentinels', 'control', 'dashboard'] }];
  return [
    ...runs.map(({ first, parts }) => ({ first, parts: parts.filter((part) => !isOwn(part)) })),
    ...own.map(([part, option]) => ({ first: numbers.get(option)!, parts: [part] })),
  ].filter(({ parts }) => parts.length > 0);
}

function checkPorts(runs: readonly Run[], shape: Shape): void {
  const owners = new Map<number, string>();
  for (const run of runs) {
    if (run.first === ANY_PORT) continue;
    const names = run.parts.flatMap((part) => ownersOf(part, shape));
    for (const [index, owner] of names.entries()) {
      const port = run.first + index;
      if (port > PORT_MAX) throw new UsageError(`port ${port} of ${owner} is above ${PORT_MAX}`);
      const other = owners.get(port);
      if (other !== undefined)
        throw new UsageError(`${owner} and ${other} would both have port ${port}`);
      owners.set(port, owner);
    }
  }
}

/** What has the ports of a part, in their order. */
function ownersOf(part: Part, { replicas, sentinels }: Shape): string[] {
  const numbered = (name: string, count: number): string[] =>
    Array.from({ length: count }, (_, index) => `${name} ${index + 1}`);
  if (part === 'servers') return ['the master', ...numbered('replica', replicas)];
  if (part === 'sentinels') return numbered('Sentinel', sentinels);
  return [part === 'control' ? 'the control endpoint' : 'the dashboard'];
}
