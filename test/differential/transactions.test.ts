/** WATCH against everything that may or may not change a key, and what EXEC refuses. */

import { type Step, sessionTest } from './sessions.ts';

/** What happens between `a` watching `x` and its EXEC, after what went before. */
function watched(name: string, before: readonly Step[], between: readonly Step[]): void {
  sessionTest(name, [
    ...before,
    'a WATCH x',
    ...between,
    'a MULTI',
    'a PING',
    'a EXEC',
    'a GET x',
    'b SELECT 0',
    'b DBSIZE',
  ]);
}

const EXPIRED: readonly Step[] = ['b SET x old PX 1', 'b DEBUG SLEEP 0.01'];
const EXPIRED_IN_1: readonly Step[] = ['b SELECT 1', ...EXPIRED, 'b SELECT 0'];

watched('WATCH: a key written', ['b SET x 1'], ['b SET x 1']);
watched('WATCH: a key deleted', ['b SET x 1'], ['b DEL x']);
watched('WATCH: a key not touched', ['b SET x 1'], ['b SET y 1']);
watched('WATCH: a key read', ['b SET x 1'], ['b GET x', 'b TOUCH x']);
watched('WATCH: given an expiry', ['b SET x 1'], ['b EXPIRE x 100']);
// A second, so that a busy machine is not too slow to watch it in time.
watched('WATCH: expires', ['b SET x 1 PX 1000'], ['b DEBUG SLEEP 1.1']);
watched('WATCH: had expired', EXPIRED, []);
watched('WATCH: had expired, then is deleted', EXPIRED, ['b EXISTS x']);
watched('WATCH: had expired, then is made again', EXPIRED, ['b SET x 1']);
watched('WATCH: had expired, deleted, made again', EXPIRED, ['b GET x', 'b SET x 1']);
watched('WATCH: had expired, FLUSHDB', EXPIRED, ['b FLUSHDB']);
watched('WATCH: FLUSHALL and no key', [], ['b FLUSHALL']);
watched('WATCH: FLUSHALL and another key', ['b SET y 1'], ['b FLUSHALL']);
watched('WATCH: FLUSHALL and the key', ['b SET x 1'], ['b FLUSHALL']);
watched('WATCH: FLUSHDB and the key', ['b SET x 1'], ['b FLUSHDB']);
watched('WATCH: FLUSHDB of another database', ['b SET x 1', 'b SELECT 1'], ['b FLUSHDB']);
watched('WATCH: twice, FLUSHALL', ['b SET x 1', 'a WATCH x'], ['b FLUSHALL']);
watched('WATCH: SWAPDB, in neither', ['b SET y 1'], ['b SWAPDB 0 1']);
watched('WATCH: SWAPDB, in this one', ['b SET x 1'], ['b SWAPDB 0 1']);
watched('WATCH: SWAPDB, in the other', ['b SELECT 1', 'b SET x 1'], ['b SWAPDB 1 0']);
watched('WATCH: SWAPDB, with itself', ['b SET x 1'], ['b SWAPDB 0 0']);
watched('WATCH: SWAPDB, of others', ['b SET x 1'], ['b SWAPDB 1 2']);
watched('WATCH: SWAPDB, had expired', EXPIRED, ['b SWAPDB 0 1']);
watched('WATCH: SWAPDB, for an expired one', EXPIRED_IN_1, ['b SWAPDB 0 1']);
watched('WATCH: SWAPDB, for another that expired', [...EXPIRED, ...EXPIRED_IN_1], ['b SWAPDB 0 1']);
watched('WATCH: SWAPDB, expired and back', EXPIRED, ['b SWAPDB 0 1', 'b SWAPDB 0 1']);
watched('WATCH: RENAME onto it', ['b SET y 1'], ['b RENAME y x']);
watched('WATCH: RENAME of it', ['b SET x 1'], ['b RENAME x y']);
watched('WATCH: MOVE of it', ['b SET x 1'], ['b MOVE x 1']);
watched('WATCH: COPY onto it', ['b SET y 1'], ['b COPY y x']);
watched('WATCH: UNWATCH', ['b SET x 1'], ['b SET x 2', 'a UNWATCH']);
watched('WATCH: DISCARD forgets', ['b SET x 1'], ['b SET x 2', 'a MULTI', 'a DISCARD']);
watched('WATCH: its own change', ['b SET x 1'], ['a SET x 2']);

sessionTest('MULTI: errors while queuing', [
  'a EXEC x',
  'a MULTI',
  'a SET',
  'a EXEC',
  'a MULTI',
  'a NOSUCH',
  'a GET x',
  'a EXEC',
  'a MULTI',
  'a EXEC x',
  'a EXEC',
  'a MULTI',
  'a MULTI',
  'a WATCH x',
  'a SAVE',
  'a EXEC',
  'a DISCARD',
]);

sessionTest('INFO commandstats and errorstats', [
  'a CONFIG RESETSTAT',
  'a GET x',
  'a NOSUCH',
  'a SET',
  'a LPUSH list 1',
  'a GET list',
  'a CONFIG SET nosuch 1',
  'a OBJECT NOSUCH x',
  'a MULTI',
  'a SET x 1',
  'a INCR list',
  'a EXEC',
  'a MULTI',
  'a SET x',
  'a EXEC',
  'a EXEC',
  'a INFO errorstats',
]);

sessionTest('EXEC out of memory', [
  'a SET x value',
  'a MULTI',
  'a GET x',
  'a PING',
  'b CONFIG SET maxmemory 1',
  'a EXEC',
  'a MULTI',
  'a GET x',
  'a EXEC',
  'b CONFIG SET maxmemory 0',
  'a MULTI',
  'a SET x 1',
  'a GET x',
  'b CONFIG SET maxmemory 1',
  'a EXEC',
  'a MULTI',
  'a DISCARD',
  'a SET x 1',
  'a DEL x',
]);

sessionTest('EXEC on a replica without its master', [
  'a SET x 1',
  'a CONFIG SET replica-serve-stale-data no',
  'a MULTI',
  'a GET x',
  'b REPLICAOF 127.0.0.1 1',
  'a EXEC',
  'b REPLICAOF NO ONE',
  'a MULTI',
  'a PING',
  'b REPLICAOF 127.0.0.1 1',
  'a EXEC',
  'a MULTI',
  'a INFO nothing',
  'a EXEC',
  'a MULTI',
  'a GET x',
  'b REPLICAOF NO ONE',
  'a EXEC',
  'a GET x',
]);

sessionTest('EXEC on a server that became a replica', [
  'a MULTI',
  'a SET x 1',
  'b REPLICAOF 127.0.0.1 1',
  'a EXEC',
  'a MULTI',
  'a GET x',
  'a EXEC',
]);

sessionTest('CLIENT PAUSE WRITE', [
  'a SET x 1',
  'a CLIENT PAUSE 100000 WRITE',
  'a GET x',
  'b! SET x 2',
  'c! PUBLISH c 1',
  'd MULTI',
  'd GET x',
  'd EXEC',
  'e MULTI',
  'e! SET y 1',
  'a GET x',
  'a CLIENT UNPAUSE',
  'b ...',
  'c ...',
  'e ...',
  'e EXEC',
  'a GET x',
  'a GET y',
]);

sessionTest('CLIENT PAUSE: REPLICAOF leaves those that wait', [
  'a CLIENT PAUSE 100000 WRITE',
  'b! SET k v',
  'c REPLICAOF 127.0.0.1 1',
  'a CLIENT UNPAUSE',
  'b ...',
  'b PING',
]);

sessionTest('CLIENT PAUSE: keys stay', [
  'a SET x 1 PX 1',
  'a CLIENT PAUSE 100000 WRITE',
  'a DEBUG SLEEP 0.01',
  'a GET x',
  'a DBSIZE',
  'a CLIENT UNPAUSE',
  'a GET x',
  'a DBSIZE',
]);

sessionTest('CLIENT PAUSE: arguments', [
  'a CLIENT PAUSE',
  'a CLIENT PAUSE abc',
  'a CLIENT PAUSE -1',
  'a CLIENT PAUSE 0 foo',
  'a CLIENT PAUSE 0 write x',
  'a CLIENT PAUSE 922337203685477580700',
  'a CLIENT PAUSE 0 ALL',
  'a CLIENT PAUSE 0',
  'a CLIENT UNPAUSE x',
]);
