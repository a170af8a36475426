/** CLIENT PAUSE and UNPAUSE. Source: the CLIENT command of Redis 7.0. */

import type { CommandSpec } from '../../process/commandTable.ts';
import { parseInteger } from '../../resp/integer.ts';
import type { ServerCall } from '../serverCall.ts';

const FLAGS = ['admin', 'noscript', 'loading', 'stale'] as const;
const CATEGORIES = ['connection'] as const;

export const pauseCommands: readonly CommandSpec<ServerCall>[] = [
  {
    name: 'client|pause',
    since: '2.9.50',
    arity: -3,
    flags: FLAGS,
    categories: CATEGORIES,
    help: ['PAUSE <milliseconds> [WRITE|ALL]', 'Lets commands (default: all) wait that long.'],
    run: pause,
  },
  {
    name: 'client|unpause',
    since: '6.2.0',
    arity: 2,
    flags: FLAGS,
    categories: CATEGORIES,
    help: ['UNPAUSE', 'Ends a pause before its time.'],
    run: unpause,
  },
];

function pause(call: ServerCall): void {
  if (call.argc > 4) {
    call.reply.error(
      `ERR unknown subcommand or wrong number of arguments for '${call.str(1).slice(0, 128)}'. Try CLIENT HELP.`,
    );
    return;
  }
  const mode = call.argc === 4 ? call.word(3) : 'all';
  if (mode !== 'all' && mode !== 'write') {
    call.reply.error('ERR CLIENT PAUSE mode must be WRITE or ALL');
    return;
  }
  const millis = parseInteger(call.str(2));
  if (millis === undefined) {
    call.reply.error('ERR timeout is not an integer or out of range');
    return;
  }
  if (millis < 0) {
    call.reply.error('ERR timeout is negative');
    return;
  }
  call.server.pausing.begin('command', mode === 'write', call.now + Number(millis) * 1000);
  call.reply.ok();
}

function unpause(call: ServerCall): void {
  call.server.pausing.end('command');
  call.reply.ok();
}
