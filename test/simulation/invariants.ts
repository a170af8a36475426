/** What must hold when everything is settled. A violation is a sentence with the numbers in it. */

import { dbDigest } from '../../src/engine/data/digest.ts';
import { type Bytes, toLatin1 } from '../../src/engine/resp/bytes.ts';
import { keyOf, REMEMBERED, sequenceIn } from '../../src/sandbox/load/writeBook.ts';
import type { World } from '../../src/world/world.ts';
import type { LoadHistories } from './loadHistories.ts';
import type { Plan } from './plan.ts';
import { isServing, loadOf, serverOf } from './reading.ts';

/** Replicas have the master's data and offset. */
export function sameData(world: World, plan: Plan): string[] {
  const violations: string[] = [];
  const states = plan.topology.servers.map(({ name }) => {
    const server = serverOf(world, name);
    const { isReplica, offset } = server.replication;
    return { name, isReplica, offset, digest: dbDigest(server.keyspace) };
  });
  const master = states.find(({ isReplica }) => !isReplica);
  if (master === undefined) return ['there is no master'];
  for (const { name, offset, digest } of states) {
    if (digest !== master.digest) {
      violations.push(`${name} has digest ${digest}, its master ${master.name} ${master.digest}`);
    }
    if (offset !== master.offset) {
      violations.push(
        `${name} is at offset ${offset}, its master ${master.name} at ${master.offset}`,
      );
    }
  }
  return violations;
}

/**
 * At any time: servers at the same offset of the same history hold the same data. A replica is
 * compared while its link is up; one that loads is at no offset.
 */
export function sameHistorySameData(world: World, plan: Plan): string[] {
  const violations: string[] = [];
  const known = new Map<string, { name: string; digest: string }>();
  for (const { name } of plan.topology.servers) {
    const place = placeInHistory(world, name);
    if (place === undefined) continue;
    const digest = dbDigest(serverOf(world, name).keyspace);
    const other = known.get(place);
    if (other === undefined) known.set(place, { name, digest });
    else if (other.digest !== digest) {
      violations.push(`${other.name} and ${name} are both at ${place}, but their data differ`);
    }
  }
  return violations;
}

function placeInHistory(world: World, name: string): string | undefined {
  if (!isServing(world, name)) return undefined;
  const { loading, replication } = serverOf(world, name);
  if (loading.active || (replication.isReplica && !replication.masterLinkUp)) return undefined;
  // A master nobody has followed yet counts nothing: all its offsets are alike.
  if (!replication.isReplica && replication.replicaCount === 0) return undefined;
  return `${replication.replid}:${replication.offset}`;
}

/**
 * The writes LOAD calls lost are missing, and no other acknowledged one is. What a later write to the
 * same key hides, the histories tell as far as somebody has seen it.
 */
export function lostWrites(world: World, master: string, histories: LoadHistories): string[] {
  const { book } = loadOf(world);
  const database = serverOf(world, master).keyspace.databases[0]!;
  const violations: string[] = [];
  const oldest = Math.max(1, book.sent - REMEMBERED + 1);
  for (let sequence = oldest; sequence <= book.sent; sequence += 1) {
    const fate = book.fateOf(sequence);
    if (fate !== 'acked' && fate !== 'lost') continue;
    const value = database.get(keyOf(book.slotOf(sequence))) as Bytes | undefined;
    const found = value === undefined ? 0 : sequenceIn(toLatin1(value))!;
    const isThere = found > sequence ? histories.precedes(sequence, found) : found === sequence;
    const what = found > sequence ? `, before ${found},` : '';
    if (fate === 'acked' && isThere === false) {
      violations.push(
        `write ${sequence} was acknowledged and is missing${what} and LOAD has not said so`,
      );
    } else if (fate === 'lost' && isThere === true) {
      violations.push(`write ${sequence} is there${what} but LOAD calls it lost`);
    }
  }
  return violations;
}
