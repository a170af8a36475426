/**
 * What a step of a plan does to the world it meets. A fault that can be undone undoes itself after
 * a while; the plan's calm undoes the rest.
 */

import { replyText } from '../../src/engine/resp/replyReader.ts';
import type { Input } from '../../src/world/input.ts';
import type { World } from '../../src/world/world.ts';
import { FIRST_DATA_DB } from './clients/vocabulary.ts';
import type { Heard } from './operator.ts';
import type { FaultKind, Plan, Step } from './plan.ts';
import { isRunning, isServing, presentMaster, serverOf } from './reading.ts';
import { HOST, MASTER_NAME } from './topologyPlan.ts';

/** Neither LOAD's nor that of the WAIT probes. */
const DATA_DB = String(FIRST_DATA_DB);

interface FaultContext {
  readonly world: World;
  readonly plan: Plan;
  readonly step: Step;
  /** What is for a node that has been removed meanwhile is dropped, here and below. */
  inject(input: Input): void;
  /** Does something when the fault has lasted. */
  later(act: () => void): void;
  /** An operator's command. */
  command(node: string, ...words: string[]): void;
  /** Requests in one write; `heard` gets their answers, if the run is watched. */
  pipeline(node: string, requests: readonly (readonly string[])[], heard?: Heard): void;
  /** What must not be. */
  violation(text: string): void;
  /** A write that WAITs. */
  probe(master: string, wanted: number, timeoutMs: number): void;
}

type Fault = (context: FaultContext) => void;

function choose<T>(items: readonly T[], fraction: number): T | undefined {
  return items[Math.floor(fraction * items.length)];
}

function serverNames({ plan }: FaultContext): string[] {
  return plan.topology.servers.map(({ name }) => name);
}

function sentinelNames({ plan }: FaultContext): string[] {
  return plan.topology.sentinels.map(({ name }) => name);
}

/** A server mostly, a Sentinel sometimes. */
function victim(context: FaultContext): string {
  const sentinels = sentinelNames(context);
  const [first, second] = context.step.picks;
  const pool = sentinels.length > 0 && second < 0.25 ? sentinels : serverNames(context);
  return choose(pool, first)!;
}

function replicaOrAny(context: FaultContext): string {
  const names = serverNames(context);
  const replicas = names.filter(
    (name) => isServing(context.world, name) && serverOf(context.world, name).replication.isReplica,
  );
  return choose(replicas.length > 0 ? replicas : names, context.step.picks[0])!;
}

function master(context: FaultContext): string {
  return presentMaster(context.world, context.plan) ?? victim(context);
}

/** Two different places; the second is an application now and then. */
function twoPlaces(context: FaultContext): { a: string; b: string } {
  const all = context.plan.nodes.map(({ node }) => node.name);
  const a = victim(context);
  const others = all.filter((name) => name !== a);
  return { a, b: choose(others, context.step.picks[2])! };
}

function isOneway({ step }: FaultContext): boolean {
  return step.picks[1] > 0.7;
}

function kill(kind: 'crash' | 'powerLoss', whom: (context: FaultContext) => string): Fault {
  return (context) => {
    const node = whom(context);
    context.inject({ kind, node });
    context.later(() => {
      if (!isAlive(context.world, node)) context.inject({ kind: 'restart', node });
    });
  };
}

/** Away with its disk; after a while another node takes its name, its port and its first configuration. */
function remove(whom: (context: FaultContext) => string | undefined): Fault {
  return (context) => {
    const name = whom(context);
    const added = context.plan.nodes.find(({ node }) => node.name === name);
    if (added === undefined) return;
    context.inject({ kind: 'removeNode', node: added.node.name });
    context.later(() => context.inject(added.node));
  };
}

function isAlive(world: World, name: string): boolean {
  return world.state.nodes.get(name)?.isAlive ?? false;
}

function freeze(whom: (context: FaultContext) => string): Fault {
  return (context) => {
    const node = whom(context);
    context.inject({ kind: 'freeze', node });
    context.later(() => context.inject({ kind: 'thaw', node }));
  };
}

/** The two ends of a replication link, wherever it is now. */
function replicationLink(context: FaultContext): { a: string; b: string } {
  const a = replicaOrAny(context);
  const port = context.world.nodes().some(({ name }) => name === a)
    ? serverOf(context.world, a).configuration?.settings.replicaof?.port
    : undefined;
  const upstream = context.plan.topology.servers.find((server) => server.port === port);
  return { a, b: upstream?.name ?? master(context) };
}

function cut(pair: (context: FaultContext) => { a: string; b: string }): Fault {
  return (context) => {
    const { a, b } = pair(context);
    context.inject({ kind: 'cut', a, b, oneway: isOneway(context) });
    context.later(() => context.inject({ kind: 'heal', a, b }));
  };
}

const SETTINGS: readonly (readonly string[])[] = [
  ['repl-backlog-size', '16384'],
  ['repl-backlog-size', '200000'],
  ['min-replicas-to-write', '1'],
  ['min-replicas-to-write', '0'],
  ['repl-timeout', '4'],
  ['replica-priority', '50'],
  ['save', '1 1'],
  ['save', ''],
  ['notify-keyspace-events', 'KEA'],
];

export const faults: Readonly<Record<FaultKind, Fault>> = {
  crash: kill('crash', victim),
  crashMaster: kill('crash', master),
  powerLoss: kill('powerLoss', victim),
  powerLossMaster: kill('powerLoss', master),
  freeze: freeze(victim),
  freezeMaster: freeze(master),
  removeServer: remove((context) => choose(serverNames(context), context.step.picks[0])),
  removeSentinel: remove((context) => choose(sentinelNames(context), context.step.picks[0])),
  restart: (context) => context.inject({ kind: 'restart', node: victim(context) }),
  shutdown: (context) => {
    const node = victim(context);
    context.inject({ kind: 'shutdown', node });
    context.later(() => {
      if (!isAlive(context.world, node)) context.inject({ kind: 'restart', node });
    });
  },
  cut: cut(twoPlaces),
  cutReplica: cut(replicationLink),
  isolate: (context) => {
    const a = victim(context);
    for (const { node } of context.plan.nodes) {
      if (node.name !== a) context.inject({ kind: 'cut', a, b: node.name });
    }
    context.later(() => context.inject({ kind: 'heal', a }));
  },
  hold: (context) => {
    const { a, b } = twoPlaces(context);
    context.inject({ kind: 'hold', a, b, oneway: isOneway(context) });
    context.later(() => context.inject({ kind: 'heal', a, b }));
  },
  reset: (context) => context.inject({ kind: 'reset', ...twoPlaces(context) }),
  resetReplica: (context) => context.inject({ kind: 'reset', ...replicationLink(context) }),
  latency: (context) => {
    const { a, b } = twoPlaces(context);
    const micros = Math.floor(context.step.picks[1] * 80_000);
    context.inject({ kind: 'latency', a, b, micros, jitterMicros: micros >> 1 });
    context.later(() => context.inject({ kind: 'latency', a, b, micros: 500 }));
  },
  bandwidth: (context) => {
    const { a, b } = replicationLink(context);
    context.inject({ kind: 'bandwidth', a, b, bytesPerSecond: 60_000 });
    const bytesPerSecond = Number.POSITIVE_INFINITY;
    context.later(() => context.inject({ kind: 'bandwidth', a, b, bytesPerSecond }));
  },
  clockJump: (context) => {
    const micros = Math.floor((context.step.picks[2] - 0.5) * 2_500_000);
    context.inject({ kind: 'clockJump', node: victim(context), micros });
  },
  diskFull: (context) => {
    const node = victim(context);
    context.inject({ kind: 'diskFault', node, full: true });
    context.later(() => context.inject({ kind: 'diskFault', node, full: false }));
  },
  bgsave: (context) =>
    context.command(choose(serverNames(context), context.step.picks[0])!, 'BGSAVE'),
  save: (context) => context.command(choose(serverNames(context), context.step.picks[0])!, 'SAVE'),
  multiSave,
  pausedSaves,
  busyPipeline,
  killChild: (context) => {
    const parents = serverNames(context).filter(
      (name) => (context.world.node(name)?.children.length ?? 0) > 0,
    );
    const node = choose(parents, context.step.picks[0]);
    const child = node === undefined ? undefined : context.world.node(node)!.children[0];
    if (child !== undefined) context.inject({ kind: 'killChild', node: node!, child: child.pid });
  },
  sleep: (context) => context.command(victimServer(context), 'DEBUG', 'SLEEP', '0.7'),
  configSet: (context) => {
    const words = choose(SETTINGS, context.step.picks[2])!;
    context.command(victimServer(context), 'CONFIG', 'SET', ...words);
  },
  configRewrite: (context) => context.command(victimServer(context), 'CONFIG', 'REWRITE'),
  resync: (context) =>
    context.inject({
      kind: 'instruct',
      node: replicaOrAny(context),
      instruction: { kind: 'resync' },
    }),
  changeReplId: (context) => context.command(master(context), 'DEBUG', 'CHANGE-REPL-ID'),
  clientKill: (context) => {
    const type = choose(['normal', 'replica', 'master', 'pubsub'], context.step.picks[2])!;
    context.command(victimServer(context), 'CLIENT', 'KILL', 'TYPE', type);
  },
  replicaof,
  failover: (context) => {
    const node = choose(sentinelNames(context), context.step.picks[0]);
    if (node !== undefined) context.command(node, 'SENTINEL', 'FAILOVER', MASTER_NAME);
  },
  wait: (context) => {
    const name = presentMaster(context.world, context.plan);
    if (name === undefined || !isRunning(context.world, name)) return;
    // Before the first byte of its stream a master knows no offset to wait for, in Redis as here.
    if (serverOf(context.world, name).replication.offset === 0) return;
    const [, wanted, timeout] = context.step.picks;
    context.probe(name, Math.floor(wanted * 4), 20 + Math.floor(timeout * 1_500));
  },
};

/** A save among the commands of a transaction: its dump must be of an instant between transactions. */
function multiSave(context: FaultContext): void {
  const { at, picks } = context.step;
  const save = choose([['BGSAVE'], ['BGSAVE', 'SCHEDULE'], ['SAVE']], picks[1])!;
  context.pipeline(victimServer(context), [
    ['SELECT', DATA_DB],
    ['MULTI'],
    ['SET', 'multi:a', String(at)],
    save,
    ['SET', 'multi:b', String(at)],
    ['EXEC'],
  ]);
}

/** Saves that have to wait, all of which are answered in the end. */
function pausedSaves(context: FaultContext): void {
  const node = victimServer(context);
  context.command(node, 'CLIENT', 'PAUSE', '300');
  for (let i = 0; i < 3; i += 1) context.command(node, 'SAVE');
}

/** Commands that take the CPU amid others: what comes after them comes later. */
function busyPipeline(context: FaultContext): void {
  const { at, picks } = context.step;
  const node = victimServer(context);
  const busy = ['DEBUG', 'SLEEP', '0.3'];
  const key = `busy:${at}`;
  const requests = [
    ['SELECT', DATA_DB],
    ['SET', key, 'v', 'PX', '100'],
    busy,
    ['GET', key],
    ['INCR', 'counter:0'],
    picks[1] < 0.5 ? ['SAVE'] : busy,
    ['INCR', 'counter:0'],
  ];
  context.pipeline(node, requests, ([, set, , get]) => {
    if (set === undefined || replyText(set) !== 'OK') return;
    if (get === undefined || replyText(get) === undefined) return;
    context.violation(`${node} has slept for 0.3 s, and ${key} with 0.1 s to live is still there`);
  });
}

function victimServer(context: FaultContext): string {
  return choose(serverNames(context), context.step.picks[0])!;
}

/** To another server, or to nobody; what comes of it is the Sentinels' or, at last, the calm's affair. */
function replicaof(context: FaultContext): void {
  const node = replicaOrAny(context);
  const others = context.plan.topology.servers.filter(({ name }) => name !== node);
  const other = choose(others, context.step.picks[1]);
  if (other === undefined || context.step.picks[2] < 0.15) {
    context.command(node, 'REPLICAOF', 'NO', 'ONE');
  } else {
    context.command(node, 'REPLICAOF', HOST, String(other.port));
  }
}
