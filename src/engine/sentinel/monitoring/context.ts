/**
 * What monitoring uses of the Sentinel it is part of. Monitoring knows nothing of acting: it reports
 * an INFO by `infoReceived`, and the Sentinel passes it on.
 */

import type { Note } from '../../machine/notes.ts';
import type { Connection, OutgoingConnection } from '../../process/connection.ts';
import type { ModelContext } from '../model/context.ts';
import type { Instance } from '../model/instance.ts';
import type { InstanceConnection } from '../model/instanceConnection.ts';

/** The directives that say how connections to other Sentinels authenticate. */
interface LinkSettings {
  readonly requirepass: string;
  readonly sentinelUser: string;
  readonly sentinelPass: string;
}

/** What opening, using and closing instance links takes. */
export interface LinkContext extends ModelContext {
  readonly settings: ModelContext['settings'] & LinkSettings;
  /** 40 hex digits. */
  readonly myId: string;
  /** By connection ID: exactly the connections that some instance link names. */
  readonly connections: Map<number, InstanceConnection>;
  connect(ip: string, port: number, owner: string): OutgoingConnection;
  /** Closes the connection; `outgoingClosed` does not follow. */
  disconnect(connection: OutgoingConnection): void;
  /** Marks the connection as having output to flush at the end of this event. */
  touch(connection: Connection): void;
  /** Saves the state at the end of this event. No output leaves before it is on disk. */
  save(): void;
}

/** The directives that say how this Sentinel announces itself. */
interface AnnounceSettings {
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
  /** Called when an INFO of the instance has been stored; `role` is the role it reported. */
  infoReceived(instance: Instance, role: 'master' | 'slave' | undefined): void;
}
