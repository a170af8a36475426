/**
 * The command line of `server`, read as redis-server 7.0 reads its own: an optional configuration
 * file first, then directives, each a `--name` with the words that follow it.
 *
 *   redis.conf --port 6400 --save "" --sentinel   → file redis.conf, [port 6400], [save ""], Sentinel
 *   "--maxmemory 100mb" --save --loglevel debug   → [maxmemory 100mb], [save ""], [loglevel debug]
 */

import { splitArguments } from '../engine/resp/splitArguments.ts';
import { UsageError } from './usageError.ts';

export interface ServerArguments {
  readonly configFile: string | undefined;
  readonly directives: readonly (readonly string[])[];
  readonly isSentinel: boolean;
}

/** Throws UsageError. */
export function parseServerArguments(args: readonly string[]): ServerArguments {
  let rest = args;
  let configFile: string | undefined;
  if (rest[0] !== undefined && !rest[0].startsWith('--')) {
    configFile = rest[0];
    rest = rest.slice(1);
  }
  const directives: string[][] = [];
  let isSentinel = false;
  for (const arg of rest) {
    const last = directives.at(-1);
    if (arg === '--sentinel') {
      isSentinel = true;
    } else if (arg.startsWith('--')) {
      directives.push(directiveWords(arg));
    } else if (last === undefined) {
      throw new UsageError(
        `'${arg}' is no directive: directives of the command line begin with --`,
      );
    } else {
      last.push(arg);
    }
  }
  // A bare `--save` means no save points; it is the one directive that may stand alone.
  for (const words of directives) if (words.length === 1 && words[0] === 'save') words.push('');
  return { configFile, directives, isSentinel };
}

function directiveWords(arg: string): string[] {
  const words = splitArguments(arg.slice(2));
  if (words === undefined || words.length === 0)
    throw new UsageError(`'${arg}' names no directive`);
  return words;
}
