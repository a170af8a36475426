/** ZPOPMIN, ZPOPMAX and ZMPOP. */

import { ZsetValue } from '../data/types/zset.ts';
import type { DataCall } from '../execution/dataCall.ts';
import type { CommandSpec } from '../process/commandTable.ts';
import { countedKeys, keyAt } from '../process/keySpecs.ts';
import { replyErrors } from '../process/replyErrors.ts';
import { existing, isWrongType, removeKey, replyEmptyArray } from './containers.ts';
import { countAtLeast, popCount } from './countArguments.ts';
import { family } from './family.ts';

const entry = family('sortedset');

export const sortedSetPopCommands: readonly CommandSpec<DataCall>[] = [
  entry('zpopmin', '5.0.0', -2, ['write', 'fast'], [keyAt('RW access delete')], (call) =>
    pop(call, 'min'),
  ),
  entry('zpopmax', '5.0.0', -2, ['write', 'fast'], [keyAt('RW access delete')], (call) =>
    pop(call, 'max'),
  ),
  entry('zmpop', '7.0.0', -4, ['write'], [countedKeys('RW access delete', 1)], zmpop),
];

type End = 'min' | 'max';

function pop(call: DataCall, end: End): void {
  const { reply } = call;
  if (call.argc > 3) {
    call.syntaxError();
    return;
  }
  const counted = call.argc === 3;
  const count = counted ? countAtLeast(call, 2, 0, replyErrors.outOfRangePositive) : 1;
  if (count === undefined) return;
  const key = call.str(1);
  const zset = existing(call, call.write(key), ZsetValue, replyEmptyArray);
  if (zset === undefined) return;
  // Each pair is an array only in RESP3 and with a count.
  const nested = counted && reply.protocol === 3;
  const taken = Math.min(count, zset.size);
  reply.array(nested ? taken : taken * 2);
  takeEntries(call, key, zset, end, taken, nested);
}

function zmpop(call: DataCall): void {
  const { reply } = call;
  const keyCount = countAtLeast(call, 1, 1, 'ERR numkeys should be greater than 0');
  if (keyCount === undefined) return;
  const endIndex = keyCount + 2;
  if (endIndex >= call.argc) {
    call.syntaxError();
    return;
  }
  const end = call.word(endIndex);
  if (end !== 'min' && end !== 'max') {
    call.syntaxError();
    return;
  }
  const count = popCount(call, endIndex + 1);
  if (count === undefined) return;
  for (let i = 2; i < endIndex; i += 1) {
    const key = call.str(i);
    const zset = call.write(key);
    if (zset === undefined) continue;
    if (isWrongType(call, zset, ZsetValue)) return;
    const taken = Math.min(count, zset.size);
    reply.array(2);
    reply.bulk(call.arg(i));
    reply.array(taken);
    takeEntries(call, key, zset, end, taken, true);
    call.rewrite(end === 'min' ? 'ZPOPMIN' : 'ZPOPMAX', call.arg(i), String(taken));
    return;
  }
  reply.nullArray();
}

/** Pops `count` entries one by one and replies with each. */
function takeEntries(
  call: DataCall,
  key: string,
  zset: ZsetValue,
  end: End,
  count: number,
  nested: boolean,
): void {
  for (let i = 0; i < count; i += 1) {
    const { member, score } = zset.entryAt(end === 'min' ? 0 : zset.size - 1)!;
    zset.delete(member);
    if (nested) call.reply.array(2);
    call.reply.bulk(member);
    call.reply.double(score);
  }
  if (count === 0) return;
  call.notify('z', end === 'min' ? 'zpopmin' : 'zpopmax', key);
  if (zset.size === 0) removeKey(call, key);
  call.changed(key, count);
}
