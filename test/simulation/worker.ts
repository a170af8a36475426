/** A thread that proves the seeds it is sent. */

import { parentPort } from 'node:worker_threads';
import { proveSeed } from './prove.ts';

parentPort!.on('message', (seed: number) => parentPort!.postMessage(proveSeed(seed)));
