/** Runs a sandbox in the foreground, until SIGINT or SIGTERM, or until it dies. */

import type { SandboxWorker } from '../gateway/sandboxWorker.ts';
import { terminalText } from '../gateway/terminalText.ts';
import { compileCacheFolder } from './compileCache.ts';

/**
 * Returns the exit code. `start` returns the started worker, or undefined after it has said why there is
 * none; it calls its argument when the worker dies.
 */
export async function untilSignal(
  start: (onDeath: (reason: string) => void) => Promise<SandboxWorker | undefined>,
): Promise<number> {
  let end: (code: number) => void = () => {};
  const ended = new Promise<number>((resolve) => {
    end = resolve;
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => end(0));
  // With Node 22 and later the thread loads compiled code from the second start on.
  const cache = process.env['NODE_COMPILE_CACHE'] ?? compileCacheFolder();
  if (cache !== undefined) process.env['NODE_COMPILE_CACHE'] = cache;
  const worker = await start((reason) => {
    tell(`The sandbox has died: ${reason}`);
    end(1);
  });
  if (worker === undefined) return 1;
  const code = await ended;
  if (code === 0) await worker.close();
  return code;
}

/** Writes a line to standard error, which is usually a terminal. */
export function tell(text: string): void {
  process.stderr.write(`${terminalText(text)}\n`);
}
