/** The kinds of machines in a sandbox's world; importing this module registers them. */

import { Sentinel } from '../engine/sentinel/sentinel.ts';
import { Server } from '../engine/server/server.ts';
import { registerMachine } from '../world/registry.ts';
import { digestServer } from './keyspaceDigest.ts';
import { LoadClient } from './load/loadClient.ts';

export type MachineName = 'server' | 'sentinel' | 'load';

registerMachine('server', () => new Server(), digestServer);
registerMachine('sentinel', () => new Sentinel());
registerMachine('load', () => new LoadClient());
