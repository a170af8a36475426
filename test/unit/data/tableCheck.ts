/** Checks every invariant of a database's table: index, slots, records, columns, pages, account. */

import assert from 'node:assert/strict';
import { bucketBytes, DICT_ENTRY_BYTES, keyBytes } from '../../../src/engine/data/memory.ts';
import type { Database } from '../../../src/engine/data/table/database.ts';
import { NO_EXPIRY } from '../../../src/engine/data/table/expireColumn.ts';
import type { KeyTable } from '../../../src/engine/data/table/keyTable.ts';
import {
  HAS_EXPIRY,
  KEY,
  KEY_BYTES_MAX,
  KEY_OUTSIDE,
  PACKED,
  VALUE_OUTSIDE,
} from '../../../src/engine/data/table/record.ts';
import { type Slab, wordOf } from '../../../src/engine/data/table/slab.ts';
import {
  BUMP,
  CELLS_USED,
  CLASS_UNITS,
  cellsPerPage,
  FREE_HEAD,
  FREE_MARK,
  HEADER_UNITS,
  isFull,
  SIZE_CLASS,
  UNIT_BITS,
} from '../../../src/engine/data/table/slabPage.ts';
import { valueBytes } from '../../../src/engine/data/types/value.ts';

export function checkDatabase(database: Database): void {
  const { table, expires } = database as unknown as {
    table: KeyTable;
    expires: { get(slot: number): number; count: number };
  };
  const references = checkRows(table);
  checkIndex(table, references);
  checkSlab(table.rows.slab, references);
  let bytes = 0;
  let expiring = 0;
  for (let slot = 0; slot < table.size; slot += 1) {
    const reference = table.rows.slots.get(slot);
    const isExpiring = expires.get(slot) !== NO_EXPIRY;
    assert.equal((table.rows.flagsOf(reference) & HAS_EXPIRY) !== 0, isExpiring);
    if (isExpiring) expiring += 1;
    bytes += keyBytes(table.rows.keyLengthOf(reference)) + valueBytes(database.valueAt(reference));
  }
  assert.equal(expires.count, expiring);
  const tables = bucketBytes(table.size) + bucketBytes(expiring);
  assert.equal(database.usedBytes, bytes + expiring * DICT_ENTRY_BYTES + tables);
}

/** Slots and records name each other; the columns hold what the flags say, and nothing else. */
function checkRows({ rows }: KeyTable): Set<number> {
  const references = new Set<number>();
  let outside = 0;
  let longKeys = 0;
  for (let slot = 0; slot < rows.size; slot += 1) {
    const reference = rows.slots.get(slot);
    assert.ok(!references.has(reference), 'two slots name one record');
    references.add(reference);
    assert.equal(rows.slotOf(reference), slot);
    const flags = rows.flagsOf(reference);
    assert.equal((flags & VALUE_OUTSIDE) !== 0, rows.outside.get(slot) !== undefined);
    assert.equal((flags & KEY_OUTSIDE) !== 0, rows.longKeys.get(slot) !== undefined);
    assert.equal((flags & KEY_OUTSIDE) !== 0, rows.keyLengthOf(reference) > KEY_BYTES_MAX);
    assert.notEqual(flags & (VALUE_OUTSIDE | PACKED), VALUE_OUTSIDE | PACKED);
    if (flags & VALUE_OUTSIDE) outside += 1;
    if (flags & KEY_OUTSIDE) longKeys += 1;
  }
  rows.outside.forEach(() => {
    outside -= 1;
  });
  rows.longKeys.forEach(() => {
    longKeys -= 1;
  });
  assert.deepEqual([outside, longKeys], [0, 0]);
  return references;
}

/** One pair for each row, under its hash, on its page, and found from its home without a gap. */
function checkIndex(table: KeyTable, references: ReadonlySet<number>): void {
  let pairs = 0;
  for (const page of table.index.pages()) {
    const { words, mask } = page;
    let count = 0;
    for (let place = 0; place <= mask; place += 1) {
      const reference = words[2 * place + 1]!;
      if (reference === 0) continue;
      count += 1;
      const hash = words[2 * place]!;
      assert.ok(references.has(reference));
      assert.equal(hash, table.hashOf(reference));
      assert.equal(table.index.page(hash), page);
      for (let at = hash & mask; at !== place; at = (at + 1) & mask) {
        assert.notEqual(words[2 * at + 1], 0, 'a gap before a pair');
      }
    }
    assert.equal(page.count, count);
    pairs += count;
  }
  assert.equal(pairs, references.size);
}

/** Cells are in use exactly where references lead; lists and counts agree with the pages. */
function checkSlab(slab: Slab, references: ReadonlySet<number>): void {
  const used = new Map<number, number>();
  const pages = new Map<number, number>();
  let cells = 0;
  slab.pages.forEach((page, number) => {
    assert.equal(page === undefined, slab.unused.includes(number));
    if (page === undefined) return;
    const { words } = page;
    const sizeClass = words[SIZE_CLASS]!;
    const inUse = checkPage(words, number, references);
    cells += inUse;
    used.set(sizeClass, (used.get(sizeClass) ?? 0) + inUse);
    pages.set(sizeClass, (pages.get(sizeClass) ?? 0) + 1);
    const place = slab.places[number]!;
    assert.equal(place === -1, isFull(words));
    if (place !== -1) assert.equal(slab.classes[sizeClass]!.roomy[place], number);
  });
  assert.equal(cells, references.size);
  slab.classes.forEach((list, sizeClass) => {
    assert.equal(list?.cellsUsed ?? 0, used.get(sizeClass) ?? 0);
    assert.equal(list?.pages ?? 0, pages.get(sizeClass) ?? 0);
    for (const number of list?.roomy ?? []) {
      assert.equal(slab.pages[number]!.words[SIZE_CLASS], sizeClass);
    }
  });
}

function checkPage(words: Int32Array, number: number, references: ReadonlySet<number>): number {
  const units = CLASS_UNITS[words[SIZE_CLASS]!]!;
  assert.ok(words[BUMP]! << 2 <= words.length);
  const free = new Set<number>();
  for (let unit = words[FREE_HEAD]!; unit !== 0; unit = words[unit << 2]!) {
    assert.ok(!free.has(unit), 'a circle of free cells');
    free.add(unit);
  }
  let inUse = 0;
  for (let unit = HEADER_UNITS; unit < words[BUMP]!; unit += units) {
    const reference = (number << UNIT_BITS) | unit;
    assert.equal(references.has(reference), !free.has(unit));
    assert.equal(words[wordOf(reference) + KEY] === FREE_MARK, free.has(unit));
    if (!free.has(unit)) inUse += 1;
  }
  assert.equal(words[CELLS_USED], inUse);
  assert.ok(inUse <= cellsPerPage(words[SIZE_CLASS]!));
  return inUse;
}
