/** All about one event. */

import { displayed, SHOWN } from '../../view/displayed.ts';
import type { EventDetails, EventRow } from '../../view/events.ts';
import { shownBytes } from '../../world/secrets/hide.ts';
import type { EventView } from '../../world/views.ts';
import type { World } from '../../world/world.ts';
import { namesIn } from '../why/names.ts';
import { whyRefused } from '../why/refusals.ts';
import { sentenceOf } from '../why/why.ts';
import { happeningsOf } from './pattern.ts';
import { rowOf } from './rows.ts';

const CAUSES_MAX = 50;
const EFFECTS_MAX = 50;
/** How far effects are looked for: the events that an event schedules mostly come soon. */
const EFFECTS_WITHIN = 20_000;
const BYTES_SHOWN_MAX = 4_096;

/** Undefined for an event that is not held. */
export function tellEvent(world: World, seq: number): EventDetails | undefined {
  const event = world.event(seq);
  if (event === undefined) return undefined;
  const bytes = shownBytes(world.state.trace, seq, world.eventBytes(seq).subarray(0, event.bytes));
  return {
    ...rowOf(event),
    happenings: happeningsOf(world, event).map((text) => displayed(text, SHOWN.line)),
    length: event.bytes,
    held: bytes.length,
    bytes: printable(bytes.subarray(0, BYTES_SHOWN_MAX)),
    why: whyOf(world, event),
    causes: causesOf(world, seq),
    effects: effectsOf(world, seq),
  };
}

/** What the nodes have noted about it, and why what it answers was refused. */
function whyOf(world: World, { seq, decoded }: EventView): string[] {
  const names = namesIn(world);
  const why: string[] = [];
  for (const { message } of decoded?.items ?? []) {
    const reason = message.kind === 'error' ? whyRefused(message.code) : undefined;
    if (reason !== undefined) why.push(reason);
  }
  for (const { note } of world.notesOf(seq)) {
    why.push(displayed(sentenceOf(note, names), SHOWN.line));
  }
  return why;
}

function causesOf(world: World, seq: number): EventRow[] {
  return world
    .causes(seq)
    .slice(1, CAUSES_MAX + 1)
    .map(rowOf);
}

function effectsOf(world: World, seq: number): EventRow[] {
  const { trace } = world.state;
  const found: EventRow[] = [];
  const last = Math.min(trace.count, seq + EFFECTS_WITHIN);
  for (let later = seq + 1; later <= last && found.length < EFFECTS_MAX; later += 1) {
    if (trace.causeOf(later) === seq) found.push(rowOf(world.event(later)!));
  }
  return found;
}

/** `*1\r\n$4\r\nPING\r\n`, `\x00`: as redis-cli prints a string, without the quotes. */
function printable(bytes: Buffer): string {
  let text = '';
  for (const byte of bytes) {
    if (byte === 13) text += '\\r';
    else if (byte === 10) text += '\\n';
    else if (byte === 92) text += '\\\\';
    else if (byte >= 32 && byte < 127) text += String.fromCharCode(byte);
    else text += `\\x${byte.toString(16).padStart(2, '0')}`;
  }
  return text;
}
