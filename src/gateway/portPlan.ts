/**
 * Which ports a sandbox asks for. Parts of it that lie next to each other form a run of consecutive
 * ports. A run moves on as a whole, by blocks of ten, when one of its ports is taken.
 *
 *   up               6400 m, 6401 r1, 6402 r2; 26400 s1, 26401 s2, 26402 s3; 6490 control endpoint;
 *                    6491 dashboard: four runs
 *   6401 is taken    6410 m, 6411 r1, 6412 r2; the other runs stay
 *   up --port 7000   7000 m, 7001 r1, 7002 r2, 7003 s1, 7004 s2, 7005 s3, 7006 control endpoint,
 *                    7007 dashboard: one run
 *
 * Invariant: a plan is a function of its runs and of where each begins.
 */

export type Part = 'servers' | 'sentinels' | 'control' | 'dashboard';

/** How many nodes a sandbox begins with. */
export interface Shape {
  readonly replicas: number;
  readonly sentinels: number;
}

export interface Run {
  /** The first port; ANY_PORT if it does not matter. */
  readonly first: number;
  /** In the order of their ports. */
  readonly parts: readonly Part[];
}

/** The first port of each part. */
export interface PortPlan {
  /** The master's; the replicas have the next ones. */
  readonly port: number;
  readonly sentinelPort: number;
  readonly controlPort: number;
  readonly dashboardPort: number;
}

export const ANY_PORT = 0;
/** Not 6379 and 26379, which a real Redis uses, nor 5000 and 7000, which other tools use. */
export const DEFAULT_PORT = 6_400;
export const DEFAULT_SENTINEL_PORT = 26_400;
/** The control endpoint's port minus the master's; the dashboard has the next one. */
const CONTROL_DISTANCE = 90;
const BLOCK = 10;

const FIELDS: Readonly<Record<Part, keyof PortPlan>> = {
  servers: 'port',
  sentinels: 'sentinelPort',
  control: 'controlPort',
  dashboard: 'dashboardPort',
};

/** Servers and Sentinels begin at the given ports; each part may move alone. */
export function usualRuns(port: number, sentinelPort: number): Run[] {
  return [
    { first: port, parts: ['servers'] },
    { first: sentinelPort, parts: ['sentinels'] },
    { first: port + CONTROL_DISTANCE, parts: ['control'] },
    { first: port + CONTROL_DISTANCE + 1, parts: ['dashboard'] },
  ];
}

/** The runs that ask for the ports of a plan; each part may move alone. */
export function runsOf(plan: PortPlan): Run[] {
  const parts = Object.entries(FIELDS) as [Part, keyof PortPlan][];
  return parts.map(([part, field]) => ({ first: plan[field], parts: [part] }));
}

/** The plan when each run begins at the port in `firsts` with the same index. */
export function planAt(runs: readonly Run[], shape: Shape, firsts: readonly number[]): PortPlan {
  const plan = { port: 0, sentinelPort: 0, controlPort: 0, dashboardPort: 0 };
  for (const [index, { parts }] of runs.entries()) {
    let next = firsts[index]!;
    for (const part of parts) {
      plan[FIELDS[part]] = next;
      next += countOf(part, shape);
    }
  }
  return plan;
}

/** The number of ports of a run. */
export function widthOf({ parts }: Run, shape: Shape): number {
  return parts.reduce((sum, part) => sum + countOf(part, shape), 0);
}

/** How far a run moves when one of its ports is taken. */
export function stepOf(run: Run, shape: Shape): number {
  return BLOCK * Math.max(1, Math.ceil(widthOf(run, shape) / BLOCK));
}

/** Those of its parts that have a port. */
export function presentParts({ parts }: Run, shape: Shape): Part[] {
  return parts.filter((part) => countOf(part, shape) > 0);
}

function countOf(part: Part, { replicas, sentinels }: Shape): number {
  if (part === 'servers') return replicas + 1;
  return part === 'sentinels' ? sentinels : 1;
}

/** Every port of a plan, servers first. */
export function portsOf(plan: PortPlan, shape: Shape): number[] {
  return [
    ...consecutive(plan.port, countOf('servers', shape)),
    ...consecutive(plan.sentinelPort, countOf('sentinels', shape)),
    plan.controlPort,
    plan.dashboardPort,
  ];
}

export function consecutive(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => first + index);
}
