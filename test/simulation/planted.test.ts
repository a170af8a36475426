/**
 * Faults planted on purpose: a simulation that does not find these would not find others. Each test
 * plants one, and names what has to find it.
 */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Database } from '../../src/engine/data/table/database.ts';
import type { Effects, Micros } from '../../src/engine/machine/machine.ts';
import type { Note } from '../../src/engine/machine/notes.ts';
import { copyState, registerState } from '../../src/engine/machine/state.ts';
import { Backlog } from '../../src/engine/replication/backlog.ts';
import { MasterSide } from '../../src/engine/replication/masterSide.ts';
import { Sentinel } from '../../src/engine/sentinel/sentinel.ts';
import { Server } from '../../src/engine/server/server.ts';
import { digestServer } from '../../src/sandbox/keyspaceDigest.ts';
import { WriteBook } from '../../src/sandbox/load/writeBook.ts';
import { registerMachine } from '../../src/world/registry.ts';
import { Writer } from './clients/kinds.ts';
import { Elections } from './elections.ts';
import { registerMachines } from './machines.ts';
import { drawPlan } from './plan.ts';
import { commandFor, describeFailure } from './pool.ts';
import { proveSeed, type SeedReport } from './prove.ts';
import { Run } from './run.ts';
import { Scene } from './scene.ts';

/** It takes a Sentinel that dies within a second of its vote, and a second candidate after that. */
const AMNESIA_SEEDS_MAX = 500;

/** The first failing seed's report, among seeds `first` to `last`. */
function findFailure(first: number, last: number): SeedReport {
  for (let seed = first; seed <= last; seed += 1) {
    const report = proveSeed(seed);
    if (report.violations.length > 0) return report;
  }
  assert.fail(`no seed from ${first} to ${last} found it`);
}

function withServer(create: () => Server, act: () => void): void {
  registerMachine('server', create, digestServer);
  try {
    act();
  } finally {
    registerMachines();
  }
}

/** Replaces a method of a class for a while. */
function withMethod<T extends object, K extends keyof T, R>(
  type: { prototype: T },
  name: K,
  wrap: (original: T[K]) => T[K],
  act: () => R,
): R {
  const original = type.prototype[name];
  type.prototype[name] = wrap(original);
  try {
    return act();
  } finally {
    type.prototype[name] = original;
  }
}

function text({ violations }: SeedReport): string {
  return violations.join('\n');
}

/** Names of the proofs; `other` stands for any invariant. */
function proofsThatFailed({ violations }: SeedReport): string[] {
  return [...new Set(violations.map((line) => /^\([abc]\)/.exec(line)?.[0] ?? 'other'))].sort();
}

class WallClockServer extends Server {
  override tick(now: Micros, out: Effects): void {
    super.tick(now, out);
    if (Date.now() % 2 === 1) out.busy(now + 10);
  }
}
registerState('WallClockServer', WallClockServer);

test('a Date.now() in a machine is found by running, replaying and copying', () => {
  withServer(
    () => new WallClockServer(),
    () => {
      const report = proveSeed(1);
      assert.deepEqual(proofsThatFailed(report), ['(a)', '(b)', '(c)'], text(report));
    },
  );
});

class UnseededWriter extends Writer {
  override tick(now: Micros, out: Effects): void {
    if (Math.random() < 0.9) super.tick(now, out);
  }
}
registerState('UnseededWriter', UnseededWriter);

test('a Math.random() in a client is found as well', () => {
  registerMachine('writer', () => new UnseededWriter());
  try {
    const report = proveSeed(2);
    assert.deepEqual(proofsThatFailed(report), ['(a)', '(b)', '(c)'], text(report));
  } finally {
    registerMachines();
  }
});

/** What a machine keeps beside its state, where no copy finds it. */
const hiddenTicks = new WeakMap<object, number>();

class ForgetfulServer extends Server {
  override tick(now: Micros, out: Effects): void {
    super.tick(now, out);
    const ticks = (hiddenTicks.get(this) ?? 0) + 1;
    hiddenTicks.set(this, ticks);
    if (ticks > 5) out.busy(now + 50);
  }
}
registerState('ForgetfulServer', ForgetfulServer);

test('state beside the state is found by continuing from checkpoints, and by nothing else', () => {
  withServer(
    () => new ForgetfulServer(),
    () => {
      const report = proveSeed(1);
      assert.deepEqual(proofsThatFailed(report), ['(c)'], text(report));
    },
  );
});

test('a value that leaks from a world into its copy shows in the digest, whatever its size', () => {
  const scene = new Scene();
  scene.addServer('m');
  scene.ask('m', 'RPUSH list a b c');
  const changes = (item: string): boolean => {
    const copy = scene.world.copy();
    const before = copy.digest();
    scene.ask('m', `LSET list 1 ${item}`);
    return copy.digest() !== before;
  };
  assert.equal(changes('x'), false);
  const leaks = withMethod(
    Database,
    'own',
    () =>
      function (this: Database, key) {
        return this.get(key);
      },
    () => changes('y'),
  );
  assert.equal(leaks, true);
});

class ClosureServer extends Server {
  readonly later = (): number => this.clients.size;
}
registerState('ClosureServer', ClosureServer);

test('a closure in the state is found when it is copied, and when it is digested', () => {
  assert.throws(() => copyState(new ClosureServer()), /state holds a function/);
  withServer(
    () => new ClosureServer(),
    () => {
      const { violations } = proveSeed(1);
      assert.ok(
        violations.some((text) => /state holds a function/.test(text)),
        violations.join('\n'),
      );
    },
  );
});

test('a backlog that serves one byte too few is found', () => {
  withMethod(
    Backlog,
    'bytesFrom',
    (original) =>
      function (this: Backlog, offset, countMax) {
        // Only where a replica catches up: the newest bytes are served as they should be.
        const isOld = offset < this.lastOffset - 2_000;
        return original.call(this, isOld ? offset + 1 : offset, countMax);
      },
    () => {
      const report = findFailure(1, 40);
      assert.notDeepEqual(proofsThatFailed(report), ['(a)', '(b)', '(c)']);
    },
  );
});

test('a WAIT that counts one too many is found', () => {
  withMethod(
    MasterSide,
    'countAcked',
    (original) =>
      function (this: MasterSide, offset) {
        return original.call(this, offset) + 1;
      },
    () => assert.match(findFailure(1, 10).violations[0]!, /WAIT at .* but it reached/),
  );
});

test('a LOAD that does not see what is lost is found', () => {
  withMethod(
    WriteBook,
    'check',
    () => () => 0,
    () => {
      const { violations } = findFailure(1, 20);
      assert.match(
        violations[0]!,
        /was acknowledged and is missing(, before \d+,)? and LOAD has not said so/,
      );
    },
  );
});

test('a LOAD that takes a lost write for kept once it is written over is found', () => {
  withMethod(
    WriteBook,
    'check',
    (original) =>
      function (this: WriteBook, slot, found) {
        this['predecessors'].clear();
        return original.call(this, slot, found);
      },
    () => assert.match(text(findFailure(1, 40)), /is missing, before \d+, and LOAD has not said/),
  );
});

/** A Sentinel's answers to two candidates of epoch 7; between them it loses its power. */
function votes(): string[] {
  const scene = new Scene();
  scene.addServer('m');
  scene.addSentinel('s');
  scene.pass(1);
  const voteFor = (candidate: string): string =>
    scene.ask('s', `SENTINEL IS-MASTER-DOWN-BY-ADDR 127.0.0.1 7000 7 ${candidate.repeat(40)}`)[0]!;
  const first = voteFor('a');
  scene.inject({ kind: 'powerLoss', node: 's' });
  scene.inject({ kind: 'restart', node: 's' });
  scene.pass(1);
  return [first, voteFor('b')];
}

test('a Sentinel has no second vote after a power loss; one that forgets its first is found', () => {
  const vote = `0 ${'a'.repeat(40)} 7`;
  // As in Redis, sentinel.conf has the epoch of the vote, but not for whom it was.
  assert.deepEqual(votes(), [vote, '0 * 7']);
  withMethod(
    Sentinel,
    'save',
    () => () => {},
    () => assert.deepEqual(votes(), [vote, `0 ${'b'.repeat(40)} 7`]),
  );
});

const isSlow = process.env['SLOW'] === '1';

test('a Sentinel that forgets is found by seeds, too', { skip: isSlow ? false : 'SLOW=1' }, () => {
  const found: string[] = [];
  withMethod(
    Sentinel,
    'save',
    () => () => {},
    () => {
      for (let seed = 1; seed <= AMNESIA_SEEDS_MAX && found.length === 0; seed += 1) {
        const plan = drawPlan(seed);
        if (plan.topology.sentinels.length === 0) continue;
        const run = new Run(plan, { record: false });
        run.execute();
        found.push(...run.violations);
      }
    },
  );
  assert.match(found[0] ?? 'nothing found', /voted twice|has its leader twice/);
});

test('two votes and two leaders in an epoch are found; a forced failover is none', () => {
  const elections = new Elections();
  const see = (
    node: string,
    note: { readonly kind: 'vote' | 'elected' } & Record<string, unknown>,
  ) => elections.see({ id: 1, seq: 1, at: 1, node, note: note as unknown as Note });
  see('s1', { kind: 'vote', master: 'mymaster', for: 'aa', epoch: 7 });
  see('s1', { kind: 'vote', master: 'mymaster', for: 'aa', epoch: 7 });
  see('s1', { kind: 'vote', master: 'mymaster', for: 'bb', epoch: 8 });
  see('s2', { kind: 'elected', master: 'mymaster', epoch: 7, forced: false });
  see('s3', { kind: 'elected', master: 'mymaster', epoch: 7, forced: true });
  assert.deepEqual(elections.violations, []);
  see('s1', { kind: 'vote', master: 'mymaster', for: 'cc', epoch: 8 });
  see('s3', { kind: 'elected', master: 'mymaster', epoch: 7, forced: false });
  assert.deepEqual(elections.violations, [
    's1 for mymaster in epoch 8 voted twice: bb and cc',
    'mymaster in epoch 7 has its leader twice: s2 and s3',
  ]);
});

test('a failing seed says how to see it again', () => {
  const report: SeedReport = { seed: 17, violations: ['n1 is odd'], coverage: {}, millis: 1 };
  assert.equal(commandFor(17), 'npm run simulate -- --seed 17');
  assert.equal(
    describeFailure(report),
    'seed 17 fails; to see it again: npm run simulate -- --seed 17\n  n1 is odd',
  );
});
