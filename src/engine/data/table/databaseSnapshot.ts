/** A database as it was at one moment; later changes of the live database are not visible. */

import { registerState } from '../../machine/state.ts';
import type { Value } from '../types/value.ts';
import type { ByteView } from './byteView.ts';
import type { ExpireColumn } from './expireColumn.ts';
import type { Rows } from './rows.ts';

export class DatabaseSnapshot {
  readonly index: number;
  private readonly rows: Rows;
  private readonly expires: ExpireColumn;

  constructor(index: number, rows: Rows, expires: ExpireColumn) {
    this.index = index;
    this.rows = rows;
    this.expires = expires;
  }

  get size(): number {
    return this.rows.size;
  }

  get expiresCount(): number {
    return this.expires.count;
  }

  /** The key in `slot`, which is one of 0..size-1, here and below. */
  keyAt(slot: number): string {
    return this.rows.keyOf(this.rows.slots.get(slot));
  }

  valueAt(slot: number): Value {
    return this.rows.valueOf(this.rows.slots.get(slot));
  }

  /** Unix time in milliseconds; -1 for no expiry. */
  expireAtSlot(slot: number): number {
    return this.expires.get(slot);
  }

  /** Points `view` at the bytes of a key. */
  viewKey(slot: number, view: ByteView): void {
    this.rows.viewKey(this.rows.slots.get(slot), view);
  }

  /** Points `view` at the bytes of a string. Returns false for a collection. */
  viewString(slot: number, view: ByteView): boolean {
    return this.rows.viewString(this.rows.slots.get(slot), view);
  }
}
registerState('DatabaseSnapshot', DatabaseSnapshot);
