/**
 * The hot commands read and write rows in place (execution/dataCall.ts). Here the same commands are
 * written once more in the general way, with strings, and both are given the same random sessions:
 * replies, stream, messages, counters and digest must agree.
 */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { storeValue } from '../../../src/engine/commands/arguments.ts';
import { dbDigest } from '../../../src/engine/data/digest.ts';
import { isString } from '../../../src/engine/data/types/value.ts';
import type { DataCall } from '../../../src/engine/execution/dataCall.ts';
import { Random, seedFromNumber } from '../../../src/engine/machine/random.ts';
import { replyErrors } from '../../../src/engine/process/replyErrors.ts';
import { toLatin1 } from '../../../src/engine/resp/bytes.ts';
import { fitsInt64, parseInt64 } from '../../../src/engine/resp/integer.ts';
import { argumentsOf } from '../../../src/engine/resp/request.ts';
import { ServerHarness } from '../../support/serverHarness.ts';

type Handler = (call: DataCall) => void;

function store(call: DataCall, keyIndex: number, valueIndex: number): void {
  const key = call.str(keyIndex);
  call.write(key);
  storeValue(call, key, call.arg(valueIndex));
  call.changed(key);
  call.notify('$', 'set', key);
}

/** Replies with the string of the first argument; false for a value of another type. */
function replyString(call: DataCall): boolean {
  const value = call.read(call.str(1));
  if (value === undefined) call.reply.null();
  else if (isString(value)) call.reply.bulk(value);
  else call.reply.error(replyErrors.wrongType);
  return value === undefined || isString(value);
}

function add(call: DataCall, delta: bigint | undefined): void {
  const key = call.str(1);
  if (delta === undefined) {
    call.reply.error(replyErrors.notAnInteger);
    return;
  }
  const old = call.write(key);
  const value = old === undefined ? 0n : isString(old) ? parseInt64(toLatin1(old)) : undefined;
  if (old !== undefined && !isString(old)) call.reply.error(replyErrors.wrongType);
  else if (value === undefined) call.reply.error(replyErrors.notAnInteger);
  else if (!fitsInt64(value + delta)) {
    call.reply.error('ERR increment or decrement would overflow');
  } else {
    const sum = String(value + delta);
    if (old === undefined) storeValue(call, key, sum);
    else call.db.replace(key, sum);
    call.changed(key);
    call.notify('$', 'incrby', key);
    call.reply.text(`:${sum}\r\n`);
  }
}

const GENERAL: Readonly<Record<string, Handler>> = {
  get: (call) => void replyString(call),
  set: (call) => {
    store(call, 1, 2);
    call.reply.ok();
  },
  setnx: (call) => {
    const isTaken = call.write(call.str(1)) !== undefined;
    if (!isTaken) store(call, 1, 2);
    call.reply.integer(isTaken ? 0 : 1);
  },
  getset: (call) => {
    if (!replyString(call)) return;
    store(call, 1, 2);
    call.rewrite('SET', call.arg(1), call.arg(2));
  },
  setex: (call) => {
    const key = call.str(1);
    const instant = call.nowMs + Number(call.str(2)) * 1000;
    call.write(key);
    storeValue(call, key, call.arg(3));
    call.setExpire(key, instant);
    call.changed(key);
    call.notify('$', 'set', key);
    call.notify('g', 'expire', key);
    call.rewrite('SET', key, call.arg(3), 'PXAT', String(instant));
    call.reply.ok();
  },
  mget: (call) => {
    call.reply.array(call.argc - 1);
    for (let at = 1; at < call.argc; at += 1) {
      const value = call.read(call.str(at));
      if (value !== undefined && isString(value)) call.reply.bulk(value);
      else call.reply.null();
    }
  },
  mset: (call) => {
    for (let at = 1; at < call.argc; at += 2) store(call, at, at + 1);
    call.reply.ok();
  },
  incr: (call) => add(call, 1n),
  incrby: (call) => add(call, parseInt64(call.str(2))),
  strlen: (call) => {
    const value = call.read(call.str(1));
    if (value !== undefined && !isString(value)) call.reply.error(replyErrors.wrongType);
    else call.reply.integer(value === undefined ? 0 : value.length);
  },
  exists: (call) => {
    let count = 0;
    for (let at = 1; at < call.argc; at += 1) if (call.read(call.str(at)) !== undefined) count += 1;
    call.reply.integer(count);
  },
  del: (call) => {
    let count = 0;
    for (let at = 1; at < call.argc; at += 1) {
      const key = call.str(at);
      if (call.write(key) === undefined) continue;
      call.db.delete(key);
      call.changed(key);
      call.notify('g', 'del', key);
      count += 1;
    }
    call.reply.integer(count);
  },
};

/** A server, whatever it propagated, and a client that hears of every event. */
class Side {
  readonly harness = new ServerHarness([['notify-keyspace-events', 'KEA']]);
  readonly stream: string[] = [];
  private readonly listener = this.harness.connect();

  constructor() {
    this.harness.send(['PSUBSCRIBE', '*'], this.listener);
    this.harness.server.propagate = (db, command) => {
      this.stream.push(`${db} ${argumentsOf(command).map(toLatin1).join(' ')}`);
    };
  }

  send(args: readonly string[], isGeneral: boolean): string {
    const { server } = this.harness;
    const spec = server.commands.find(args[0]!)!.spec as { run: Handler };
    const inPlace = spec.run;
    const general = GENERAL[args[0]!];
    if (isGeneral && general !== undefined) spec.run = general;
    try {
      return this.harness.send(args).toString('latin1');
    } finally {
      spec.run = inPlace;
    }
  }

  /** What is not in the replies. */
  get outcome() {
    const { server } = this.harness;
    return {
      stream: this.stream,
      heard: this.harness.received(this.listener).toString('latin1'),
      counters: { ...server.counters, dirty: server.saving.dirty },
      used: server.keyspace.usedBytes,
      digest: dbDigest(server.keyspace),
    };
  }
}

const OPENING: readonly (readonly string[])[] = [
  ['RPUSH', 'list', 'a'],
  ['HSET', 'hash', 'f', 'v'],
  ['APPEND', 'edited', '12'],
];

function drawCommand(random: Random): string[] {
  const pick = (words: readonly string[]) => words[random.below(words.length)]!;
  const key = () => pick(['a', 'b', 'c', 'key:4', '', 'list', 'hash', 'edited', 'k'.repeat(5000)]);
  const value = () =>
    pick(['', 'v', '7', '-1', '9223372036854775807', '007', 'x'.repeat(70), 'y'.repeat(9000)]);
  const several = (make: () => string[]) =>
    Array.from({ length: 1 + random.below(3) }, make).flat();
  const name = pick([...Object.keys(GENERAL), 'watch', 'persist', 'pexpire', 'append']);
  switch (name) {
    case 'set':
    case 'setnx':
    case 'getset':
    case 'append':
      return [name, key(), value()];
    case 'setex':
      return [name, key(), pick(['1', '100']), value()];
    case 'pexpire':
      return [name, key(), pick(['50', '1000'])];
    case 'incrby':
      return [name, key(), pick(['3', '-9223372036854775807', 'x'])];
    case 'mset':
      return [name, ...several(() => [key(), value()])];
    case 'mget':
    case 'exists':
    case 'del':
    case 'watch':
      return [name, ...several(() => [key()])];
    default:
      return [name, key()];
  }
}

for (let seed = 1; seed <= 20; seed += 1) {
  test(`in place and in general: the same, seed ${seed}`, () => {
    const random = new Random(seedFromNumber(seed));
    const inPlace = new Side();
    const general = new Side();
    const both = (args: readonly string[]) => {
      assert.equal(
        inPlace.send(args, false),
        general.send(args, true),
        args.join(' ').slice(0, 99),
      );
    };
    for (const args of OPENING) both(args);
    for (let i = 0; i < 2000; i += 1) {
      both(drawCommand(random));
      if (random.chance(0.1)) for (const side of [inPlace, general]) side.harness.advance(300);
    }
    both(['MULTI']);
    both(['PING']);
    both(['EXEC']);
    assert.deepEqual(inPlace.outcome, general.outcome);
  });
}
