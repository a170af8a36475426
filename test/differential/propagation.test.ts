/**
 * What replicas are sent: the same random writes to ours and to a real server, and the commands that
 * each of them propagates, compared one by one. Times may differ by the moment of the write.
 */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toLatin1 } from '../../src/engine/resp/bytes.ts';
import { argumentsOf } from '../../src/engine/resp/request.ts';
import { ServerHarness } from '../support/serverHarness.ts';
import { contextOf, MARKER, markedCommands, piecesOf } from './marked.ts';
import { type Arg, RealServer, whyNoRealServer } from './realServer.ts';
import { type Propagated, ReplicaStream } from './replicaStream.ts';

const TOLERANCE_MS = 30_000;

test('what is propagated, as a real server', { skip: whyNoRealServer() ?? false }, async () => {
  const { seed, commands } = markedCommands(700);
  const isMarker = (command: Propagated) => command[2] === MARKER;
  const theirs = piecesOf(await realStream(commands), isMarker);
  const ours = piecesOf(ownStream(commands), isMarker);
  assert.equal(ours.length, theirs.length);
  for (let i = 0; i < theirs.length; i += 1) {
    compare(ours[i]!, theirs[i]!, contextOf(seed, commands, i));
  }
});

async function realStream(commands: readonly (readonly Arg[])[]): Promise<Propagated[]> {
  const real = await RealServer.start('--repl-diskless-sync-delay', '0');
  try {
    const stream = await ReplicaStream.open(real.port);
    await real.sendAll(commands);
    const propagated = await stream.commandsUntil(commands.at(-1)!);
    stream.close();
    return propagated;
  } finally {
    await real.stop();
  }
}

function ownStream(commands: readonly (readonly Arg[])[]): Propagated[] {
  const ours = new ServerHarness([], Date.now() * 1000);
  ours.send(['DEBUG', 'SET-ACTIVE-EXPIRE', '0']);
  const propagated: Propagated[] = [];
  const { server } = ours;
  const propagate = server.propagate.bind(server);
  server.propagate = (db, command) => {
    propagated.push([String(db), ...argumentsOf(command).map(toLatin1)]);
    propagate(db, command);
  };
  for (const command of commands) {
    ours.now = Date.now() * 1000;
    ours.send(command);
  }
  return propagated;
}

function compare(
  ours: readonly Propagated[],
  theirs: readonly Propagated[],
  context: string,
): void {
  const equal =
    ours.length === theirs.length &&
    ours.every((command, i) => {
      const their = theirs[i]!;
      return (
        command.length === their.length && command.every((word, j) => sameWord(word, their[j]!))
      );
    });
  if (!equal) assert.deepEqual(ours, theirs, context);
}

/** Equal, or two points in time that are as good as equal, or cut to what we keep (expireTime.ts). */
function sameWord(ours: string, theirs: string): boolean {
  if (ours === theirs) return true;
  if (!/^\d{13,19}$/.test(ours) || !/^\d{13,19}$/.test(theirs)) return false;
  const cut = Number(ours) === Number.MAX_SAFE_INTEGER && Number(theirs) > Number(ours);
  return cut || Math.abs(Number(ours) - Number(theirs)) <= TOLERANCE_MS;
}
