/** The head of a recording's file: what determines the run besides its inputs, as JSON. */

import { DEFAULT_PARAMS, type WorldParams } from './input.ts';
import type { Position } from './inputRecords.ts';
import type { Recording } from './journal.ts';
import { STATE_LAYOUT } from './stateLayout.ts';

export interface Head
  extends Pick<Recording, 'seed' | 'startAt' | 'params' | 'traceEvents' | 'end' | 'endHash'> {
  /** STATE_LAYOUT of the program that wrote it. */
  readonly layout: number;
  /** At least one. Only the first may have no base: it then begins with the world. */
  readonly segments: readonly { readonly firstInput: number; readonly hasBase: boolean }[];
}

/** JSON has no infinity, but costs have: a copy takes no time. */
const INFINITE = 'Infinity';

export function headText(recording: Recording): string {
  const { seed, startAt, params, traceEvents, end, endHash } = recording;
  const segments = recording.segments.map(({ firstInput, base }) => ({
    firstInput,
    hasBase: base !== undefined,
  }));
  const head: Head = {
    ...{ seed, startAt, params, traceEvents, end, endHash },
    ...{ layout: STATE_LAYOUT, segments },
  };
  return JSON.stringify(head, (_key, value) =>
    value === Number.POSITIVE_INFINITY ? INFINITE : value,
  );
}

/** The head with this text; undefined if it is none. */
export function headOf(text: Buffer): Head | undefined {
  let head: unknown;
  try {
    head = JSON.parse(text.toString('utf8'), (_key, value) =>
      value === INFINITE ? Number.POSITIVE_INFINITY : value,
    );
  } catch {
    return undefined;
  }
  if (!isObject(head)) return undefined;
  const { seed, startAt, params, traceEvents, end, endHash, layout, segments } = head;
  const isHead =
    hasShape(seed, [0, 0, 0, 0]) &&
    [startAt, traceEvents, layout].every(Number.isSafeInteger) &&
    hasShape(params, DEFAULT_PARAMS) &&
    isPosition(end) &&
    (endHash === undefined || typeof endHash === 'string') &&
    isSegments(segments);
  if (!isHead) return undefined;
  return { ...(head as unknown as Head), endHash: endHash as string | undefined };
}

function isPosition(value: unknown): value is Position {
  if (!hasShape(value, { events: 0, time: 0 } satisfies Position)) return false;
  const { events, time } = value as Position;
  return Number.isSafeInteger(events) && Number.isFinite(time);
}

function isSegments(value: unknown): boolean {
  if (!Array.isArray(value) || value.length === 0) return false;
  return value.every(
    (item, index) =>
      hasShape(item, { firstInput: 0, hasBase: true }) && (item.hasBase === true || index === 0),
  );
}

/** Whether `value` has the fields of `model`, of the same types. */
function hasShape(value: unknown, model: WorldParams | object): boolean {
  if (!isObject(value)) return false;
  return Object.entries(model).every(([key, part]) =>
    typeof part === 'object' ? hasShape(value[key], part) : typeof value[key] === typeof part,
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
