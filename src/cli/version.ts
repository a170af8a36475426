/** The output of --version. */

import { VERSION } from '../world/productVersion.ts';

export const VERSION_TEXT = `Replication Sandbox for Redis v=${VERSION}, compatible with Redis 7.0.15\n`;
