import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random, seedFromNumber } from '../../../src/engine/machine/random.ts';
import { registrationOf } from '../../../src/engine/machine/state.ts';
import { Checkpoints } from '../../../src/world/checkpoints.ts';
import { parse, serialize } from '../../../src/world/journal.ts';
import { replay } from '../../../src/world/replay.ts';
import type { World } from '../../../src/world/world.ts';
import { client, newWorld, Outside, server } from './harness.ts';

const FAULTS = 60;

/** A busy world: three servers, four clients, outside connections, and random faults. */
function busyWorld(seed: number, looks = false, record = true): World {
  const params = {
    jitterMicros: 50,
    digestEvery: 100,
    disk: { fsyncMicros: 900, opMicrosMax: 40 },
  };
  const world = newWorld({ seed: seedFromNumber(seed), params, record });
  for (const index of [0, 1, 2]) world.inject(server(`n${index}`, 7000 + index));
  for (const index of [0, 1, 2, 3]) world.inject(client(`c${index}`, 7000 + (index % 3)));
  const random = new Random(seedFromNumber(seed + 1));
  for (let i = 1; i <= FAULTS; i += 1) {
    disturb(world, random, i);
    if (looks) look(world);
    world.runUntil(world.now + random.below(20_000));
  }
  return world;
}

function disturb(world: World, random: Random, index: number): void {
  const node = `n${random.below(3)}`;
  const other = `c${random.below(4)}`;
  const conn = index;
  switch (random.below(13)) {
    case 0:
      world.inject({ kind: 'crash', node });
      break;
    case 1:
      world.inject({ kind: 'powerLoss', node });
      break;
    case 2:
      world.inject({ kind: 'freeze', node });
      break;
    case 3:
      world.inject({ kind: 'thaw', node });
      break;
    case 4:
    case 5:
      world.inject({ kind: 'restart', node });
      break;
    case 6:
      world.inject({ kind: 'cut', a: node, b: other, oneway: random.chance(0.5) });
      break;
    case 7:
      world.inject({ kind: 'heal' });
      break;
    case 8:
      world.inject({ kind: 'hold', a: node, b: other });
      break;
    case 9:
      world.inject({ kind: 'reset', a: node, b: other });
      break;
    case 10:
      world.inject({ kind: 'clockJump', node: other, micros: random.below(2_000) - 1_000 });
      break;
    default: {
      const port = 7000 + Number(node[1]);
      world.inject({ kind: 'accept', conn, node, port, peer: `127.0.0.1:${50_000 + conn}` });
      const lines = random.chance(0.3) ? 'FORK 2\nBUSY 3000\n' : 'ECHO a\nAPPEND f abc\nFSYNC f\n';
      world.inject({ kind: 'data', conn, bytes: Buffer.from(lines) });
    }
  }
}

function look(world: World): void {
  world.peek();
  world.upcoming(10);
  world.nodes();
  world.links();
  world.connections();
  world.lastEvents(20);
  world.digest();
}

let ev=0; const t=Date.now(); let kinds: Record<string,number>={};
for (let seed=100; seed<400; seed+=1) {
  const w=busyWorld(seed); ev+=w.eventCount;
  for (const e of w.lastEvents(1000)) kinds[e.kind]=(kinds[e.kind]??0)+1;
  if (w.failure) { console.log(seed, w.failure); continue; }
  const r=replay(parse(serialize(w.recording()!)!));
  if (r.traceHash!==w.traceHash||r.digest()!==w.digest()) console.log('replay differs',seed);
  const l=busyWorld(seed,true); if (l.traceHash!==w.traceHash) console.log('look differs',seed);
  const c=w.copy(); c.runUntil(c.now+100000); const d=replay(w.recording()!, undefined, {record:true}); d.runUntil(d.now+100000); if (c.traceHash!==d.traceHash) console.log('copy differs', seed);
}
console.log(ev, Date.now()-t, kinds);
const w=busyWorld(100); const t2=performance.now(); for(let i=0;i<100;i++) w.copy(); console.log('copy ms',(performance.now()-t2)/100); const t3=performance.now(); for(let i=0;i<100;i++) w.digest(); console.log('digest ms',(performance.now()-t3)/100);
