/** The verbs on the history: going back and forth, and looking at events. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { matches, readPattern } from '../../../src/sandbox/events/pattern.ts';
import type { Sandbox } from '../../../src/sandbox/sandbox.ts';
import type { EventDetails, FoundEvents, Milestone } from '../../../src/view/events.ts';
import type { Operation, Outcome } from '../../../src/view/messages.ts';
import { bootedSandbox } from '../../support/sandboxes.ts';

function perform(sandbox: Sandbox, operation: Operation): Outcome {
  let outcome: Outcome | undefined;
  sandbox.perform(operation, (answer) => {
    outcome = answer;
  });
  assert.ok(outcome !== undefined, `${operation.op} is answered at once`);
  return outcome;
}

function succeed(sandbox: Sandbox, operation: Operation): Extract<Outcome, { ok: true }> {
  const outcome = perform(sandbox, operation);
  assert.ok(outcome.ok, JSON.stringify(outcome));
  return outcome;
}

function refusal(sandbox: Sandbox, operation: Operation): string {
  const outcome = perform(sandbox, operation);
  assert.ok(!outcome.ok);
  return outcome.error;
}

/** The master crashes, and a failover follows. */
function failedOver(): Sandbox {
  const sandbox = bootedSandbox({ record: true });
  succeed(sandbox, { op: 'crash', node: 'm' });
  sandbox.advance(sandbox.world.now + 15_000_000);
  return sandbox;
}

test('BACK and GOTO show the past, LIVE the present as it was', () => {
  const sandbox = failedOver();
  const last = sandbox.world.eventCount;
  const hash = sandbox.world.traceHash;
  assert.equal(succeed(sandbox, { op: 'back', count: 1 }).text, `event ${last - 1}`);
  assert.equal(succeed(sandbox, { op: 'back', count: 10 }).text, `event ${last - 11}`);
  const { history, clock } = sandbox.snapshot();
  assert.deepEqual([history.shown, history.last, clock.mode], [last - 11, last, 'paused']);
  assert.equal(clock.events, last - 11);
  assert.equal(succeed(sandbox, { op: 'step', count: 4 }).text, '4 events');
  assert.equal(sandbox.snapshot().history.shown, last - 7);
  succeed(sandbox, { op: 'live' });
  assert.equal(sandbox.snapshot().history.shown, null);
  assert.equal(sandbox.driver.mode, 'live');
  assert.equal(sandbox.world.traceHash, hash);
});

test('a present that was paused is paused again; a step over its last event leads there', () => {
  const sandbox = failedOver();
  succeed(sandbox, { op: 'pause' });
  succeed(sandbox, { op: 'back', count: 3 });
  succeed(sandbox, { op: 'live' });
  assert.equal(sandbox.driver.mode, 'paused');
  succeed(sandbox, { op: 'resume' });
  succeed(sandbox, { op: 'back', count: 3 });
  succeed(sandbox, { op: 'step', count: 5 });
  assert.deepEqual([sandbox.history.isPast, sandbox.driver.mode], [false, 'paused']);
});

test('in the past one looks and changes nothing', () => {
  const sandbox = failedOver();
  succeed(sandbox, { op: 'back', count: 5 });
  const { eventCount } = sandbox.history.shown.world;
  for (const operation of [
    { op: 'crash', node: 'r1' },
    { op: 'resume' },
    { op: 'cut', a: 'r1', b: 'r2', oneway: false },
    { op: 'command', node: 'r1', line: 'PING' },
    { op: 'addServer' },
  ] as const) {
    assert.match(refusal(sandbox, operation), new RegExp(`^ERR event ${eventCount} of the past`));
  }
  succeed(sandbox, { op: 'log', node: 'r1', count: 5 });
});

test('what is not held is refused with what is', () => {
  const sandbox = failedOver();
  const last = sandbox.world.eventCount;
  const held = `ERR events 0 to ${last} are held, not`;
  assert.equal(refusal(sandbox, { op: 'goto', event: last + 1 }), `${held} ${last + 1}`);
  assert.equal(refusal(sandbox, { op: 'back', count: 100_000 }), `${held} ${last - 100_000}`);
  assert.equal(
    refusal(sandbox, { op: 'gotoFailover', n: 2 }),
    'ERR 1 failovers and other losses are known, not 2',
  );
  assert.equal(
    refusal(sandbox, { op: 'event', event: last + 1 }),
    `ERR events 1 to ${last} are held, not ${last + 1}`,
  );
});

test('milestones: an election and a resynchronization in few steps, back and forth at the same events', () => {
  const sandbox = failedOver();
  const all = succeed(sandbox, { op: 'milestones', after: 0 }).data as Milestone[];
  const texts = all.map(({ text }) => text);
  for (const text of ['crash m', '+sdown', '+odown', '+elected-leader', '+switch-master']) {
    assert.ok(texts.includes(text), text);
  }
  const crash = all.find(({ text }) => text === 'crash m')!.seq;
  assert.deepEqual(
    succeed(sandbox, { op: 'milestones', after: crash }).data,
    all.filter(({ seq }) => seq > crash),
  );
  const forward: number[] = [];
  const seen = [...new Set(all.map(({ seq }) => seq))].filter((seq) => seq > crash);
  succeed(sandbox, { op: 'goto', event: crash });
  while (sandbox.history.isPast) {
    succeed(sandbox, { op: 'stepMilestone' });
    if (sandbox.history.isPast) forward.push(sandbox.history.shown.world.eventCount);
  }
  assert.deepEqual(
    forward,
    seen.filter((seq) => seq < sandbox.world.eventCount),
  );
  const backward: number[] = [];
  while (backward[0] !== crash) {
    succeed(sandbox, { op: 'backMilestone' });
    backward.unshift(sandbox.history.shown.world.eventCount);
  }
  assert.deepEqual(backward, [crash, ...forward]);
});

test('to a time, and to a failover', () => {
  const sandbox = failedOver();
  const { world } = sandbox;
  const at = world.now - 9_000_000;
  succeed(sandbox, { op: 'gotoTime', ms: at / 1000 });
  assert.ok(sandbox.history.shown.world.now <= at);
  assert.ok(world.state.trace.timeOf(sandbox.history.shown.world.eventCount + 1)! > at);
  succeed(sandbox, { op: 'gotoFailover', n: 1 });
  const { failovers, nodes } = sandbox.snapshot();
  assert.equal(failovers.length, 1);
  assert.equal(nodes.find(({ name }) => name === failovers[0]!.promoted)!.role, 'master');
  succeed(sandbox, { op: 'back', count: 1 });
  assert.equal(sandbox.snapshot().failovers.length, 0);
});

test('patterns', () => {
  const sandbox = failedOver();
  const at = (text: string): string[] => {
    const pattern = readPattern(text);
    const found = [];
    for (let seq = 1; seq <= sandbox.world.eventCount; seq += 1) {
      const event = sandbox.world.event(seq)!;
      if (matches(pattern, sandbox.world, event)) found.push(event.node);
    }
    return found;
  };
  assert.deepEqual(at('crash'), ['m']);
  assert.deepEqual(at('crash r1'), []);
  assert.deepEqual(at('m:PSYNC').length >= 2, true);
  assert.deepEqual(at('r1:psync ?').length, 0);
  assert.deepEqual(new Set(at('+switch-master')), new Set(['s1', 's2', 's3']));
  assert.deepEqual(at('s2:+switch-master'), ['s2']);
  assert.ok(at('s?:+*down').length >= 4);
  for (const wrong of ['', '"', 'x'.repeat(1_000)])
    assert.throws(() => readPattern(wrong), /^OperationError: ERR a pattern/);
});

test('STEP ON, BACK ON and PAUSE ON stop at the events of a pattern', () => {
  const sandbox = bootedSandbox({ record: true });
  succeed(sandbox, { op: 'pauseOn', pattern: '+odown' });
  succeed(sandbox, { op: 'crash', node: 'm' });
  const until = sandbox.world.now + 15_000_000;
  sandbox.advance(until);
  assert.ok(sandbox.world.now < until);
  assert.equal(sandbox.driver.mode, 'paused');
  const odown = sandbox.world.eventCount;
  succeed(sandbox, { op: 'stepOn', pattern: '+elected-leader' });
  const elected = sandbox.world.eventCount;
  assert.ok(elected > odown);
  succeed(sandbox, { op: 'backOn', pattern: '+odown' });
  const last = sandbox.history.shown.world.eventCount;
  assert.ok(last >= odown && last < elected);
  succeed(sandbox, { op: 'stepOn', pattern: '+elected-leader' });
  assert.equal(sandbox.history.isPast, false, 'that is the present');
  assert.match(
    refusal(sandbox, { op: 'backOn', pattern: 'FLUSHALL' }),
    /^ERR there is no such event/,
  );
  succeed(sandbox, { op: 'pauseOn' });
  sandbox.advance(sandbox.world.now + 5_000_000);
});

test('EVENTS finds by number and filter, and goes on where it stopped', () => {
  const sandbox = failedOver();
  const find = (from: number, count: number, filter?: string): FoundEvents =>
    succeed(sandbox, { op: 'events', from, count, ...(filter === undefined ? {} : { filter }) })
      .data as FoundEvents;
  const last = sandbox.world.eventCount;
  assert.deepEqual(
    find(0, 3).events.map(({ seq }) => seq),
    [last - 2, last - 1, last],
  );
  const first = find(1, 5);
  assert.deepEqual([first.events.length, first.next, first.limit], [5, 6, null]);
  const all: number[] = [];
  for (let from: number | null = 1; from !== null; ) {
    const page: FoundEvents = find(from, 50, 'VISIBLE node=r1');
    for (const { seq, node, peer, isVisible } of page.events) {
      assert.ok(isVisible && (node === 'r1' || peer === 'r1'));
      all.push(seq);
    }
    from = page.next;
  }
  assert.ok(all.length > 20);
  assert.deepEqual(
    all,
    [...all].sort((a, b) => a - b),
  );
  assert.ok(find(0, 10, 'on=+switch-master').events.length >= 3);
  succeed(sandbox, { op: 'goto', event: last - 100 });
  assert.equal(find(0, 1).events[0]!.seq, last, 'while the past is shown, too');
  assert.match(
    refusal(sandbox, { op: 'events', from: 0, count: 1, filter: 'color=red' }),
    /^ERR 'color=red' is no filter/,
  );
});

test('EVENT tells bytes, causes, effects and why', () => {
  const sandbox = bootedSandbox({ record: true });
  const { events } = succeed(sandbox, { op: 'events', from: 1, count: 5, filter: 'on=fullresync' })
    .data as FoundEvents;
  const tell = (event: number): EventDetails =>
    succeed(sandbox, { op: 'event', event }).data as EventDetails;
  const answer = tell(events[0]!.seq);
  assert.match(answer.bytes, /^\+FULLRESYNC [0-9a-f]{40} \d+\\r\\n/);
  const asked = tell(answer.causes.find(({ kind }) => kind === 'data')!.seq);
  assert.ok(asked.happenings.includes('psync'), asked.happenings.join());
  const why = [asked, ...asked.effects.map(({ seq }) => tell(seq))].flatMap((event) => event.why);
  assert.ok(
    why.some((text) => /^full resynchronization of r\d: it has nothing/.test(text)),
    why.join(),
  );
  const effects = asked.effects.flatMap(({ seq }) => tell(seq).effects);
  assert.ok(effects.some(({ seq }) => seq === answer.seq));
});
