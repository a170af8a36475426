/** The kinds of machines in a sandbox's world, and its observer; importing this module registers them. */

import { Sentinel } from '../engine/sentinel/sentinel.ts';
import { Server } from '../engine/server/server.ts';
import { registerMachine, registerObserver } from '../world/registry.ts';
import { digestServer } from './keyspaceDigest.ts';
import { LoadClient } from './load/loadClient.ts';
import { SANDBOX_OBSERVER, SandboxObserver } from './observers/sandboxObserver.ts';

export type MachineName = 'server' | 'sentinel' | 'load';

registerMachine('server', () => new Server(), digestServer);
registerMachine('sentinel', () => new Sentinel());
registerMachine('load', () => new LoadClient());
registerObserver(SANDBOX_OBSERVER, () => new SandboxObserver());
