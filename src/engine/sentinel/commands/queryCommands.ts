/** Subcommands of SENTINEL that only ask. Clients, people and other Sentinels use them. */

import type { CommandSpec } from '../../process/commandTable.ts';
import { helpOf } from '../../process/help.ts';
import { replyErrors } from '../../process/replyErrors.ts';
import { parseInteger } from '../../resp/integer.ts';
import type { ReplyWriter } from '../../resp/replyWriter.ts';
import { type Vote, vote } from '../acting/election.ts';
import { announced } from '../model/address.ts';
import { WORD_BYTES_MAX } from '../model/bounds.ts';
import { isReachable } from '../model/epochs.ts';
import type { Instance } from '../model/instance.ts';
import { currentAddress, findInstance } from '../model/instances.ts';
import { writeInstance, writeInstances } from './instanceReply.ts';
import type { SentinelCall } from './sentinelCall.ts';
import { subcommand } from './subcommand.ts';

export const queryCommands: readonly CommandSpec<SentinelCall>[] = [
  subcommand('2.8.4', ['MASTERS', 'Every watched master and its state.'], 2, (call) =>
    writeInstances(call.reply, call.sentinel, [...call.sentinel.masters.values()]),
  ),
  subcommand('2.8.4', ['MASTER <master-name>', 'One watched master and its state.'], 3, master),
  subcommand(
    '5.0.0',
    ['REPLICAS <master-name>', 'The replicas of a master and their state.'],
    3,
    replicas,
  ),
  subcommand('2.8.0', ['SLAVES <master-name>', 'The older name of REPLICAS.'], 3, replicas),
  subcommand(
    '2.8.4',
    ['SENTINELS <master-name>', 'The other Sentinels of a master and their state.'],
    3,
    sentinels,
  ),
  subcommand('6.2.0', ['MYID', "This Sentinel's ID."], 2, (call) =>
    call.reply.bulk(call.sentinel.myId),
  ),
  subcommand(
    '2.8.4',
    ['GET-MASTER-ADDR-BY-NAME <master-name>', 'Where clients find the master at present.'],
    3,
    getMasterAddress,
  ),
  subcommand(
    '2.8.4',
    [
      'IS-MASTER-DOWN-BY-ADDR <ip> <port> <epoch> <runid>',
      'Whether this Sentinel sees the master down; with a run ID, asks for its vote.',
    ],
    6,
    isMasterDown,
  ),
  subcommand(
    '2.8.4',
    [
      'CKQUORUM <master-name>',
      'Whether enough Sentinels are reachable to agree on a failover and to authorize it.',
    ],
    3,
    checkQuorum,
  ),
  subcommand(
    '3.2.0',
    [
      'INFO-CACHE <master-name> [<master-name> ...]',
      'The last INFO of masters and their replicas, and its age.',
    ],
    -3,
    infoCache,
  ),
  // Scripts are not run here, so none is ever pending.
  subcommand('2.8.4', ['PENDING-SCRIPTS', 'Always empty: no scripts are run here.'], 2, (call) =>
    call.reply.array(0),
  ),
  helpOf('sentinel', '6.2.0'),
];

function master(call: SentinelCall): void {
  const found = call.master(2);
  if (found !== undefined) writeInstance(call.reply, call.sentinel, found);
}

/** A replica with replica-announced no is monitored, but not shown to clients. */
function replicas(call: SentinelCall): void {
  const found = call.master(2);
  if (found === undefined) return;
  const announced = [...found.replicas.values()].filter((replica) => replica.replicaAnnounced);
  writeInstances(call.reply, call.sentinel, announced);
}

function sentinels(call: SentinelCall): void {
  const found = call.master(2);
  if (found !== undefined) {
    writeInstances(call.reply, call.sentinel, [...found.sentinels.values()]);
  }
}

function getMasterAddress(call: SentinelCall): void {
  const found = call.sentinel.masters.get(call.str(2));
  if (found === undefined) {
    call.reply.nullArray();
    return;
  }
  const address = currentAddress(found);
  call.reply.array(2);
  call.reply.bulk(announced(call.sentinel, address));
  call.reply.bulk(String(address.port));
}

/**
 * SENTINEL IS-MASTER-DOWN-BY-ADDR ip port epoch runid: tells whether this Sentinel sees the master
 * down and, unless the run ID is `*`, votes. A Sentinel in TILT sees no instance down.
 */
function isMasterDown(call: SentinelCall): void {
  const { sentinel, reply } = call;
  const port = call.int(3);
  if (port === undefined) return;
  const epoch = parseInteger(call.str(4));
  if (epoch === undefined) {
    reply.error(replyErrors.notAnInteger);
    return;
  }
  const place = { hostname: call.str(2), port };
  const found = findInstance(sentinel, sentinel.masters, place, undefined);
  const isDown = found?.sDown === true && !sentinel.tilt;
  const asksForVote = found !== undefined && call.str(5) !== '*';
  const given = asksForVote ? answerCandidate(call, found, epoch) : undefined;
  reply.array(3);
  reply.integer(isDown ? 1 : 0);
  reply.bulk(given?.leader ?? '*');
  reply.integer(given?.epoch ?? 0);
}

/** The vote that stands; undefined when the candidate or the epoch cannot be honest. */
function answerCandidate(
  call: SentinelCall,
  master: Instance,
  epoch: number | bigint,
): Vote | undefined {
  const { sentinel } = call;
  const candidate = call.str(5);
  if (candidate.length > WORD_BYTES_MAX) return undefined;
  if (isReachable(epoch, sentinel.currentEpoch)) return vote(sentinel, master, epoch, candidate);
  sentinel.log('warning', `Ignoring ${candidate}, which asks for a vote in epoch ${epoch}`);
  return undefined;
}

function checkQuorum(call: SentinelCall): void {
  const found = call.master(2);
  if (found === undefined) return;
  const others = [...found.sentinels.values()];
  const usable = 1 + others.filter((other) => !other.sDown && !other.oDown).length;
  const majority = Math.floor((others.length + 1) / 2) + 1;
  const missing: string[] = [];
  if (usable < found.quorum) {
    missing.push('Not enough available Sentinels to reach the specified quorum for this master');
  }
  if (usable < majority) {
    missing.push('Not enough available Sentinels to reach the majority and authorize a failover');
  }
  if (missing.length === 0) {
    const verdict = 'Quorum and failover authorization can be reached';
    call.reply.simple(`OK ${usable} usable Sentinels. ${verdict}`);
  } else {
    call.reply.error(`NOQUORUM ${usable} usable Sentinels. ${missing.join('. ')}`);
  }
}

function infoCache(call: SentinelCall): void {
  const { sentinel, reply } = call;
  const names = new Set(call.strsFrom(2));
  const masters = [...sentinel.masters.values()].filter((found) => names.has(found.name));
  reply.array(masters.length * 2);
  for (const found of masters) {
    reply.bulk(found.name);
    reply.array(found.replicas.size + 1);
    for (const instance of [found, ...found.replicas.values()]) {
      writeCachedInfo(reply, sentinel.nowMs, instance);
    }
  }
}

function writeCachedInfo(reply: ReplyWriter, now: number, instance: Instance): void {
  reply.array(2);
  reply.integer(instance.infoRefresh === 0 ? 0 : now - instance.infoRefresh);
  reply.bulkOrNull(instance.info);
}
