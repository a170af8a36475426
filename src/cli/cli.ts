#!/usr/bin/env node
/**
 * The command line: `up`, `open`, `server`, --help and --version. Bundled as dist/cli.js.
 *
 * Each command loads only its own code, so that the worker of `up` starts sooner.
 */

import { HELP } from './help.ts';
import { UsageError } from './usageError.ts';
import { VERSION_TEXT } from './version.ts';

async function main(args: readonly string[]): Promise<void> {
  const [command, ...rest] = args;
  // `up -v` counts, too. A directive of `server` may have any value, so only its first word counts.
  const options = command === 'up' ? args : args.slice(0, command === 'server' ? 2 : 1);
  const asks = (...names: readonly string[]): boolean =>
    options.some((option) => names.includes(option));
  if (command === undefined || command === 'help' || args.includes('--help') || asks('-h')) {
    process.stdout.write(HELP);
    process.exitCode = command === undefined ? 1 : 0;
    return;
  }
  if (asks('--version', '-v')) {
    process.stdout.write(VERSION_TEXT);
    return;
  }
  if (command === 'server') await (await import('./serverCommand.ts')).server(rest);
  else if (command === 'open') process.exit(await (await import('./openCommand.ts')).open(rest));
  else if (command === 'up') process.exit(await (await import('./upCommand.ts')).up(rest));
  else throw new UsageError(`unknown command '${command}'; see --help`);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
});
