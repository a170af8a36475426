/**
 * A running `up` in a process of its own, on free ports.
 *
 * Invariant: it is ended by its pid when the test that started it ends.
 */

import { spawn } from 'node:child_process';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { EndpointList } from '../../../src/gateway/hostMessages.ts';

const CLI = fileURLToPath(new URL('../../../src/cli/cli.ts', import.meta.url));

/** Resolves with its endpoints, once all of them are open. */
export function startUp(t: TestContext): Promise<EndpointList> {
  const up = spawn(process.execPath, [CLI, 'up', '--json', '--port', '0'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<void>((resolve) => up.once('close', () => resolve()));
  t.after(async () => {
    up.kill('SIGTERM');
    await ended;
  });
  let output = '';
  let complaints = '';
  up.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    complaints += chunk;
  });
  return new Promise((resolve, reject) => {
    up.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
      if (output.includes('\n')) resolve(JSON.parse(output.split('\n', 1)[0]!) as EndpointList);
    });
    up.once('close', () => reject(new Error(`it has ended: ${output}${complaints}`)));
  });
}
