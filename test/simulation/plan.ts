/**
 * A plan: everything about a run that its seed decides beforehand. What a fault hits is decided
 * when it is due, by the roles the nodes have then (faults.ts), from the fractions drawn here.
 */

import { Random, seedFromNumber, seedOf } from '../../src/engine/machine/random.ts';
import type { LoadInstruction } from '../../src/sandbox/load/loadSettings.ts';
import { SLOTS } from '../../src/sandbox/load/writeBook.ts';
import type { AddNode, WorldParams } from '../../src/world/input.ts';
import { JOURNAL_BYTES_MAX } from '../../src/world/journal.ts';
import { between, pick, weighted } from './draw.ts';
import {
  drawTopology,
  HOST,
  MASTER_NAME,
  sentinelNode,
  serverNode,
  type Topology,
} from './topologyPlan.ts';

export const START = 1_700_000_000_000_000;
const SECOND = 1_000_000;

export type FaultKind =
  | 'crash'
  | 'crashMaster'
  | 'powerLoss'
  | 'powerLossMaster'
  | 'freeze'
  | 'freezeMaster'
  | 'restart'
  | 'removeServer'
  | 'removeSentinel'
  | 'shutdown'
  | 'cut'
  | 'cutReplica'
  | 'isolate'
  | 'hold'
  | 'reset'
  | 'resetReplica'
  | 'latency'
  | 'bandwidth'
  | 'clockJump'
  | 'diskFull'
  | 'bgsave'
  | 'save'
  | 'multiSave'
  | 'pausedSaves'
  | 'busyPipeline'
  | 'killChild'
  | 'sleep'
  | 'configSet'
  | 'configRewrite'
  | 'resync'
  | 'changeReplId'
  | 'clientKill'
  | 'replicaof'
  | 'failover'
  | 'wait';

/** Of 100, about; the second number counts in topologies with Sentinels. */
const WEIGHTS: readonly (readonly [FaultKind, number, number])[] = [
  ['crash', 5, 4],
  ['crashMaster', 3, 8],
  ['powerLoss', 5, 3],
  ['powerLossMaster', 2, 4],
  ['freeze', 3, 2],
  ['freezeMaster', 3, 4],
  ['restart', 4, 3],
  ['removeServer', 3, 2],
  ['removeSentinel', 0, 2],
  ['shutdown', 3, 2],
  ['cut', 5, 5],
  ['cutReplica', 8, 5],
  ['isolate', 3, 4],
  ['hold', 3, 2],
  ['reset', 3, 3],
  ['resetReplica', 8, 6],
  ['latency', 3, 3],
  ['bandwidth', 2, 1],
  ['clockJump', 3, 2],
  ['diskFull', 3, 2],
  ['bgsave', 4, 3],
  ['save', 1, 1],
  ['multiSave', 4, 3],
  ['pausedSaves', 1, 1],
  ['busyPipeline', 3, 3],
  ['killChild', 3, 2],
  ['sleep', 2, 2],
  ['configSet', 3, 2],
  ['configRewrite', 2, 2],
  ['resync', 3, 2],
  ['changeReplId', 1, 1],
  ['clientKill', 2, 2],
  ['replicaof', 4, 2],
  ['failover', 0, 4],
];

export interface Step {
  /** World time. */
  readonly at: number;
  readonly what: FaultKind;
  /** Fractions that choose among what there is when it is due. */
  readonly picks: readonly [number, number, number];
  /** Until it is undone, if it can be. */
  readonly forMicros: number;
}

export interface Plan {
  readonly seed: number;
  readonly topology: Topology;
  readonly params: Partial<WorldParams>;
  /** Small in some runs: their recordings then begin with a checkpoint. */
  readonly journalBytesMax: number;
  /** In the order in which they are added, and how long after the one before. */
  readonly nodes: readonly { readonly node: AddNode; readonly after: number }[];
  readonly load: {
    readonly begin: LoadInstruction;
    readonly calm: LoadInstruction;
    /** Keys it writes to in turn. */
    readonly slots: number;
  };
  readonly steps: readonly Step[];
  /** When faults stop. */
  readonly calmAt: number;
}

export const LOAD = 'load';

export function drawPlan(seed: number): Plan {
  const root = seedFromNumber(seed);
  const stream = (label: string): Random => new Random(seedOf(root, `plan ${label}`));
  const topology = drawTopology(stream('topology'));
  const hasSentinels = topology.sentinels.length > 0;
  const random = stream('times');
  const faultsAt = START + (hasSentinels ? 4 : 2) * SECOND;
  const calmAt = faultsAt + between(random, 9, hasSentinels ? 16 : 14) * SECOND;
  const loadBytes = between(random, 10, 60);
  const rate = between(random, 10, 35);
  const slots = pick(random, [8, 32, SLOTS]);
  return {
    seed,
    topology,
    params: drawParams(stream('params')),
    journalBytesMax: pick(stream('journal'), [JOURNAL_BYTES_MAX, JOURNAL_BYTES_MAX, 8_192]),
    nodes: drawNodes(stream('nodes'), topology, slots),
    load: {
      begin: { kind: 'rate', rate, bytes: loadBytes },
      calm: { kind: 'rate', rate: 1, bytes: loadBytes },
      slots,
    },
    steps: [
      ...drawSteps(stream('faults'), faultsAt, calmAt, hasSentinels),
      ...drawProbes(stream('probes'), calmAt),
    ].sort((a, b) => a.at - b.at),
    calmAt,
  };
}

function drawParams(random: Random): Partial<WorldParams> {
  return {
    costs: {
      forkMicrosPerGb: 20_000,
      saveBytesPerSecond: pick(random, [300_000, 5_000_000, 100_000_000]),
      loadBytesPerSecond: pick(random, [500_000, 10_000_000, 200_000_000]),
    },
    latencyMicros: between(random, 50, 2_000),
    jitterMicros: pick(random, [0, 200, 2_000]),
    disk: { fsyncMicros: between(random, 200, 20_000), opMicrosMax: 50 },
    budget: pick(random, [1, 4, 256]),
  };
}

function drawNodes(random: Random, topology: Topology, slots: number): Plan['nodes'] {
  const { servers, sentinels } = topology;
  const after = (): number => random.below(50_000);
  const core = [...servers.map(serverNode), ...sentinels.map(sentinelNode)];
  const nodes = core.map((node) => ({ node, after: after() }));
  for (const node of drawClients(random, topology, slots)) nodes.push({ node, after: after() });
  return nodes;
}

function drawClients(random: Random, topology: Topology, slots: number): AddNode[] {
  const { servers, sentinels } = topology;
  const ports = servers.map((server) => String(server.port));
  const bursts = random.chance(0.6);
  const client = (machine: string, name: string, periodMs: number): AddNode => ({
    kind: 'addNode',
    name,
    machine,
    directives: [
      ['to', ...ports],
      ['period-micros', String(periodMs * 1_000)],
      ['value-bytes', pick(random, ['20', '200', '800'])],
      ['burst', ...(bursts ? [String(between(random, 5, 25)), '2000'] : ['0', '0'])],
    ],
  });
  const load: AddNode = {
    kind: 'addNode',
    name: LOAD,
    machine: 'load',
    directives: [
      ...sentinels.map(({ port }) => ['sentinel', HOST, String(port)]),
      ['master', HOST, ports[0]!],
      ['master-name', MASTER_NAME],
      ['slots', String(slots)],
    ],
  };
  const clients = [load];
  for (let i = between(random, 1, 2); i > 0; i -= 1) {
    clients.push(client('writer', `w${i}`, between(random, 15, 50)));
  }
  if (random.chance(0.6)) clients.push(client('reader', 'reader', between(random, 30, 120)));
  if (random.chance(0.4)) {
    clients.push(client('listener', 'listener', 300));
    clients.push(client('publisher', 'publisher', 60));
  }
  return clients;
}

function drawSteps(random: Random, from: number, to: number, hasSentinels: boolean): Step[] {
  const steps: Step[] = [];
  const meanMicros = between(random, 500, 1_500) * 1_000;
  const weights = WEIGHTS.map(([what, without, sentinels]) => {
    return [what, hasSentinels ? sentinels : without] as const;
  });
  for (let at = from; at < to; at += 1_000 + random.below(2 * meanMicros)) {
    const what = weighted(random, weights);
    steps.push({ at, what, picks: drawPicks(random), forMicros: drawDuration(random) });
  }
  return steps;
}

/** Mostly shorter than every timeout, often longer than some. */
function drawDuration(random: Random): number {
  return random.chance(0.5) ? random.below(SECOND) : random.below(7 * SECOND);
}

function drawProbes(random: Random, to: number): Step[] {
  const steps: Step[] = [];
  for (let at = START + SECOND; at < to; at += between(random, 100, 1_500) * 1_000) {
    steps.push({ at, what: 'wait', picks: drawPicks(random), forMicros: 0 });
  }
  return steps;
}

function drawPicks(random: Random): [number, number, number] {
  return [random.fraction(), random.fraction(), random.fraction()];
}
