/** Switches a master's name to another process, after a failover of our own or another Sentinel's. */

import { announced, makeAddress, sameAddress } from '../model/address.ts';
import { emitEvent, emitMessage } from '../model/events.ts';
import type { Instance } from '../model/instance.ts';
import { createInstance } from '../model/instances.ts';
import type { LinkContext } from './context.ts';
import { resetMaster } from './forgetting.ts';

/** Emits `+switch-master mymaster <old ip> <old port> <new ip> <new port>`, the event clients wait for. */
export function announceSwitch(
  sentinel: LinkContext,
  master: Instance,
  hostname: string,
  port: number,
): void {
  const { name, address } = master;
  const old = `${announced(sentinel, address)} ${address.port}`;
  emitMessage(sentinel, 'warning', '+switch-master', `${name} ${old} ${hostname} ${port}`);
}

/**
 * Makes the master the process at that address. The old master and the other replicas become its
 * replicas. Returns false when the address cannot be used.
 *
 * Example: m at 7000 with r1 at 7001 and r2 at 7002; switching to 7001 leaves 7002 and 7000 as replicas.
 */
export function changeMasterAddress(
  sentinel: LinkContext,
  master: Instance,
  hostname: string,
  port: number,
): boolean {
  const next = makeAddress(sentinel, hostname, port, false);
  if (typeof next === 'string') return false;
  const replicas = [...master.replicas.values()]
    .map((replica) => replica.address)
    .filter((address) => !sameAddress(address, next));
  if (!sameAddress(next, master.address)) replicas.push(master.address);
  resetMaster(sentinel, master, true);
  master.address = next;
  master.oDownSince = 0;
  master.sDownSince = 0;
  for (const address of replicas) {
    const replica = createInstance(sentinel, {
      kind: 'slave',
      hostname: address.hostname,
      port: address.port,
      quorum: master.quorum,
      master,
    });
    if (typeof replica !== 'string') emitEvent(sentinel, 'notice', '+slave', replica);
  }
  sentinel.save();
  return true;
}
