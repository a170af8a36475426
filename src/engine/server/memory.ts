/**
 * The modelled memory of the process, as INFO memory shows it and maxmemory compares it. It depends
 * only on the state, never on the memory of the real process (data/memory.ts).
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

  /** mem_clients_normal: bytes that wait to be sent to clients or read from them, replicas excluded. */
  get clients(): number {
    let bytes = 0;
    for (const client of this.server.clients.values()) {
      if (client.kind !== 'replica') bytes += client.queuedBytes + client.reader.unread;
    }
    return bytes;
  }

  /**
   * What the stream takes in memory: mem_total_replication_buffers. Backlog and replicas share the
   * bytes, so as in 7.0 the replicas (mem_clients_slaves) are charged for what exceeds the backlog:
   *
   *   backlog of 1 MB, a replica stalled 4 MB ago   →   total 4 MB, backlog 1 MB, replicas 3 MB
   */
  get replicationBuffers(): { total: number; backlog: number; replicas: number } {
    const { replication } = this.server;
    const total = replication.backlogBytes;
    const { size } = replication.stream.backlog;
    const replicas = replication.replicaCount > 0 ? Math.max(0, total - size) : 0;
    return { total, backlog: total - replicas, replicas };
  }
}
registerState('Memory', Memory);
