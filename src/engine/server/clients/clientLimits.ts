/**
 * Closes clients that exceed a limit: client-output-buffer-limit of normal and pubsub clients (that of
 * replicas is replication/outputLimit.ts), client-query-buffer-limit, and `timeout`. Source: Redis 7.0.
 */

import type { ConnId, Micros } from '../../machine/machine.ts';
import { registerState } from '../../machine/state.ts';
import type { Client } from '../../process/client.ts';
import { clientType, describeClient } from '../../process/clientCommands.ts';
import type { OutputBufferLimit } from '../../process/directives/directive.ts';
import { representation } from '../../resp/splitArguments.ts';
import type { Part } from '../part.ts';
import type { Server } from '../server.ts';

/** Bytes of a too long query buffer that are logged. */
const QUERY_BYTES_SHOWN = 64;

/** What the limits use of their server. */
type LimitsHost = Pick<Server, 'now' | 'clients' | 'settings' | 'outputMemory' | 'kill' | 'log'>;

export class ClientLimits implements Part {
  private readonly server: LimitsHost;
  /** Since when a client's output has been above its soft limit. */
  private readonly softLimitSince = new Map<ConnId, Micros>();

  constructor(server: LimitsHost) {
    this.server = server;
  }

  /** Once a second: soft limits and `timeout` also apply to clients without traffic. */
  cron(): void {
    for (const client of [...this.server.clients.values()]) {
      if (client.queuedBytes > 0) this.checkOutput(client);
    }
    this.closeIdle();
  }

  /** Closes the client when its output exceeds its limit. */
  checkOutput(client: Client): void {
    const { server } = this;
    const type = clientType(client);
    if (type !== 'normal' && type !== 'pubsub') return;
    if (!this.isAbove(client, server.settings.clientOutputBufferLimit[type])) return;
    server.log(
      'warning',
      `Client ${describeClient(server, client)} scheduled to be closed ASAP for overcoming of output buffer limits.`,
    );
    server.kill(client);
  }

  /** client-query-buffer-limit: bytes of an incomplete request, or received while the client is blocked. */
  checkQuery(client: Client): void {
    const { server } = this;
    const { reader } = client;
    if (reader.unread <= server.settings.clientQueryBufferLimit) return;
    const start = representation(reader.peek(QUERY_BYTES_SHOWN));
    server.log(
      'warning',
      `Closing client that reached max query buffer length: ${describeClient(server, client)} (qbuf initial bytes: ${start})`,
    );
    server.kill(client);
  }

  clientGone(client: Client): void {
    this.softLimitSince.delete(client.conn);
  }

  private isAbove(client: Client, limit: OutputBufferLimit): boolean {
    const used = client.outputMemory;
    if (limit.hard > 0 && used >= limit.hard) return true;
    if (limit.soft === 0 || used < limit.soft) {
      this.softLimitSince.delete(client.conn);
      return false;
    }
    const { now } = this.server;
    const since = this.softLimitSince.get(client.conn);
    if (since === undefined) this.softLimitSince.set(client.conn, now);
    return since !== undefined && now - since > limit.softSeconds * 1_000_000;
  }

  private closeIdle(): void {
    const { server } = this;
    const seconds = server.settings.timeout;
    if (seconds === 0) return;
    for (const client of [...server.clients.values()]) {
      const exempt =
        client.kind !== 'normal' || client.blockedOn !== undefined || client.subscriptionCount > 0;
      if (exempt || server.now - client.lastInteraction <= seconds * 1_000_000) continue;
      server.log('verbose', 'Closing idle client');
      server.kill(client);
    }
  }
}
registerState('ClientLimits', ClientLimits);
