/**
 * One run of a plan: adds the nodes, lets time pass, commits faults, ends them, waits until all is
 * in order, and looks at the invariants.
 *
 * Whatever this decides on the way (which node a fault hits, whether all is in order) it decides
 * from the state of the original world, which is a function of the seed. So a run can be repeated, and
 * its copies can be given the same inputs.
 */

import { dbDigest } from '../../src/engine/data/digest.ts';
import { NEVER } from '../../src/engine/machine/machine.ts';
import { seedFromNumber } from '../../src/engine/machine/random.ts';
import type { LoadInstruction } from '../../src/sandbox/load/loadSettings.ts';
import { SANDBOX_OBSERVER } from '../../src/sandbox/observers/sandboxObserver.ts';
import type { Input } from '../../src/world/input.ts';
import type { Recording } from '../../src/world/journal.ts';
import { World } from '../../src/world/world.ts';
import { Agenda } from './agenda.ts';
import { type Coverage, count, countNote } from './coverage.ts';
import { Elections } from './elections.ts';
import { faults } from './faults.ts';
import { lostWrites, sameData, sameHistorySameData } from './invariants.ts';
import { LoadHistories } from './loadHistories.ts';
import { type Heard, Operator } from './operator.ts';
import { LOAD, type Plan, START, type Step } from './plan.ts';
import { Probes } from './probes.ts';
import { loadOf, serverOf } from './reading.ts';
import {
  disorder,
  endFaults,
  endFlapping,
  endStalemate,
  forgetRemoved,
  openCircle,
  repairChains,
  restartDead,
  restoreTopology,
  saveAgain,
  unsettled,
} from './settle.ts';
import { Tracks } from './tracks.ts';
import './machines.ts';

/** How long a leg is: between two legs the run looks at the world. */
const LEG_MICROS = 50_000;
/** How long everything may take to come back to order. */
const SETTLE_MICROS_MAX = 180_000_000;
/** How long all must have been in order: something may still be under way, such as a last save. */
const STABLE_MICROS = 300_000;
/** With Sentinels: one may only now find that the master was down, and fail over. */
const STABLE_WITH_SENTINELS_MICROS = 3_000_000;
/** From then on an operator helps the Sentinels. */
const REPAIR_AFTER_MICROS = 40_000_000;
const OPERATOR_PERIOD_MICROS = 2_000_000;
/** How often data at equal offsets are compared. */
const COMPARE_MICROS = 1_000_000;
/** How long the last write may take to reach everybody. */
const LAST_WRITE_MICROS = 3_000_000;
/** How long the last answers may take: longer than any WAIT. */
const ANSWERS_MICROS = 5_000_000;

interface RunOptions {
  readonly record: boolean;
  /** Events after which a copy joins; none unless told. */
  readonly forkAt?: readonly number[];
  readonly log?: (line: string) => void;
}

/** What two runs of the same plan must agree in. */
export interface Outcome {
  readonly events: number;
  readonly endsAt: number;
  readonly traceHash: string;
  readonly digest: string;
  /** Of every server's data, in order. */
  readonly data: readonly string[];
}

export class Run {
  readonly plan: Plan;
  readonly tracks: Tracks;
  readonly coverage: Coverage = {};
  readonly violations: string[] = [];
  private readonly operator: Operator;
  private readonly probes: Probes;
  private readonly elections = new Elections();
  private readonly histories: LoadHistories;
  private readonly agenda = new Agenda();
  private readonly forkAt: number[];
  /** Whether the original is watched event by event; with copies at its side it is not. */
  private readonly watches: boolean;
  private readonly log: ((line: string) => void) | undefined;
  private lastNote = 0;
  private compareAt = 0;
  private readonly lastLine = new Map<string, number>();

  constructor(plan: Plan, options: RunOptions) {
    const world = new World({
      seed: seedFromNumber(plan.seed),
      startAt: START,
      record: options.record,
      params: { ...plan.params, observer: SANDBOX_OBSERVER },
      journalBytesMax: plan.journalBytesMax,
    });
    this.plan = plan;
    this.tracks = new Tracks(world, plan.seed);
    this.operator = new Operator((input) => this.tracks.inject(input));
    const servers = plan.topology.servers.map(({ name }) => name);
    this.probes = new Probes(servers);
    this.histories = new LoadHistories(servers, plan.load.slots);
    this.forkAt = [...(options.forkAt ?? [])];
    this.watches = this.forkAt.length === 0;
    this.log = options.log;
    world.outside = this.operator;
  }

  get world(): World {
    return this.tracks.original;
  }

  /** Runs the plan to its end. Violations are collected, a broken world ends the run. */
  execute(): void {
    this.start();
    for (const step of this.plan.steps) this.agenda.add(step.at, () => this.perform(step));
    this.runTo(this.plan.calmAt);
    this.agenda.clear();
    if (this.world.failure === undefined) this.settle();
    this.violations.push(...this.probes.violations, ...this.elections.violations);
    const { failure } = this.world;
    if (failure !== undefined) {
      this.violations.push(
        `${failure.node} broke at event ${failure.seq}: ${failure.error}\n${failure.stack}`,
      );
    }
    this.countRun();
  }

  outcome(): Outcome {
    return outcomeOf(this.world, this.plan);
  }

  recording(): Recording {
    return this.world.recording()!;
  }

  private start(): void {
    let at = START;
    for (const { node, after } of this.plan.nodes) {
      at += after;
      this.agenda.add(at, () => this.tracks.inject(node));
    }
    this.agenda.add(at + 1_000_000, () => this.tellLoad(this.plan.load.begin));
  }

  private tellLoad(instruction: LoadInstruction): void {
    this.tracks.inject({ kind: 'instruct', node: LOAD, instruction });
  }

  // Time.

  private runTo(until: number): void {
    while (this.world.now < until && this.world.failure === undefined) {
      this.agenda.run(this.world.now);
      this.leg(Math.min(until, this.world.now + LEG_MICROS, this.agenda.nextAt));
    }
  }

  /** Runs to `until`, with a stop for every copy that joins on the way. */
  private leg(until: number): void {
    const { tracks, world } = this;
    while (this.forkAt.length > 0 && world.failure === undefined) {
      const left = this.forkAt[0]! - world.eventCount;
      if (left > 0) tracks.advance(until, tracks.copyCount > 0 ? undefined : left);
      if (world.eventCount < this.forkAt[0]!) break;
      this.forkAt.shift();
      tracks.fork();
    }
    if (this.watches && this.probes.isWaiting) this.stepTo(until);
    tracks.advance(until);
    this.look();
  }

  /** Event by event, as long as somebody has to watch. */
  private stepTo(until: number): void {
    const { world, probes } = this;
    while (probes.isWaiting && world.nextEventAt() <= until && world.step()) probes.look(world);
    probes.expire(world.now);
  }

  private look(): void {
    for (const view of this.world.notesSince(this.lastNote)) {
      this.lastNote = view.id;
      countNote(this.coverage, view);
      this.elections.see(view);
      this.say(`${view.node}: ${JSON.stringify(view.note)}`, view.at);
    }
    if (this.log !== undefined) this.sayLogs();
    if (!this.watches) return;
    this.histories.look(this.world);
    if (this.world.now < this.compareAt) return;
    this.compareAt = this.world.now + COMPARE_MICROS;
    for (const violation of sameHistorySameData(this.world, this.plan)) {
      this.violations.push(`at ${this.world.now - START} µs: ${violation}`);
      this.compareAt = NEVER; // Once is enough; what follows from it says no more.
    }
  }

  /** A line of --verbose, with the time into the run. */
  private say(line: string, at: number = this.world.now): void {
    this.log?.(`${((at - START) / 1e6).toFixed(6).padStart(11)} ${line}`);
  }

  /** What the nodes logged in this leg; by node, so times do not only rise. */
  private sayLogs(): void {
    for (const { name } of this.plan.nodes.map(({ node }) => node)) {
      for (const line of this.world.logSince(name, this.lastLine.get(name) ?? 0)) {
        this.lastLine.set(name, line.id);
        this.say(`${name} ${line.role} ${line.line}`, line.at);
      }
    }
  }

  // Faults.

  private perform(step: Step): void {
    const { world, plan, operator, probes } = this;
    if (step.what !== 'wait') {
      count(this.coverage, `fault: ${step.what}`);
      this.say(`fault: ${step.what}`);
    }
    faults[step.what]({
      world,
      plan,
      step,
      inject: (input) => this.injectFault(input),
      later: (act) => this.agenda.add(world.now + step.forMicros, act),
      command: (node, ...words) => {
        this.tell(node, [words]);
      },
      pipeline: (node, requests, heard) => this.tell(node, requests, heard),
      violation: (text) => this.violations.push(text),
      probe: (master, wanted, timeoutMs) => {
        const { requests, heard } = probes.begin(master, wanted, timeoutMs, world.now);
        operator.say(master, this.portOf(master), requests, this.watches ? heard : undefined);
      },
    });
  }

  private injectFault(input: Input): void {
    const { nodes } = this.world.state;
    const adds = input.kind === 'addNode';
    const names = [adds ? input.name : '', 'node' in input ? input.node : ''];
    if ('a' in input) names.push(input.a ?? '', input.b ?? '');
    if (names.some((name) => name !== '' && nodes.has(name) === adds)) return;
    if (input.kind === 'powerLoss') count(this.coverage, 'power losses');
    if (input.kind === 'removeNode') {
      count(this.coverage, 'nodes removed');
      this.elections.forget(input.node);
      this.lastLine.delete(input.node);
    }
    this.say(`  ${JSON.stringify(input)}`);
    this.tracks.inject(input);
  }

  /** Commands at a node, if it is there; the connection ends a while after their answers. */
  private tell(node: string, requests: readonly (readonly string[])[], heard?: Heard): void {
    const { agenda, operator, world } = this;
    if (!world.state.nodes.has(node)) return;
    this.say(`  ${node}> ${requests.map((words) => words.join(' ')).join('; ')}`);
    const conn = operator.say(node, this.portOf(node), requests, this.watches ? heard : undefined);
    agenda.add(world.now + 2_000_000, () => {
      if (!operator.isWaiting(conn)) operator.end(conn);
    });
  }

  private portOf(name: string): number {
    const { servers, sentinels } = this.plan.topology;
    return [...servers, ...sentinels].find((node) => node.name === name)!.port;
  }

  // The end.

  private settle(): void {
    const { world, plan, tracks } = this;
    this.say(`calm`);
    endFaults(tracks, plan);
    this.tellLoad(plan.load.calm);
    const calmAt = world.now;
    let operatorAt = calmAt + OPERATOR_PERIOD_MICROS;
    const hasSentinels = plan.topology.sentinels.length > 0;
    const stableMicros = hasSentinels ? STABLE_WITH_SENTINELS_MICROS : STABLE_MICROS;
    let orderSince = NEVER;
    const isSettled = (): boolean => {
      if (world.now >= operatorAt) {
        this.operate(world.now - calmAt);
        operatorAt = world.now + OPERATOR_PERIOD_MICROS;
      }
      if (disorder(world, plan).length > 0) orderSince = NEVER;
      else orderSince = Math.min(orderSince, world.now);
      return world.now - orderSince >= stableMicros && unsettled(world, plan).length === 0;
    };
    if (!this.waitFor(isSettled, SETTLE_MICROS_MAX)) {
      this.violations.push(`not settled in time: ${unsettled(world, plan).join('; ')}`);
      return;
    }
    count(this.coverage, 'virtual seconds to settle', Math.round((world.now - calmAt) / 1e6));
    this.endLoad();
    this.writeLast();
  }

  /** What an operator would do who looks again every now and then. */
  private operate(calmMicros: number): void {
    const { world, plan, tracks, operator } = this;
    restartDead(tracks);
    saveAgain(world, plan, operator);
    forgetRemoved(world, plan, operator);
    if (plan.topology.sentinels.length === 0) restoreTopology(world, plan, operator);
    else if (calmMicros > REPAIR_AFTER_MICROS) {
      endFlapping(world, plan, operator);
      endStalemate(world, plan, operator);
      repairChains(world, plan, operator);
      openCircle(world, plan, operator);
    }
  }

  /** LOAD reads its keys back from the last master. */
  private endLoad(): void {
    const { world } = this;
    this.tellLoad({ kind: 'stop' });
    if (!this.waitFor(() => !loadOf(world).isRunning, 20_000_000)) {
      this.violations.push(`LOAD does not stop; it is ${loadOf(world).phase}`);
      return;
    }
    this.violations.push(...lostWrites(world, this.masterName(), this.histories));
  }

  private masterName(): string {
    const { servers } = this.plan.topology;
    return servers.find(({ name }) => !serverOf(this.world, name).replication.isReplica)!.name;
  }

  /** One more write, which must reach everybody; then everybody has the same. */
  private writeLast(): void {
    const { world, plan } = this;
    const master = this.masterName();
    this.tell(master, [
      ['CONFIG', 'SET', 'min-replicas-to-write', '0', 'stop-writes-on-bgsave-error', 'no'],
      ['SET', 'last', 'write'],
    ]);
    const isEverywhere = (): boolean =>
      plan.topology.servers.every(
        ({ name }) => serverOf(world, name).keyspace.databases[0]!.get('last') !== undefined,
      ) && unsettled(world, plan).length === 0;
    if (!this.waitFor(isEverywhere, LAST_WRITE_MICROS)) {
      this.violations.push(
        `the last write does not reach all: ${unsettled(world, plan).join('; ')}`,
      );
    }
    const unanswered = (): string[] => this.operator.unanswered(world);
    if (!this.waitFor(() => unanswered().length === 0, ANSWERS_MICROS)) {
      this.violations.push(...unanswered());
    }
    this.violations.push(...sameData(world, plan));
  }

  private waitFor(condition: () => boolean, micros: number): boolean {
    const until = this.world.now + micros;
    while (this.world.now < until && this.world.failure === undefined) {
      if (condition()) return true;
      this.runTo(this.world.now + LEG_MICROS);
    }
    return false;
  }

  private countRun(): void {
    const { plan, coverage, probes, world } = this;
    if (plan.topology.isChained) count(coverage, 'chains');
    count(coverage, `topologies with ${plan.topology.sentinels.length} Sentinels`);
    count(coverage, 'WAIT answered', probes.answered);
    count(coverage, 'WAIT acknowledged by replicas', probes.acknowledged);
    count(coverage, 'events', world.eventCount);
    count(coverage, 'virtual seconds', Math.round((world.now - START) / 1e6));
    const load = loadOf(world);
    count(coverage, 'LOAD writes acknowledged', load.book.acked);
    count(coverage, 'LOAD writes lost', load.book.lost);
  }
}

export function outcomeOf(world: World, plan: Plan): Outcome {
  return {
    events: world.eventCount,
    endsAt: world.now,
    traceHash: world.traceHash,
    digest: world.digest(),
    data: plan.topology.servers.map(({ name }) => {
      if (!world.state.nodes.has(name)) return '';
      const { keyspace } = serverOf(world, name);
      return keyspace === undefined ? '' : dbDigest(keyspace);
    }),
  };
}
