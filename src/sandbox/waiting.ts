/**
 * The outside clients whose answer cannot come, because the world is paused or their node is frozen. It
 * reads and changes nothing.
 */

import { displayed, SHOWN } from '../view/displayed.ts';
import { LISTED_MAX, type WaitingClientSnapshot } from '../view/snapshot.ts';
import { END, type End } from '../world/connection.ts';
import { KIND } from '../world/event.ts';
import type { WorldNode } from '../world/node.ts';
import type { World } from '../world/world.ts';
import { serverOf } from './nodeReading.ts';
import { OPERATOR } from './operator.ts';
import { sentinelOf } from './sentinelReading.ts';

interface WaitingClients {
  /** The first ones, in the order of their connections. */
  readonly listed: readonly WaitingClientSnapshot[];
  /** The number of all waiting clients. */
  readonly count: number;
}

export function waitingClients(world: World, isPaused: boolean): WaitingClients {
  const listed: WaitingClientSnapshot[] = [];
  let count = 0;
  const stuck = new Map<WorldNode, Set<End>>();
  for (const client of world.state.outsideEnds.values()) {
    const { node } = client.peer;
    if (node === undefined || !client.isClient || client.state === END.closed) continue;
    if (world.state.places[client.place] === OPERATOR) continue;
    const because = isPaused && asksSomething(client) ? 'paused' : frozenWith(node, client, stuck);
    if (because === undefined) continue;
    count += 1;
    if (listed.length === LISTED_MAX) continue;
    const name = clientName(world, node.name, client.peer.id);
    listed.push({ name, addr: client.addr, node: node.name, because });
  }
  return { listed, count };
}

/** Whether a request or a connect is in flight. */
function asksSomething(client: End): boolean {
  const kind = client.queue.first()?.kind;
  return kind === KIND.connect || kind === KIND.data;
}

function frozenWith(
  node: WorldNode,
  client: End,
  stuck: Map<WorldNode, Set<End>>,
): 'frozen' | undefined {
  if (node.state !== 'frozen') return undefined;
  let ends = stuck.get(node);
  if (ends === undefined) {
    ends = endsIn(node);
    stuck.set(node, ends);
  }
  return ends.has(client.peer) ? 'frozen' : undefined;
}

/** The connections whose input a frozen process has not read. */
function endsIn(node: WorldNode): Set<End> {
  const ends = new Set<End>();
  for (let i = 0; i < node.inbox.length; i += 1) {
    const { end, kind } = node.inbox.at(i)!;
    if (end !== undefined && (kind === KIND.data || kind === KIND.accept)) ends.add(end);
  }
  return ends;
}

function clientName(world: World, node: string, conn: number): string {
  const process = serverOf(world, node) ?? sentinelOf(world, node);
  return displayed(process?.clients.get(conn)?.name ?? '', SHOWN.label);
}
