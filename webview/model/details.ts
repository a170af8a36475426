/** The selected event in words. */

import type { EventDetails, EventRow } from '../../src/view/events.ts';
import { counted, inBytes, timeOfDay } from './words.ts';

interface ChainLink {
  readonly row: EventRow;
  readonly relation: 'cause' | 'itself' | 'effect';
}

/** `8,402 · 14:02:07.123 · m → r1`. */
export function headOf({ seq, at, node, peer }: EventRow): string {
  const place = peer === '' ? node : `${peer} → ${node}`;
  return [counted(seq), timeOfDay(at), ...(place === '' ? [] : [place])].join(' · ');
}

/** The first cause, what followed from it, the event itself, and its effects. */
export function chainOf(details: EventDetails): ChainLink[] {
  const { causes, effects } = details;
  return [
    ...causes.toReversed().map((row) => ({ row, relation: 'cause' as const })),
    { row: details, relation: 'itself' },
    ...effects.map((row) => ({ row, relation: 'effect' as const })),
  ];
}

/** `31 bytes`; `5,000 bytes, 4,500 of them held, the first 4,096 shown`. */
export function bytesTitle({ length, held, bytes }: EventDetails): string {
  // What cannot be printed is written as `\r` or `\x00`.
  const shown = bytes.replace(/\\(x..|.)/g, ' ').length;
  const parts = [inBytes(length)];
  if (held < length) parts.push(`${counted(held)} of them held`);
  if (shown < held) parts.push(`the first ${counted(shown)} shown`);
  return parts.join(', ');
}
