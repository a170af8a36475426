/**
 * client-output-buffer-limit of the replica class.
 *
 * The hard limit is raised to repl-backlog-size. With a lower one, a replica could continue from the
 * backlog and be closed at once for the bytes it was sent.
 */

import { describeClient } from '../process/clientCommands.ts';
import type { ReplicationHost } from './host.ts';
import type { Replica } from './replica.ts';
import { secondsBetween } from './seconds.ts';
import type { Stream } from './stream.ts';

/**
 * Closes the replica when its output is too large, and returns whether it did. Redis checks at two
 * moments and words the log line differently: `soon` when the stream has grown, `now` once a second.
 */
export function closeAboveLimit(
  host: ReplicationHost,
  stream: Stream,
  replica: Replica,
  when: 'soon' | 'now',
): boolean {
  if (!replica.needsStream || !aboveLimit(host, stream, replica)) return false;
  const client = describeClient(host, replica.client);
  if (when === 'now') host.kill(replica.client);
  host.log(
    'warning',
    when === 'now'
      ? `Client ${client} closed for overcoming of output buffer limits.`
      : `Client ${client} scheduled to be closed ASAP for overcoming of output buffer limits.`,
  );
  if (when === 'soon') host.kill(replica.client);
  return true;
}

function aboveLimit(host: ReplicationHost, stream: Stream, replica: Replica): boolean {
  const { hard, soft, softSeconds } = host.settings.clientOutputBufferLimit.replica;
  const used = stream.backlog.chargeFrom(replica.nextOffset);
  if (hard > 0 && used >= Math.max(hard, stream.backlog.size)) return true;
  if (soft === 0 || used < soft) {
    replica.softLimitSince = undefined;
    return false;
  }
  if (replica.softLimitSince === undefined) {
    replica.softLimitSince = host.now;
    return false;
  }
  return secondsBetween(replica.softLimitSince, host.now) > softSeconds;
}
