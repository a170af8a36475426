/**
 * Time to live: EXPIRE and TTL with their families, PERSIST.
 *
 * Replicas and the AOF always get PEXPIREAT with a Unix time in milliseconds, or DEL if that time has
 * already passed.
 */

import type { DataCall } from '../execution/dataCall.ts';
import type { CommandFlag, CommandSpec } from '../process/commandTable.ts';
import { keyAt } from '../process/keySpecs.ts';
import { replyErrors } from '../process/replyErrors.ts';
import { parseInteger } from '../resp/integer.ts';
import { instantOf, meansDeletion, type TimeForm } from './expireTime.ts';
import { family } from './family.ts';

interface Conditions {
  nx: boolean;
  xx: boolean;
  gt: boolean;
  lt: boolean;
}

const spec = family('keyspace');

const WRITE: readonly CommandFlag[] = ['write', 'fast'];
const READ: readonly CommandFlag[] = ['readonly', 'fast'];

export const expiryCommands: readonly CommandSpec<DataCall>[] = [
  spec('expire', '1.0.0', -3, WRITE, [keyAt('RW update')], (call) =>
    expire(call, { unit: 'seconds', absolute: false }),
  ),
  spec('pexpire', '2.6.0', -3, WRITE, [keyAt('RW update')], (call) =>
    expire(call, { unit: 'milliseconds', absolute: false }),
  ),
  spec('expireat', '1.2.0', -3, WRITE, [keyAt('RW update')], (call) =>
    expire(call, { unit: 'seconds', absolute: true }),
  ),
  spec('pexpireat', '2.6.0', -3, WRITE, [keyAt('RW update')], (call) =>
    expire(call, { unit: 'milliseconds', absolute: true }),
  ),
  spec(
    'ttl',
    '1.0.0',
    2,
    READ,
    [keyAt('RO access')],
    (call) => replyTime(call, 'seconds', call.nowMs),
    { tips: ['nondeterministic_output'] },
  ),
  spec(
    'pttl',
    '2.6.0',
    2,
    READ,
    [keyAt('RO access')],
    (call) => replyTime(call, 'milliseconds', call.nowMs),
    { tips: ['nondeterministic_output'] },
  ),
  spec('expiretime', '7.0.0', 2, READ, [keyAt('RO access')], (call) =>
    replyTime(call, 'seconds', 0),
  ),
  spec('pexpiretime', '7.0.0', 2, READ, [keyAt('RO access')], (call) =>
    replyTime(call, 'milliseconds', 0),
  ),
  spec('persist', '2.2.0', 2, WRITE, [keyAt('RW update')], persist),
];

function expire(call: DataCall, form: TimeForm): void {
  const conditions = parseConditions(call);
  if (conditions === undefined) return;
  const value = parseInteger(call.str(2));
  if (value === undefined) {
    call.reply.error(replyErrors.notAnInteger);
    return;
  }
  const instant = instantOf(value, form, call.nowMs);
  if (instant === undefined) {
    call.reply.error(replyErrors.invalidExpire(call.entry.name));
    return;
  }
  const key = call.str(1);
  if (call.write(key) === undefined || !allowed(conditions, call.db.expireAt(key), instant)) {
    call.reply.integer(0);
    return;
  }
  if (meansDeletion(call, instant)) {
    call.db.delete(key);
    call.rewrite('DEL', key);
    call.changed(key);
    call.notify('g', 'del', key);
  } else {
    call.setExpire(key, instant);
    rewriteAsInstant(call, form, instant);
    call.changed(key);
    call.notify('g', 'expire', key);
  }
  call.reply.integer(1);
}

function parseConditions(call: DataCall): Conditions | undefined {
  const conditions = { nx: false, xx: false, gt: false, lt: false };
  for (let at = 3; at < call.argc; at += 1) {
    const word = call.word(at);
    if (word !== 'nx' && word !== 'xx' && word !== 'gt' && word !== 'lt') {
      call.reply.error(`ERR Unsupported option ${call.str(at)}`);
      return undefined;
    }
    conditions[word] = true;
  }
  const { nx, xx, gt, lt } = conditions;
  if (nx && (xx || gt || lt)) {
    call.reply.error('ERR NX and XX, GT or LT options at the same time are not compatible');
    return undefined;
  }
  if (gt && lt) {
    call.reply.error('ERR GT and LT options at the same time are not compatible');
    return undefined;
  }
  return conditions;
}

/** Whether the conditions allow the new time. A key without expiry counts as expiring never: GT fails, LT succeeds. */
function allowed(conditions: Conditions, current: number, instant: number): boolean {
  const none = current === -1;
  if (conditions.nx && !none) return false;
  if (conditions.xx && none) return false;
  if (conditions.gt && (none || instant <= current)) return false;
  return !(conditions.lt && !none && instant >= current);
}

/** Replicas get the same options: their conditions hold there, too. */
function rewriteAsInstant(call: DataCall, form: TimeForm, instant: number): void {
  if (form.absolute && form.unit === 'milliseconds') return;
  call.rewriteAs(['PEXPIREAT', call.arg(1), String(instant), ...call.argsFrom(3)]);
}

/** Replies with -2 for no key and -1 for no expiry. Seconds are rounded: 1,500 ms is 2 s, 1,499 ms is 1 s. */
function replyTime(call: DataCall, unit: TimeForm['unit'], from: number): void {
  const key = call.str(1);
  if (call.read(key) === undefined) {
    call.reply.integer(-2);
    return;
  }
  const instant = call.db.expireAt(key);
  if (instant === -1) {
    call.reply.integer(-1);
    return;
  }
  const millis = Math.max(instant - from, 0);
  call.reply.integer(unit === 'seconds' ? Math.floor((millis + 500) / 1000) : millis);
}

function persist(call: DataCall): void {
  const key = call.str(1);
  if (call.write(key) === undefined || !call.db.persist(key)) {
    call.reply.integer(0);
    return;
  }
  call.changed(key);
  call.notify('g', 'persist', key);
  call.reply.integer(1);
}
