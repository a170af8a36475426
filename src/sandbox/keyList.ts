/**
 * Lists the keys of a server with what tells their values apart. It reads and changes nothing.
 *
 * The cost of the order depends on how many are listed: a list that has become twice as long as wanted is
 * sorted and cut, and no later key beyond its end is kept.
 */

import { digestValue } from '../engine/data/digest.ts';
import type { Database } from '../engine/data/table/database.ts';
import { isString, typeName, type Value } from '../engine/data/types/value.ts';
import { type Bytes, toLatin1 } from '../engine/resp/bytes.ts';
import { representation } from '../engine/resp/splitArguments.ts';
import type { Server } from '../engine/server/server.ts';
import { cutNote, SHOWN } from '../view/displayed.ts';
import type { KeyEntry, KeyList } from '../view/keyList.ts';

/** The first `most` keys, by database and then by their bytes. */
export function listKeys(node: string, server: Server | undefined, most: number): KeyList {
  const databases = server?.keyspace?.databases ?? [];
  const keys: KeyEntry[] = [];
  let total = 0;
  for (const database of databases) {
    total += database.size;
    for (const key of firstKeys(database, most - keys.length)) keys.push(entryOf(database, key));
  }
  return { node, total, keys };
}

function firstKeys(database: Database, most: number): string[] {
  if (most === 0) return [];
  const kept: string[] = [];
  let end: string | undefined;
  const cut = (): void => {
    kept.sort();
    kept.length = Math.min(kept.length, most);
  };
  database.forEachKey((key) => {
    if (end !== undefined && key >= end) return;
    kept.push(key);
    if (kept.length < 2 * most) return;
    cut();
    end = kept[most - 1];
  });
  cut();
  return kept;
}

function entryOf(database: Database, key: string): KeyEntry {
  const value = database.get(key)!;
  const expireAt = database.expireAt(key);
  return {
    db: database.index,
    key: quoted(key, SHOWN.line),
    type: typeName(value),
    digest: digestValue(value, expireAt !== -1),
    expireAt,
    value: shown(value),
  };
}

function shown(value: Value): string {
  if (!isString(value)) {
    const count = value.type === 'list' ? value.length : value.size;
    return `${count} ${count === 1 ? 'element' : 'elements'}`;
  }
  return quoted(value, SHOWN.label);
}

/** In quotes; of more than `most` bytes the beginning, and how many there are. */
function quoted(bytes: Bytes, most: number): string {
  const text = representation(toLatin1(bytes.slice(0, most)));
  return bytes.length <= most ? text : `${text}${cutNote(bytes.length, 'bytes')}`;
}
