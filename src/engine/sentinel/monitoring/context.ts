/**
 * What monitoring uses of the Sentinel it is part of. Acting is not among it: what a reply calls for
 * is reported by `infoReceived`, and the Sentinel passes it on.
 */

import type { Note } from '../../machine/machine.ts';
import type { Connection, OutgoingConnection } from '../../process/connection.ts';
import type { ModelContext } from '../model/context.ts';
import type { Instance } from '../model/instance.ts';
import type { InstanceConnection } from '../model/instanceConnection.ts';

/** The directives that connections to instances depend on. */
export interface LinkSettings {
  readonly requirepass: string;
  readonly sentinelUser: string;
  readonly sentinelPass: string;
}

/** What opens, uses and closes instance links. */
export interface LinkContext extends ModelContext {
  readonly settings: ModelContext['settings'] & LinkSettings;
  /** 40 hex digits. */
  readonly myId: string;
  /** By connection ID: exactly the connections that some instance link names. */
  readonly connections: Map<number, InstanceConnection>;
  connect(ip: string, port: number, owner: string): OutgoingConnection;
  /** Closes the connection; `outgoingClosed` does not follow. */
  disconnect(connection: OutgoingConnection): void;
  /** The connection has output to flush at the end of this event. */
  touch(connection: Connection): void;
  /** Has the state on disk before anything of this event can be heard of. */
  save(): void;
}

/** How others are told to reach this Sentinel. */
export interface AnnounceSettings {
  readonly port: number;
  readonly announceIp: string;
  readonly announcePort: number;
}

export interface MonitoringContext extends LinkContext {
  readonly settings: LinkContext['settings'] & AnnounceSettings;
  currentEpoch: number;
  tilt: boolean;
  tiltSince: number;
  previousTurnTime: number;
  note(note: Note): void;
  /** An INFO of the instance has been taken over. */
  infoReceived(instance: Instance, role: 'master' | 'slave' | undefined): void;
}
