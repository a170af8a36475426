/**
 * Starts forks: sandboxes that continue a world on other ports. The thread that started this sandbox
 * starts the fork's thread, too; it gets the world as the bytes of a recording.
 */

import type { Done } from '../sandbox/operator.ts';
import { Reading } from '../sandbox/reading.ts';
import type { Outcome } from '../view/messages.ts';
import { recordingFrom } from '../world/journal.ts';
import { type PortMap, readdressed } from '../world/readdress.ts';
import { serialize } from '../world/recordingFile.ts';
import { World } from '../world/world.ts';
import { freePort } from './freePorts.ts';
import type { ForkRequest, FromWorker, HostOptions } from './hostMessages.ts';

/** How far above a port a free one is looked for. */
const PORTS_TRIED_MAX = 500;

export class Forks {
  private readonly options: HostOptions;
  private readonly say: (message: FromWorker) => void;
  private readonly waiting = new Map<number, Done>();
  private lastId = 0;

  constructor(options: HostOptions, say: (message: FromWorker) => void) {
    this.options = options;
    this.say = say;
  }

  /** Answers with the fork's endpoints. */
  async start(branch: World, name: string, done: Done): Promise<void> {
    const ports = new Map<number, number>();
    for (const { port } of new Reading(branch).nodes) {
      const free = await this.portFor(port, ports);
      if (free === undefined) {
        done({ ok: false, error: `ERR no port above ${port} with as many digits is free` });
        return;
      }
      ports.set(port, free);
    }
    const { controlPort, dashboardPort } = this.options;
    const control = await this.portFor(controlPort, ports);
    const dashboard =
      control === undefined
        ? undefined
        : await this.portFor(dashboardPort, new Map([...ports, [controlPort, control]]));
    if (control === undefined || dashboard === undefined) {
      done({ ok: false, error: 'ERR no port is free for the control endpoint or the dashboard' });
      return;
    }
    this.lastId += 1;
    this.waiting.set(this.lastId, done);
    const options = this.optionsOf(branch, ports, control, dashboard);
    this.say({ kind: 'fork', id: this.lastId, name, options });
  }

  /** The thread that was asked for a fork has answered. */
  started(id: number, outcome: Outcome): void {
    this.waiting.get(id)?.(outcome);
    this.waiting.delete(id);
  }

  /** A free port with as many digits, which no other node of the fork gets. */
  private portFor(port: number, taken: PortMap): Promise<number | undefined> {
    const chosen = new Set(taken.values());
    const length = String(port).length;
    const isOut = (candidate: number): boolean =>
      chosen.has(candidate) || String(candidate).length !== length;
    // The nodes of a recording do not use their ports.
    const first = this.options.isFinished === true ? port : port + 1;
    return freePort(first, PORTS_TRIED_MAX, isOut);
  }

  private optionsOf(
    branch: World,
    ports: PortMap,
    controlPort: number,
    dashboardPort: number,
  ): ForkRequest['options'] {
    const { topology } = this.options;
    const recording = Buffer.concat(serialize(recordingFrom(moved(branch, ports).state)));
    return {
      ...this.options,
      topology: {
        ...topology,
        port: ports.get(topology.port) ?? topology.port,
        sentinelPort: ports.get(topology.sentinelPort) ?? topology.sentinelPort,
      },
      controlPort,
      dashboardPort,
      recording,
      isFinished: false,
    };
  }
}

/** The world on other ports. Its clients outside see a reset: they stay with the present. */
function moved(branch: World, ports: PortMap): World {
  const world = new World({ state: readdressed(branch.state, ports), recording: undefined });
  for (const conn of [...world.state.outsideEnds.keys()]) world.inject({ kind: 'reset', conn });
  return world;
}
