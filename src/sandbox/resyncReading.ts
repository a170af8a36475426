/**
 * Reads what a replica will ask its master for when it next connects, and what the master would answer
 * now. It reads and changes nothing.
 *
 * A running replica asks from its memory. A process that has ended asks from its dump, because nothing
 * else is left of it: `kill -9` at offset 900 with a dump saved at 400 asks for byte 401. A dump without
 * repl-id and repl-offset, or no dump at all, leads to `PSYNC ? -1`.
 */

import { RdbError } from '../engine/persistence/rdb/errors.ts';
import { RdbReader, type RdbSink } from '../engine/persistence/rdb/reader.ts';
import { NO_REPLID, REPLID_LENGTH } from '../engine/replication/history.ts';
import { readOffset } from '../engine/replication/offset.ts';
import { decidePsync, type PsyncRequest } from '../engine/replication/psyncDecision.ts';
import type { Server } from '../engine/server/server.ts';
import type { ResyncSnapshot } from '../view/snapshot.ts';
import type { World } from '../world/world.ts';

/** The auxiliary fields stand at the beginning of a dump; Redis writes about 150 bytes of them. */
const AUX_BYTES_MAX = 4 * 1024;

/** `PSYNC ? -1`. */
const EVERYTHING: PsyncRequest = { replid: '?', offset: -1 };

interface DumpReading {
  readonly size: number;
  readonly request: PsyncRequest;
}

/** By process that has ended: its disk does not change, so its dump is read once. */
const dumps = new WeakMap<Server, DumpReading>();

/**
 * Null for a server that has no master. `master` is the server at its master's address; undefined
 * unless that is a node of the sandbox whose process exists.
 */
export function readResync(
  world: World,
  name: string,
  server: Server | undefined,
  master: Server | undefined,
): ResyncSnapshot | null {
  if (server === undefined || !server.replication.isReplica) return null;
  const state = world.node(name)?.state;
  const isAlive = state === 'running' || state === 'frozen';
  const request = isAlive ? requestOf(server) : requestOfDump(world, name, server);
  return {
    from: isAlive ? 'memory' : 'dump',
    replid: request === EVERYTHING ? null : request.replid,
    offset: request.offset,
    ...answerOf(request, master),
  };
}

/** What a running replica asks for, or would ask for if its connection broke now. */
function requestOf({ replication, loading }: Server): PsyncRequest {
  const { replicaSide, stream } = replication;
  const { upstream, attempt, cached } = replicaSide;
  const { replId, replOffset } = loading.fields;
  // At its start it continues from the dump that it is loading.
  const isStarting = loading.active && attempt === undefined;
  if (isStarting && replId !== undefined && replOffset !== undefined) {
    return { replid: replId, offset: replOffset + 1 };
  }
  if (upstream !== undefined && !upstream.spoiled) {
    return { replid: stream.history.id, offset: stream.offset + 1 };
  }
  return cached === undefined ? EVERYTHING : { replid: cached.replid, offset: stream.offset + 1 };
}

function answerOf(
  request: PsyncRequest,
  master: Server | undefined,
): Pick<ResyncSnapshot, 'answer' | 'reason' | 'bytes'> {
  if (master === undefined) return { answer: null, reason: null, bytes: 0 };
  const decision = decidePsync(master.replication.stream, request);
  return decision.kind === 'continue'
    ? { answer: 'partial', reason: null, bytes: decision.bytes }
    : { answer: 'full', reason: decision.reason, bytes: 0 };
}

function requestOfDump(world: World, name: string, server: Server): PsyncRequest {
  const { dbfilename } = server.settings;
  const size = world.files(name).find((file) => file.path === dbfilename)?.size ?? 0;
  const known = dumps.get(server);
  if (known?.size === size) return known.request;
  const request = size === 0 ? EVERYTHING : readDump(world.readFile(name, dbfilename)!);
  dumps.set(server, { size, request });
  return request;
}

function readDump(dump: Buffer): PsyncRequest {
  const sink = new AuxSink();
  const reader = new RdbReader({ checksum: false, databases: Number.MAX_SAFE_INTEGER });
  reader.push(dump.subarray(0, AUX_BYTES_MAX));
  try {
    reader.read(sink, AUX_BYTES_MAX);
  } catch (error) {
    // The fields before the fault count: whether the rest can be loaded is for the server to find out.
    if (!(error instanceof RdbError)) throw error;
  }
  return sink.request;
}

/** Reads repl-id and repl-offset; ignores the keys. */
class AuxSink implements RdbSink {
  private replid = NO_REPLID;
  private offset: number | undefined = undefined;

  get request(): PsyncRequest {
    const { replid, offset } = this;
    if (replid === NO_REPLID || offset === undefined || offset < 0) return EVERYTHING;
    return { replid, offset: offset + 1 };
  }

  aux(name: string, value: string): void {
    if (name === 'repl-id' && value.length === REPLID_LENGTH) this.replid = value;
    if (name === 'repl-offset') this.offset = readOffset(value);
  }

  select(): void {}
  resize(): void {}
  stringEntry(): void {}
  entry(): void {}
  emptyKey(): void {}
  function(): void {}
}
