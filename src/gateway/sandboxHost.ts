/**
 * Assembles everything of one sandbox that touches the outside: the live loop, the nodes' endpoints, the
 * control endpoint and the dashboard. It runs in the worker thread.
 *
 * Invariant: no endpoint is open before the topology has agreed.
 */

import { Sandbox } from '../sandbox/sandbox.ts';
import { Service } from '../sandbox/service.ts';
import { nextPort } from '../sandbox/verbs/nodes.ts';
import { displayed, SHOWN } from '../view/displayed.ts';
import type { Operation, Outcome } from '../view/messages.ts';
import { refusalOf } from '../view/verbs/check.ts';
import { parse, RecordingError } from '../world/recordingFile.ts';
import { DepartureError, replay } from '../world/replay.ts';
import type { World } from '../world/world.ts';
import { ControlEndpoint } from './controlEndpoint.ts';
import { Dashboard } from './dashboard.ts';
import { Endpoints } from './endpoints.ts';
import { errnoText } from './errno.ts';
import { failureLine, reportFailure } from './failureReport.ts';
import { Forks } from './forks.ts';
import { freePort, portTrouble } from './freePorts.ts';
import type { EndpointList, FromWorker, HostOptions } from './hostMessages.ts';
import { LiveLoop } from './liveLoop.ts';
import { MemoryGuard } from './memoryGuard.ts';
import type { SocketReads } from './socketReads.ts';
import { writeWhole } from './writeWhole.ts';

const HOST = '127.0.0.1';
/**
 * How far in the past the world begins: it boots in virtual time and goes live at the present. A topology
 * of any size agrees 2.2 s after its start, with the second hello of its Sentinels (one every 2 s).
 */
const BOOT_SECONDS = 3;
/** Ten snapshots a second: more cannot be read, and drawing each costs CPU time. */
const PUMP_MS = 100;
/** A digest of the state takes as long as a hundred events of a busy sandbox. */
const DIGEST_EVERY = 10_000;
/** How many ports are tried for a new node. */
const PORTS_TRIED_MAX = 100;

/** The recording does not lead to a sandbox; the message says why. */
export class ReplayError extends Error {
  override readonly name = 'ReplayError';
}

type Addition = Extract<Operation, { op: 'addServer' | 'addReplica' | 'addSentinel' }>;

export class SandboxHost {
  readonly sandbox: Sandbox;
  readonly service: Service;
  readonly forks: Forks;
  private readonly options: HostOptions;
  private readonly loop: LiveLoop;
  private readonly endpoints: Endpoints;
  private readonly control: ControlEndpoint;
  private readonly dashboard: Dashboard;
  private readonly memory: MemoryGuard;
  private readonly say: (message: FromWorker) => void;
  private hasFailed = false;
  private pump: NodeJS.Timeout | undefined = undefined;

  /** Boots the sandbox; `say` receives messages for the user. Throws BootError and ReplayError. */
  constructor(options: HostOptions, reads: SocketReads, say: (message: FromWorker) => void) {
    this.options = options;
    this.say = say;
    this.sandbox = options.recording === undefined ? booted(options) : continued(options);
    this.forks = new Forks(options, say);
    this.sandbox.surroundings = {
      save: saveFile,
      fork: (branch, name, done) => {
        this.forks
          .start(branch, name, done)
          .catch((error: unknown) => done(this.service.bug(error)));
      },
    };
    this.service = new Service(this.sandbox);
    this.loop = new LiveLoop(this.sandbox, () => this.endpoints.writeOut());
    this.endpoints = new Endpoints(this.sandbox, this.loop, reads);
    this.control = new ControlEndpoint((operation, done) => this.perform(operation, done));
    this.dashboard = new Dashboard(this.service, (operation, done) =>
      this.perform(operation, done),
    );
    this.memory = new MemoryGuard({
      sandbox: this.sandbox,
      memoryMb: options.memoryMb,
      perform: (operation, done) => this.perform(operation, done),
      disconnect: (conn) => this.endpoints.disconnect(conn),
      warn: (text) => say({ kind: 'warning', text }),
      end: (reason) => {
        this.close();
        say({ kind: 'ended', reason });
      },
    });
    this.endpoints.onBytes = (count) => this.memory.received(count);
  }

  /** Opens every endpoint and goes live. Throws PortError. */
  async open(): Promise<EndpointList> {
    const isFinished = this.options.isFinished === true;
    if (!isFinished) await this.endpoints.open();
    await this.control.open(this.options.controlPort);
    await this.dashboard.open(this.options.dashboardPort);
    this.sandbox.driver = this.loop;
    if (isFinished) this.loop.pause();
    else this.loop.start();
    this.pump = setInterval(() => {
      this.watchWorld();
      this.service.pump();
      this.dashboard.pump();
      this.memory.look();
    }, PUMP_MS);
    return this.endpointList();
  }

  close(): void {
    clearInterval(this.pump);
    this.memory.close();
    this.loop.close();
    this.endpoints.shutdown();
    this.control.close();
    this.dashboard.close();
  }

  /**
   * A failed world no longer answers, so its clients are disconnected: an application must not hang
   * because of our bug. Control endpoint and dashboard stay open for inspection.
   */
  private watchWorld(): void {
    if (this.hasFailed) return;
    const report = reportFailure(this.sandbox);
    if (report === undefined) return;
    this.hasFailed = true;
    this.loop.close();
    this.endpoints.shutdown();
    this.sandbox.settle();
    this.sandbox.feed.say(this.sandbox.world.now, failureLine(report));
    this.say({ kind: 'failed', report });
  }

  perform(operation: Operation, done: (outcome: Outcome) => void): void {
    if (isAddition(operation) && refusalOf(operation) === undefined) {
      this.add(operation, done).catch((error: unknown) => done(this.service.bug(error)));
      return;
    }
    this.loop.beforeInput();
    this.service.perform(operation, done);
  }

  /** A new node's port must also be free on this host, which is found out asynchronously. */
  private async add(operation: Addition, done: (outcome: Outcome) => void): Promise<void> {
    const isOwn = (port: number): boolean => this.sandbox.reading.nameOf(HOST, port) !== null;
    let { port } = operation;
    if (port === undefined) {
      const first = nextPort(this.sandbox, operation.op === 'addSentinel');
      port = await freePort(first, PORTS_TRIED_MAX, isOwn);
      if (port === undefined) {
        const last = first + PORTS_TRIED_MAX - 1;
        done({ ok: false, error: `ERR no port from ${first} to ${last} is free: name a port` });
        return;
      }
    } else if (!isOwn(port)) {
      const trouble = await portTrouble(port);
      if (trouble !== undefined) {
        done({ ok: false, error: `ERR port ${port}: ${trouble}; name a free port` });
        return;
      }
    }
    this.loop.beforeInput();
    this.service.perform({ ...operation, port }, done);
  }

  private endpointList(): EndpointList {
    const { nodes, sentinels, masterName } = this.sandbox.snapshot();
    return {
      nodes: nodes.map(({ name, role, host, port }) => ({ name, role, host, port })),
      sentinels: sentinels.map(({ name, host, port }) => ({ name, host, port })),
      masterName,
      control: { host: HOST, port: this.options.controlPort },
      dashboard: { url: this.dashboard.url },
    };
  }
}

function isAddition(operation: Operation): operation is Addition {
  return ['addServer', 'addReplica', 'addSentinel'].includes(operation.op);
}

/** A new sandbox, which has agreed and stands at the present. Throws BootError. */
function booted({ topology, seed, nonce, history }: HostOptions): Sandbox {
  const present = Date.now() * 1000;
  const sandbox = new Sandbox({
    topology,
    seed,
    nonce,
    startAt: present - BOOT_SECONDS * 1_000_000,
    record: true,
    traceEvents: history.events,
    params: {
      outsideReachable: true,
      digestEvery: DIGEST_EVERY,
      tracePayloadBytes: history.megabytes * 1024 * 1024,
    },
  });
  sandbox.boot();
  sandbox.advance(present);
  return sandbox;
}

/** The sandbox of a recording, at its end. Throws ReplayError. */
function continued({ topology, seed, nonce, recording, isFinished }: HostOptions): Sandbox {
  const world = replayed(Buffer.from(recording!));
  return new Sandbox({
    topology,
    seed,
    nonce,
    startAt: world.state.startAt,
    record: true,
    world,
    isRecording: isFinished === true,
  });
}

function replayed(bytes: Buffer): World {
  try {
    return replay(parse(bytes), undefined, { record: true });
  } catch (error) {
    const isKnown = error instanceof RecordingError || error instanceof DepartureError;
    // A well-formed file may hold a state that makes no sense, and stops the replay anywhere.
    const reason = error instanceof Error ? error.message : String(error);
    throw new ReplayError(isKnown ? reason : `its replay fails: ${reason}`, { cause: error });
  }
}

/** Returns the error. */
function saveFile(path: string, parts: readonly Buffer[]): string | undefined {
  try {
    writeWhole(path, parts);
    return undefined;
  } catch (error) {
    return `${displayed(path, SHOWN.line)}: ${errnoText(error)}`;
  }
}
