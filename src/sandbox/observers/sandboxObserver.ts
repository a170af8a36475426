/**
 * The observer of a sandbox's world: it reads servers and the load client from the state, and keeps what
 * was lost.
 */

import type { Note } from '../../engine/machine/notes.ts';
import { registerState } from '../../engine/machine/state.ts';
import type { Operation } from '../../world/input.ts';
import type { Observer } from '../../world/observer.ts';
import type { WorldState } from '../../world/state.ts';
import { LoadClient } from '../load/loadClient.ts';
import { replicationFields, serverOf } from '../nodeReading.ts';
import { type LoadReading, Losses, type ServerReading } from './losses.ts';
import { type Loss, lossSentence } from './lossSentence.ts';

export const SANDBOX_OBSERVER = 'sandbox';

export class SandboxObserver implements Observer {
  readonly losses = new Losses();

  observe(state: WorldState): Note[] {
    const servers = serverReadings(state);
    const load = loadReading(state);
    return this.losses.observe(state.now, state.trace.count, servers, load).map(noteOf);
  }

  operating(operation: Operation): void {
    if (operation.kind === 'removeNode') this.losses.forget(operation.node);
    else if (operation.kind === 'powerLoss') this.losses.losesPower(operation.node);
  }
}
registerState('SandboxObserver', SandboxObserver);

function noteOf(loss: Loss): Note {
  const { cause, node, offset, oldNode, oldOffset, writes } = loss;
  const bytes = Math.max(0, oldOffset - offset);
  const facts = { cause, node, offset, oldNode, oldOffset, bytes, writes: writes ?? 0 };
  return { kind: 'loss', ...facts, sentence: lossSentence(loss) };
}

/** A server that is still loading its dump has no history yet. */
function serverReadings(state: WorldState): ServerReading[] {
  const readings: ServerReading[] = [];
  for (const [name, node] of state.nodes) {
    const server = serverOf(state, name);
    if (server === undefined || server.loading.active) continue;
    const { replication } = server;
    readings.push({
      name,
      port: node.setup.ports?.[0] ?? 0,
      pid: node.pid,
      isAlive: node.state === 'running',
      isReplica: replication.isReplica,
      replid: replication.replid,
      offset: replication.offset,
      secondHistory: () => {
        const fields = replicationFields(server);
        return {
          replid2: fields.get('master_replid2') ?? '',
          secondOffset: Number(fields.get('second_repl_offset') ?? 0),
        };
      },
    });
  }
  return readings;
}

function loadReading(state: WorldState): LoadReading | undefined {
  for (const { machine } of state.nodes.values()) {
    if (!(machine instanceof LoadClient)) continue;
    const { isRunning, checks, checkedAt, checkedBefore, book } = machine;
    return {
      isRunning,
      checks,
      checkedPort: checkedAt?.port ?? 0,
      firstSequence: checkedBefore,
      gone: book.gone,
      returned: book.returned,
    };
  }
  return undefined;
}
