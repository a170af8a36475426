/**
 * Integer arguments at the edges of 32, 53 and 64 bits, and texts that are no integers to Redis though
 * other parsers take them. Each `#` of a request is replaced by each value in turn.
 */

import { type Comparison, exact } from './replies.ts';
import { type Command, differentialList } from './runner.ts';

const VALUES = [
  ...edges(31n),
  ...edges(32n),
  ...edges(53n),
  ...edges(62n),
  ...edges(63n),
  ...edges(64n),
  '0',
  '-1',
  '-0',
  '1e3',
  '1.0',
  ' 1',
  '1 ',
  '+1',
  '01',
  '0x1',
  '1\0',
  '',
  '-',
];

/** ±2^bits, and what lies beside them. */
function edges(bits: bigint): string[] {
  const power = 2n ** bits;
  return [power - 1n, power, power + 1n].flatMap((value) => [String(value), String(-value)]);
}

/** `s` is a string, `l` a list, `h` a hash, `t` a set, `z` a sorted set; `none` is no key. */
const PREPARE = [
  'FLUSHALL',
  'SET s 1234567890',
  'SET n 5',
  'RPUSH l a b c d',
  'HSET h f 5 g 6',
  'SADD t a b c',
  'ZADD z 1 a 2 b 3 c',
];

const REQUESTS = [
  'SELECT #',
  'MOVE none #',
  'SWAPDB # 0',
  'SWAPDB 0 #',
  'COPY none other DB #',
  'INCRBY n #',
  'DECRBY n #',
  'HINCRBY h f #',
  'GETRANGE s # 3',
  'GETRANGE s 0 #',
  'SUBSTR s # #',
  'LRANGE l # 2',
  'LRANGE l 0 #',
  'LTRIM l # #',
  'LINDEX l #',
  'LSET l # x',
  'LREM l # a',
  'LPOP l #',
  'RPOP l #',
  'LPOP none #',
  'LMPOP # l LEFT',
  'LMPOP 1 l LEFT COUNT #',
  'LPOS l a RANK #',
  'LPOS l a COUNT #',
  'LPOS l a MAXLEN #',
  'SPOP t #',
  'SPOP none #',
  'SRANDMEMBER none #',
  'HRANDFIELD none #',
  'HRANDFIELD none # WITHVALUES',
  'ZRANDMEMBER none #',
  'ZRANDMEMBER none # WITHSCORES',
  'SINTERCARD # t',
  'SINTERCARD 1 t LIMIT #',
  'ZINTERCARD # z',
  'ZINTERCARD 1 z LIMIT #',
  'ZUNION # z',
  'ZINTER # z',
  'ZDIFF # z',
  'ZUNIONSTORE d # z',
  'ZRANGE z # 2',
  'ZRANGE z 0 #',
  'ZRANGE z 0 9 BYSCORE LIMIT # 2',
  'ZRANGE z 0 9 BYSCORE LIMIT 0 #',
  'ZRANGEBYSCORE z 0 9 LIMIT # 2',
  'ZRANGEBYSCORE z 0 9 LIMIT 0 #',
  'ZRANGEBYLEX z - + LIMIT # #',
  'ZREVRANGE z # #',
  'ZREMRANGEBYRANK z # #',
  'ZPOPMIN z #',
  'ZPOPMAX none #',
  'ZMPOP # z MIN',
  'ZMPOP 1 z MIN COUNT #',
  'SORT l ALPHA LIMIT # 2',
  'SORT l ALPHA LIMIT 0 #',
  'GETBIT s #',
  'SETBIT none # 5',
  'SETBIT s 1 #',
  'BITCOUNT s # 3',
  'BITCOUNT s 0 #',
  'BITCOUNT s 0 # BIT',
  'BITPOS s # 0',
  'BITPOS s 1 # 3',
  'BITPOS s 1 0 # BIT',
  'BITFIELD s GET u8 #',
  'BITFIELD s GET u8 ##',
  'BITFIELD s SET u8 0 #',
  'BITFIELD s INCRBY u8 0 #',
  'BITFIELD s SET i64 0 #',
  'BITFIELD s OVERFLOW SAT INCRBY i64 0 #',
  'SCAN #',
  'SCAN 0 COUNT #',
  'HSCAN h #',
  'HSCAN h 0 COUNT #',
  'SSCAN t #',
  'ZSCAN z #',
  'LCS s n MINMATCHLEN #',
  'EXPIRE s # XX',
  'PEXPIRE s # XX',
  'EXPIREAT s # XX',
  'PEXPIREAT s # XX',
  'SETEX none #',
  'SETEX none # v',
  'PSETEX none # v',
  'SET none v EX #',
  'SET none v PX #',
  'SET none v EXAT #',
  'SET none v PXAT #',
  'GETEX none EX #',
  'GETEX n PXAT #',
  'RESTORE none # x',
  'WAIT 0 #',
  'WAIT -1 #',
  'CLIENT KILL ID #',
  'CLIENT UNBLOCK #',
  'CLIENT LIST ID #',
  'CLIENT PAUSE # WRITE',
  'HELLO #',
  'REPLICAOF h #',
  'REPLCONF listening-port #',
  'REPLCONF rdb-only #',
  'COMMAND GETKEYS ZUNION # a',
  'COMMAND GETKEYS LMPOP # a LEFT',
];

/** Sent after a request that may have taken effect on more than the data. */
const UNDO: Readonly<Record<string, string>> = {
  'CLIENT PAUSE # WRITE': 'CLIENT UNPAUSE',
  'REPLICAOF h #': 'REPLICAOF NO ONE',
};

const MINUS = 45;

/** Where what is found is random or in any order, only errors are compared. */
const sameErrors: Comparison = (ours, real) =>
  ours[0] === MINUS || real[0] === MINUS ? exact(ours, real) : true;

const ANY_ORDER = /SCAN|SPOP/;

function command(text: string): Command {
  return { args: text.split(' ') };
}

function exchanges(request: string, value: string): Command[] {
  const args = request.split(' ').map((word) => word.replace('#', value));
  const compare = ANY_ORDER.test(request) ? sameErrors : exact;
  const undo = UNDO[request];
  return [
    ...PREPARE.map(command),
    { args, compare },
    ...(undo === undefined ? [] : [command(undo)]),
  ];
}

differentialList(
  'integer arguments',
  REQUESTS.flatMap((request) => VALUES.flatMap((value) => exchanges(request, value))),
);
