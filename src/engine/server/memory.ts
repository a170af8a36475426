/**
 * The model of what the process uses, as INFO memory shows it and maxmemory compares it: a function
 * of the state alone, never of this process's own memory (data/memory.ts).
 */

import { registerState } from '../machine/state.ts';
import type { Part } from './part.ts';
import type { Server } from './server.ts';

/** What an empty redis-server 7.0 reports as used_memory_startup, about. */
export const STARTUP_BYTES = 876_064;

/** What the model looks at. */
type MemoryHost = Pick<Server, 'keyspace' | 'replication' | 'clients'>;

export class Memory implements Part {
  private readonly server: MemoryHost;
  private peakBytes = 0;

  constructor(server: MemoryHost) {
    this.server = server;
  }

  /** used_memory: data, backlog and an empty server's own. */
  get used(): number {
    const { keyspace, replication } = this.server;
    return STARTUP_BYTES + keyspace.usedBytes + replication.backlogBytes;
  }

  /** used_memory_peak, as seen by the last look and now. */
  get peak(): number {
    return Math.max(this.peakBytes, this.used);
  }

  /** Remembers the peak. */
  cron(): void {
    this.peakBytes = this.peak;
  }

  /** mem_clients_normal and mem_clients_slaves: what waits to be sent or read. */
  get clients(): { normal: number; replicas: number } {
    let normal = 0;
    let replicas = 0;
    for (const client of this.server.clients.values()) {
      const bytes = client.queuedBytes + client.reader.unread;
      if (client.kind === 'replica') replicas += bytes;
      else normal += bytes;
    }
    return { normal, replicas };
  }

  /**
   * mem_total_replication_buffers. Backlog and replicas share their bytes, so what the replica
   * furthest behind still needs is all of them.
   */
  get replicationBuffers(): number {
    const { clients, replication } = this.server;
    let longest = replication.backlogBytes;
    for (const client of clients.values()) {
      if (client.kind !== 'replica') continue;
      longest = Math.max(longest, replication.outputBytes(client));
    }
    return longest;
  }
}
registerState(Memory);
