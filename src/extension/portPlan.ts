/**
 * The ports of a sandbox: the block of the settings, or the next block that is entirely free.
 *
 *   6400 m, 6401 r1, 6402 r2, 6490 control endpoint, 6491 dashboard, 26400 s1, 26401 s2, 26402 s3
 *   6401 is taken → the block from 6410 on: 6410, 6411, 6412, 6500, 6501, 26410, 26411, 26412
 *
 * Invariant: no port of a plan occurs twice, and all are within 1..65535.
 */

export interface PortPlan {
  /** The master's port; the replicas have the next ones. */
  readonly port: number;
  readonly sentinelPort: number;
  readonly controlPort: number;
  readonly dashboardPort: number;
}

interface Shape {
  readonly port: number;
  readonly sentinelPort: number;
  readonly replicas: number;
  readonly sentinels: number;
}

const BLOCK = 10;
const CONTROL_DISTANCE = 90;
const PORT_MAX = 65_535;
/** How many blocks are tried. */
export const BLOCKS_MAX = 10;

/** The plan of the `block`-th block; undefined when it does not fit. */
export function portPlan(shape: Shape, block: number): PortPlan | undefined {
  // The distance between blocks is what the largest part needs.
  const distance = BLOCK * Math.ceil(Math.max(shape.replicas + 1, shape.sentinels, 1) / BLOCK);
  const port = shape.port + block * distance;
  const control = port + CONTROL_DISTANCE + (distance - BLOCK);
  const plan = {
    port,
    sentinelPort: shape.sentinelPort + block * distance,
    controlPort: control,
    dashboardPort: control + 1,
  };
  const ports = portsOf(plan, shape);
  const fits = ports.every((each) => each >= 1 && each <= PORT_MAX);
  return fits && new Set(ports).size === ports.length ? plan : undefined;
}

/** Every port of a plan, servers first. */
export function portsOf(
  plan: PortPlan,
  shape: { readonly replicas: number; readonly sentinels: number },
): number[] {
  const from = (first: number, count: number): number[] =>
    Array.from({ length: count }, (_, index) => first + index);
  return [
    ...from(plan.port, shape.replicas + 1),
    ...from(plan.sentinelPort, shape.sentinels),
    plan.controlPort,
    plan.dashboardPort,
  ];
}

/** `6400`, `6400 and 6401`, `6400, 6401 and 26400`. */
export function listPorts(ports: readonly number[]): string {
  if (ports.length <= 1) return ports.join('');
  return `${ports.slice(0, -1).join(', ')} and ${ports.at(-1)}`;
}
