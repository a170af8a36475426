/**
 * The command line of `server`, parsed as redis-server 7.0 parses its own: an optional configuration
 * file, then directives, each a `--name` with the words that follow it. The first word after a name is
 * its value even when it begins with `--`; only `save` may have none, which means no save points.
 *
 *   redis.conf --port 6400 --save "" --sentinel   → file redis.conf, [port 6400], [save ""], Sentinel
 *   "--maxmemory 100mb" --save --loglevel debug   → [maxmemory 100mb], [save ""], [loglevel debug]
 *   --masterauth --x --port 1 2                   → [masterauth --x], [port 1 2]
 */

import { splitArguments } from '../engine/resp/splitArguments.ts';
import { UsageError } from './usageError.ts';

const SENTINEL = '--sentinel';

interface ServerArguments {
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
  const isSentinel = rest.includes(SENTINEL);
  const directives = directivesOf(rest.filter((arg) => arg !== SENTINEL));
  return { configFile, directives, isSentinel };
}

function directivesOf(args: readonly string[]): string[][] {
  const directives: string[][] = [];
  let awaitsValue = false;
  for (const arg of args) {
    const last = directives.at(-1);
    const isValue: boolean = awaitsValue && last![0]!.toLowerCase() !== 'save';
    const isName = arg.startsWith('--') && !isValue;
    if (last !== undefined && !isName) {
      last.push(arg);
      awaitsValue = false;
    } else {
      // The first directive may lack its dashes.
      const words: string[] = isName ? directiveWords(arg) : [arg];
      directives.push(words);
      awaitsValue = words.length === 1;
    }
  }
  for (const words of directives)
    if (words.length === 1 && words[0]!.toLowerCase() === 'save') words.push('');
  return directives;
}

function directiveWords(arg: string): string[] {
  const words = splitArguments(arg.slice(2));
  if (words === undefined || words.length === 0)
    throw new UsageError(`'${arg}' names no directive`);
  return words;
}
