/** The options of `up`. Invariant: every port of a topology is different and within 1..65535. */

import { UsageError } from './usageError.ts';

export interface UpOptions {
  readonly replicas: number;
  readonly sentinels: number;
  /** The master's port; the replicas have the next ones. */
  readonly port: number;
  /** The first Sentinel's port; the others have the next ones. */
  readonly sentinelPort: number;
  readonly controlPort: number;
  readonly dashboardPort: number;
  /** Undefined: a seed is drawn at start. */
  readonly seed: number | undefined;
  readonly json: boolean;
  /** Print every node's log to standard error. */
  readonly logs: boolean;
}

/** Not 6379 and 26379, which a real Redis uses, nor 5000 and 7000, which other tools use. */
const DEFAULT_PORT = 6400;
/** The first Sentinel's port minus the master's, as 26379 is to 6379. */
const SENTINEL_DISTANCE = 20_000;
const CONTROL_DISTANCE = 90;
const DASHBOARD_DISTANCE = 91;
const REPLICAS_MAX = 32;
const SENTINELS_MAX = 31;
const PORT_MAX = 65_535;

const NUMBER_OPTIONS = {
  replicas: { min: 0, max: REPLICAS_MAX },
  sentinels: { min: 0, max: SENTINELS_MAX },
  port: { min: 1, max: PORT_MAX },
  'sentinel-port': { min: 1, max: PORT_MAX },
  'control-port': { min: 1, max: PORT_MAX },
  'dashboard-port': { min: 1, max: PORT_MAX },
  seed: { min: 0, max: Number.MAX_SAFE_INTEGER },
} as const;
const FLAGS: ReadonlySet<string> = new Set(['--json', '--logs']);
type NumberOption = keyof typeof NUMBER_OPTIONS;

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

function checked(
  numbers: ReadonlyMap<NumberOption, number>,
  flags: ReadonlySet<string>,
): UpOptions {
  const port = numbers.get('port') ?? DEFAULT_PORT;
  const replicas = numbers.get('replicas') ?? 2;
  const sentinels = numbers.get('sentinels') ?? 3;
  const options: UpOptions = {
    replicas,
    sentinels,
    port,
    sentinelPort: numbers.get('sentinel-port') ?? sentinelPortFor(port, sentinels),
    controlPort: numbers.get('control-port') ?? derivedPort(port, CONTROL_DISTANCE),
    dashboardPort: numbers.get('dashboard-port') ?? derivedPort(port, DASHBOARD_DISTANCE),
    seed: numbers.get('seed'),
    json: flags.has('--json'),
    logs: flags.has('--logs'),
  };
  checkPorts(options);
  return options;
}

function sentinelPortFor(port: number, sentinels: number): number {
  const above = port + SENTINEL_DISTANCE;
  return above + sentinels - 1 <= PORT_MAX ? above : port - SENTINEL_DISTANCE;
}

function derivedPort(port: number, distance: number): number {
  return port + distance <= PORT_MAX ? port + distance : port - distance;
}

function checkPorts(options: UpOptions): void {
  const owners = new Map<number, string>();
  const take = (port: number, owner: string): void => {
    if (port > PORT_MAX) throw new UsageError(`port ${port} of ${owner} is above ${PORT_MAX}`);
    const other = owners.get(port);
    if (other !== undefined)
      throw new UsageError(`${owner} and ${other} would both have port ${port}`);
    owners.set(port, owner);
  };
  for (let i = 0; i <= options.replicas; i += 1) {
    take(options.port + i, i === 0 ? 'the master' : `replica ${i}`);
  }
  for (let i = 0; i < options.sentinels; i += 1) {
    take(options.sentinelPort + i, `Sentinel ${i + 1}`);
  }
  take(options.controlPort, 'the control endpoint');
  take(options.dashboardPort, 'the dashboard');
}
