#!/usr/bin/env node
/** The command line: `up`, `server` and --help. Bundled as dist/cli.js. */

import { HELP } from './help.ts';
import { server } from './serverCommand.ts';
import { up } from './upCommand.ts';
import { UsageError } from './usageError.ts';

async function main(args: readonly string[]): Promise<void> {
  const [command, ...rest] = args;
  if (command === undefined || command === 'help' || args.includes('--help')) {
    process.stdout.write(HELP);
    process.exitCode = command === undefined ? 1 : 0;
    return;
  }
  if (command === 'server') server(rest);
  else if (command === 'up') process.exit(await up(rest));
  else throw new UsageError(`unknown command '${command}'; see --help`);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
});
