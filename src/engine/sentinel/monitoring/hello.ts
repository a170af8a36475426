/**
 * Hello messages, by which Sentinels find each other and agree on a master's address.
 *
 * Every two seconds a Sentinel publishes `ip,port,runid,current_epoch,master,master_ip,master_port,
 * config_epoch` on the master, its replicas and its other Sentinels. A Sentinel adopts the
 * configuration of a hello whose config_epoch is greater than its own.
 *
 * Example: s1 has failed over in epoch 7 and says that the master is at 7001. s2 knows config_epoch 5
 * and 7000: it switches to 7001 and knows 7. A later hello of s3 with 5 and 7000 changes nothing.
 */

import { type Bytes, toLatin1 } from '../../resp/bytes.ts';
import { type Reply, replyText } from '../../resp/replyReader.ts';
import { firstParts } from '../../resp/words.ts';
import { announced, isAt, isPort } from '../model/address.ts';
import { HELLO_BYTES_MAX } from '../model/bounds.ts';
import type { ModelContext } from '../model/context.ts';
import { isReachable } from '../model/epochs.ts';
import { emitEvent, emitMessage } from '../model/events.ts';
import type { Instance, InstanceLink } from '../model/instance.ts';
import { createInstance, currentAddress, findInstance, shareLink } from '../model/instances.ts';
import { leadingInteger } from '../model/numbers.ts';
import { HELLO_CHANNEL } from '../model/periods.ts';
import type { MonitoringContext } from './context.ts';
import { removeSentinels } from './forgetting.ts';
import { closeLink, sendCommand } from './instanceLinks.ts';
import { announceSwitch, changeMasterAddress } from './switching.ts';

/** Publishes this Sentinel's view of the instance's master on the instance. */
export function sendHello(sentinel: MonitoringContext, instance: Instance): void {
  const own = ownAddress(sentinel, instance);
  if (own === undefined) return;
  const master = instance.master ?? instance;
  const address = currentAddress(master);
  const message = [
    own,
    sentinel.settings.announcePort || sentinel.settings.port,
    sentinel.myId,
    sentinel.currentEpoch,
    master.name,
    announced(sentinel, address),
    address.port,
    master.configEpoch,
  ].join(',');
  sendCommand(sentinel, instance, 'publish', 'PUBLISH', HELLO_CHANNEL, message);
}

/** This Sentinel's address as announced on the instance; undefined while it is not known. */
function ownAddress(sentinel: MonitoringContext, instance: Instance): string | undefined {
  if (sentinel.settings.announceIp !== '') return sentinel.settings.announceIp;
  const connection = instance.link.commands?.connection;
  if (connection === undefined) return undefined;
  if (connection.established) {
    return connection.peer.laddr.slice(0, connection.peer.laddr.lastIndexOf(':'));
  }
  // A socket has a local address from connect() on, and a connection to loopback has a loopback one.
  return instance.address.ip.startsWith('127.') ? '127.0.0.1' : undefined;
}

/** Makes the next hello about this master due at once, on every instance. */
export function hurryHello(sentinel: ModelContext, master: Instance): void {
  const back = sentinel.periods.publishPeriod + 1;
  for (const instance of [master, ...master.sentinels.values(), ...master.replicas.values()]) {
    if (instance.lastPublishTime >= back) instance.lastPublishTime -= back;
  }
}

/** Reads a message on a Pub/Sub connection: the reply to SUBSCRIBE, or a hello. */
export function receiveHello(sentinel: MonitoringContext, link: InstanceLink, reply: Reply): void {
  // Our own hellos come back, too, so a silent channel means a dead connection.
  link.lastPubSubActivity = sentinel.nowMs;
  if (reply.type !== 'array' || reply.items.length !== 3) return;
  const [kind, , payload] = reply.items;
  if (replyText(kind!) !== 'message' || payload?.type !== 'bulk') return;
  const isShort = payload.bytes.length <= HELLO_BYTES_MAX;
  if (isShort && toLatin1(payload.bytes).includes(sentinel.myId)) return;
  processHello(sentinel, payload.bytes);
}

interface Hello {
  readonly hostname: string;
  readonly port: number;
  readonly runid: string;
  readonly currentEpoch: number;
  readonly masterName: string;
  readonly masterHostname: string;
  readonly masterPort: number;
  readonly configEpoch: number;
}

function parseHello(payload: string): Hello | undefined {
  const words = firstParts(payload, ',', 9);
  if (words.length !== 8) return undefined;
  const [hostname, port, runid, epoch, masterName, masterHostname, masterPort, configEpoch] =
    words as [string, string, string, string, string, string, string, string];
  return {
    hostname,
    port: leadingInteger(port),
    runid,
    currentEpoch: leadingInteger(epoch),
    masterName,
    masterHostname,
    masterPort: leadingInteger(masterPort),
    configEpoch: leadingInteger(configEpoch),
  };
}

/** Reads a hello that came on a channel, or by PUBLISH from another Sentinel. */
export function processHello(sentinel: MonitoringContext, payload: Bytes): void {
  if (payload.length > HELLO_BYTES_MAX) {
    sentinel.log('warning', `Ignoring a hello of ${payload.length} bytes`);
    return;
  }
  const hello = parseHello(toLatin1(payload));
  if (hello === undefined) return;
  const master = sentinel.masters.get(hello.masterName);
  if (master === undefined) return;
  const absurd = absurdity(sentinel, master, hello);
  if (absurd !== undefined) {
    sentinel.log('warning', `Ignoring a hello about ${master.name} of ${hello.runid}: ${absurd}`);
    return;
  }
  const known = findInstance(sentinel, master.sentinels, hello, hello.runid);
  const sender = known ?? meet(sentinel, master, hello);
  if (hello.currentEpoch > sentinel.currentEpoch) {
    sentinel.currentEpoch = hello.currentEpoch;
    sentinel.save();
    emitMessage(sentinel, 'warning', '+new-epoch', String(sentinel.currentEpoch));
  }
  if (sender === undefined) return;
  if (hello.configEpoch > master.configEpoch) takeOver(sentinel, master, sender, hello);
  sender.lastHelloTime = sentinel.nowMs;
}

/** Why the hello cannot be honest; undefined when nothing speaks against it. */
function absurdity(
  sentinel: MonitoringContext,
  master: Instance,
  { port, masterPort, currentEpoch, configEpoch }: Hello,
): string | undefined {
  if (!isPort(port) || !isPort(masterPort)) return `no port: ${isPort(port) ? masterPort : port}`;
  if (!isReachable(currentEpoch, sentinel.currentEpoch)) return `epoch ${currentEpoch}`;
  const known = Math.max(sentinel.currentEpoch, master.configEpoch);
  return isReachable(configEpoch, known) ? undefined : `configuration epoch ${configEpoch}`;
}

/** Adds a Sentinel with an unknown address or run ID: it is new, has moved, or replaces another. */
function meet(sentinel: MonitoringContext, master: Instance, hello: Hello): Instance | undefined {
  const { hostname, port, runid } = hello;
  const moved = removeSentinels(sentinel, master, runid) > 0;
  if (moved) {
    const detail = `ip ${hostname} port ${port} for ${runid}`;
    emitEvent(sentinel, 'notice', '+sentinel-address-switch', master, detail);
  } else {
    const other = findInstance(sentinel, master.sentinels, hello, undefined);
    if (other !== undefined) forgetEverywhere(sentinel, other);
  }
  const created = createInstance(sentinel, {
    kind: 'sentinel',
    name: runid,
    hostname,
    port,
    quorum: master.quorum,
    master,
  });
  if (typeof created === 'string') return undefined;
  if (!moved) emitEvent(sentinel, 'notice', '+sentinel', created);
  created.runid = runid;
  shareLink(sentinel, created);
  if (moved) updateElsewhere(sentinel, created);
  sentinel.save();
  return created;
}

/** Forgets a Sentinel under all masters: another one now has its address. */
function forgetEverywhere(sentinel: MonitoringContext, other: Instance): void {
  emitEvent(sentinel, 'notice', '+sentinel-invalid-addr', other);
  const runid = other.runid;
  if (runid === undefined) return;
  for (const master of sentinel.masters.values()) removeSentinels(sentinel, master, runid);
}

/** Gives the new address to the same Sentinel's entries under other masters. */
function updateElsewhere(sentinel: MonitoringContext, moved: Instance): void {
  let updated = 0;
  for (const master of sentinel.masters.values()) {
    const match = findInstance(sentinel, master.sentinels, undefined, moved.runid);
    if (match === undefined) continue;
    closeLink(sentinel, match.link);
    if (match === moved) continue;
    match.address = moved.address;
    updated += 1;
  }
  if (updated === 0) return;
  const detail = `${updated} additional matching instances`;
  emitEvent(sentinel, 'notice', '+sentinel-address-update', moved, detail);
}

/** Adopts the newer configuration that the sender knows. */
function takeOver(
  sentinel: MonitoringContext,
  master: Instance,
  sender: Instance,
  hello: Hello,
): void {
  const { masterHostname, masterPort } = hello;
  master.configEpoch = hello.configEpoch;
  const { address } = master;
  if (address.port === masterPort && isAt(sentinel, address, masterHostname)) return;
  emitEvent(sentinel, 'warning', '+config-update-from', sender);
  announceSwitch(sentinel, master, masterHostname, masterPort);
  changeMasterAddress(sentinel, master, masterHostname, masterPort);
}
