/**
 * Gives a copy of a world other ports, as if the same deployment had been started there: in what its
 * nodes know, in their files, and in what is in flight. A fork needs it, because the world it comes from
 * keeps its endpoints.
 *
 * An address is recognized by what stands before the port: the host, or one of the words of INFO, REPLCONF
 * and the configuration files. `127.0.0.1:7001`, `127.0.0.1,7001`, `ip=127.0.0.1,port=7001`,
 * `master_port:7001`, `replicaof 127.0.0.1 7001`, `$15\r\n--- 127.0.0.1\r\n$4\r\n7001\r\n`.
 *
 * Invariants: a new port has as many digits as the old one, so that no length and no offset changes.
 * Data is left alone, and so is what has happened: the trace, the logs and the backlogs keep the old
 * ports.
 */

import { invariant } from '../engine/machine/errors.ts';
import { copyState } from '../engine/machine/state.ts';
import { type Event, KIND } from './event.ts';
import type { WorldState } from './state.ts';

/** By old port, the new one. */
export type PortMap = ReadonlyMap<number, number>;

const ADDRESS =
  /(127\.0\.0\.1(?:[:, ]|,port=|\r\n\$\d+\r\n)|(?:_port|listening-port|\bport)(?::|=| |\r\n\$\d+\r\n))(\d+)/g;
/** The properties that hold ports as numbers, or collections of them. */
const FIELDS: ReadonlySet<string> = new Set([
  'port',
  'ports',
  'listening',
  'listeningPort',
  'masterPort',
]);

/** A copy of the state with other ports. Throws InvariantError for a port of another length. */
export function readdressed(state: WorldState, ports: PortMap): WorldState {
  for (const [from, to] of ports) {
    invariant(String(from).length === String(to).length, `${from} and ${to} differ in length`);
  }
  const copy = copyState(state, (leaf, field) => {
    if (typeof leaf === 'number') {
      return (FIELDS.has(field) ? (ports.get(leaf) ?? leaf) : leaf) as typeof leaf;
    }
    if (typeof leaf === 'string') {
      const text = field === 'directives' ? inDirective(leaf, ports) : inText(leaf, ports);
      return text as typeof leaf;
    }
    return inBytes(leaf, ports) as typeof leaf;
  });
  for (const event of new Set(eventsOf(copy))) {
    if (event.kind === KIND.connect || event.kind === KIND.accept) {
      event.value = ports.get(event.value) ?? event.value;
    }
  }
  return copy;
}

/** A word of a directive given at the start. */
function inDirective(word: string, ports: PortMap): string {
  return String(ports.get(Number(word)) ?? word);
}

function inText(text: string, ports: PortMap): string {
  if (text.length < 5) return text;
  return text.replace(ADDRESS, (all, before: string, digits: string) => {
    const port = ports.get(Number(digits));
    return port === undefined ? all : `${before}${port}`;
  });
}

function inBytes(bytes: Buffer, ports: PortMap): Buffer {
  const text = bytes.latin1Slice();
  const changed = inText(text, ports);
  if (changed !== text) bytes.latin1Write(changed);
  return bytes;
}

/** Every event that has been scheduled; some come twice. */
function* eventsOf(state: WorldState): Generator<Event> {
  yield* state.queue.sorted();
  for (const node of state.nodes.values()) {
    for (let i = 0; i < node.inbox.length; i += 1) yield node.inbox.at(i)!;
    for (const end of node.ends.values()) {
      for (let i = 0; i < end.queue.length; i += 1) yield end.queue.at(i)!;
    }
  }
  for (const end of state.outsideEnds.values()) {
    for (let i = 0; i < end.queue.length; i += 1) yield end.queue.at(i)!;
  }
}
