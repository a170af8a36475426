/**
 * REPLCONF: a replica announces itself to its master in pairs of option and value. ACK and GETACK have
 * no reply, and the pairs behind them are ignored.
 */

import { replyErrors } from '../process/replyErrors.ts';
import { clampToSafe, parseInt64, parseInteger } from '../resp/integer.ts';
import { splitArguments } from '../resp/splitArguments.ts';
import type { ReplicationCall } from './commands.ts';
import type { Replica } from './replica.ts';

/** A host name or address must be shorter (NI_MAXHOST and more). */
const ADDRESS_LENGTH_LIMIT = 256;

export function replconf(call: ReplicationCall): void {
  if (call.argc % 2 === 0) {
    call.syntaxError();
    return;
  }
  for (let at = 1; at < call.argc; at += 2) {
    const option = call.word(at);
    if (option === 'ack') {
      acknowledge(call, at + 1);
      return;
    }
    if (option === 'getack') {
      call.replication.replicaSide.sendAck();
      return;
    }
    if (!setOption(call, option, at + 1)) return;
  }
  call.reply.ok();
}

function acknowledge(call: ReplicationCall, index: number): void {
  const offset = parseInteger(call.str(index));
  if (call.client.kind !== 'replica' || offset === undefined) return;
  call.replication.masterSide.acked(call.client, clampToSafe(offset));
}

/** False when it has replied with an error. */
function setOption(call: ReplicationCall, option: string, index: number): boolean {
  const replica = call.replication.masterSide.knownReplica(call.client);
  switch (option) {
    case 'listening-port': {
      const port = parseInt64(call.str(index));
      if (port === undefined) {
        call.reply.error(replyErrors.notAnInteger);
        return false;
      }
      // Kept in a C int: 2^32 + 1 is shown as 1.
      replica.listeningPort = Number(BigInt.asIntN(32, port));
      return true;
    }
    case 'ip-address':
      return setAddress(call, replica, call.str(index));
    case 'capa':
      setCapability(replica, call.word(index));
      return true;
    case 'rdb-only': {
      const value = call.intIn(index, 0, 1);
      if (value === undefined) return false;
      replica.rdbOnly = value === 1;
      return true;
    }
    case 'rdb-filter-only':
      return refuseFilter(call, call.str(index));
    default:
      call.reply.error(`ERR Unrecognized REPLCONF option: ${call.str(index - 1)}`);
      return false;
  }
}

function setAddress(call: ReplicationCall, replica: Replica, address: string): boolean {
  if (address.length >= ADDRESS_LENGTH_LIMIT) {
    call.reply.error(
      `ERR REPLCONF ip-address provided by replica instance is too long: ${address.length} bytes`,
    );
    return false;
  }
  replica.announcedIp = address;
  return true;
}

/** Unknown capabilities, of newer replicas, are ignored. */
function setCapability(replica: Replica, name: string): void {
  if (name === 'eof' || name === 'psync2') replica.capabilities[name] = true;
}

/**
 * Redis sends an RDB with parts of the data to sockets only, never from a file, and this server sends
 * files only. So the filters of 7.0, `functions` and the empty one (an RDB without data), are refused:
 * after an OK the replica would get all data. Other filters are refused as in Redis.
 */
function refuseFilter(call: ReplicationCall, text: string): boolean {
  const filters = splitArguments(text);
  const unknown = filters?.find((filter) => filter.toLowerCase() !== 'functions');
  if (filters === undefined) call.reply.error('ERR Missing rdb-filter-only values');
  else if (unknown !== undefined) {
    call.reply.error(`ERR Unsupported rdb-filter-only option: ${unknown}`);
  } else call.reply.error('ERR RDB filters are not available in this server');
  return false;
}
