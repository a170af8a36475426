/** Finds events in the history by number and by filters. */

import { splitArguments } from '../../engine/resp/splitArguments.ts';
import { displayed, SHOWN } from '../../view/displayed.ts';
import type { EventRow, FoundEvents } from '../../view/events.ts';
import type { EventView } from '../../world/views.ts';
import type { World } from '../../world/world.ts';
import { commandKeys } from '../commandKeys.ts';
import { OperationError } from '../operationErrors.ts';
import { isVisible } from '../visibility.ts';
import { matches, type Pattern, readPattern } from './pattern.ts';
import { rowOf } from './rows.ts';

/** How many events one search looks at: decoding them takes a quarter of a second. */
const LOOKS_MAX = 50_000;

/** Every condition that is given must hold. */
interface EventFilter {
  readonly visible?: boolean;
  /** Where it happens, or who has sent it. */
  readonly node?: string;
  readonly kind?: string;
  readonly conn?: number;
  readonly key?: string;
  readonly text?: string;
  readonly on?: Pattern;
}

const WORDS = 'VISIBLE, node=name, kind=name, conn=n, key=name, text=part, on=pattern';

/** `VISIBLE node=r1 key=balance`. Throws OperationError for words that are no filter. */
export function readFilter(line: string): EventFilter {
  const words = splitArguments(line);
  if (words === undefined) throw new OperationError('ERR unbalanced quotes in the filter');
  let filter: EventFilter = {};
  for (const word of words) filter = { ...filter, ...conditionOf(word) };
  return filter;
}

function conditionOf(word: string): EventFilter {
  if (word.toUpperCase() === 'VISIBLE') return { visible: true };
  const equals = word.indexOf('=');
  const value = word.slice(equals + 1);
  switch (word.slice(0, Math.max(0, equals))) {
    case 'node':
      return { node: value };
    case 'kind':
      return { kind: value };
    case 'key':
      return { key: value };
    case 'text':
      return { text: value };
    case 'on':
      return { on: readPattern(value) };
    case 'conn':
      if (/^\d{1,15}$/.test(value)) return { conn: Number(value) };
  }
  throw new OperationError(
    `ERR '${displayed(word, SHOWN.label)}' is no filter: the filters are ${WORDS}`,
  );
}

/**
 * The first `count` events from number `from` on that pass the filter; with 0, the last ones. A search
 * that has looked at LOOKS_MAX events ends, and says where to go on.
 */
export function findEvents(
  world: World,
  from: number,
  count: number,
  filter: EventFilter,
): FoundEvents {
  const { trace } = world.state;
  const { firstSeq: first, count: last } = trace;
  const step = from === 0 ? -1 : 1;
  const start = from === 0 ? last : Math.max(first, from);
  const found: EventRow[] = [];
  let seq = start;
  let looks = 0;
  for (; seq >= first && seq <= last && found.length < count && looks < LOOKS_MAX; seq += step) {
    looks += 1;
    const event = world.event(seq)!;
    if (passes(filter, world, event)) found.push(rowOf(event));
  }
  const next = seq >= first && seq <= last && step > 0 ? seq : null;
  return {
    events: step > 0 ? found : found.reverse(),
    first,
    last,
    limit: trace.limit ?? null,
    next,
  };
}

function passes(filter: EventFilter, world: World, event: EventView): boolean {
  const { visible, node, kind, conn, key, text, on } = filter;
  if (node !== undefined && event.node !== node && event.peer !== node) return false;
  if (kind !== undefined && event.kind !== kind) return false;
  if (conn !== undefined && event.conn !== conn) return false;
  if (visible === true && !isVisible(event)) return false;
  if (key !== undefined && !keysOf(event).includes(key)) return false;
  if (text !== undefined && !event.text.includes(text)) return false;
  return on === undefined || matches(on, world, event);
}

/** The keys of the commands that arrive in an event. */
function keysOf({ decoded }: EventView): string[] {
  const keys: string[] = [];
  for (const { message } of decoded?.items ?? []) {
    if ('command' in message) for (const key of commandKeys(message.command)) keys.push(key);
  }
  return keys;
}
