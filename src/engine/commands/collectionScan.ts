/**
 * HSCAN, SSCAN and ZSCAN. A cursor is a slot (data/types/pagedTable.ts). As in Redis, a collection
 * small enough for the compact encoding is returned whole: its cursor is always 0.
 */

import type { Value } from '../data/types/value.ts';
import type { DataCall } from '../execution/dataCall.ts';
import type { Bytes } from '../resp/bytes.ts';
import { type ContainerType, existing } from './containers.ts';
import { readCursor, readScanOptions, replyScanned, type ScanOptions } from './scanOptions.ts';

/** One step of a scan: the slots to visit, and the elements found in them. */
interface ScanStep {
  readonly from: number;
  readonly slots: number;
  readonly options: ScanOptions;
  readonly found: Bytes[];
}

/** Executes a scan of one collection; `walk` visits the slots and returns the next cursor. */
export function scanCollection<T extends Value & { readonly size: number }>(
  call: DataCall,
  type: ContainerType<T>,
  compactMax: number,
  walk: (collection: T, step: ScanStep) => number,
): void {
  const cursor = readCursor(call, 2);
  if (cursor === undefined) return;
  const collection = existing(call, call.read(call.str(1)), type, replyNothing);
  if (collection === undefined) return;
  const options = readScanOptions(call, 2, false);
  if (options === undefined) return;
  const found: Bytes[] = [];
  const isCompact = collection.size <= compactMax;
  const from = isCompact ? 0 : cursor;
  const slots = isCompact ? collection.size : options.count;
  replyScanned(call, walk(collection, { from, slots, options, found }), found);
}

function replyNothing(call: DataCall): void {
  replyScanned(call, 0, []);
}
