/**
 * The failures that are thrown. An operating error (disk full, connection refused) never is: it is a
 * typed input. A command error is a reply; only one that shows itself deep inside a command, because
 * the command asks for more than this engine can hold, is thrown on its way there.
 */

/** A bug here; never thrown for anything a peer can send. The host freezes the world at that event. */
export class InvariantError extends Error {
  override readonly name = 'InvariantError';
}

/** The peer broke RESP: reply once, then close. `message` is what follows `-ERR Protocol error: `. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
}

/**
 * A command asks for more than the engine can hold. Not a bug: `Call.run` turns it into an error
 * reply. `message` is that reply.
 */
export class LimitError extends Error {
  override readonly name = 'LimitError';
}

/** What the platform throws where memory or one of V8's limits ends: a string, Map or Buffer is too long. */
const PLATFORM_LIMITS =
  /^(Invalid string length|(Map|Set) maximum size exceeded|Array buffer allocation failed|Failed to allocate memory|Invalid (typed )?array (buffer )?length|Cannot create a string longer than|The value of "size" is out of range)/;

/** `error` as a LimitError; undefined when it is something else: a bug. */
export function asLimitError(error: unknown): LimitError | undefined {
  if (error instanceof LimitError) return error;
  if (!(error instanceof Error) || !PLATFORM_LIMITS.test(error.message)) return undefined;
  return new LimitError(
    'ERR Insufficient memory, the command needs more than this server can hold',
  );
}

/** Throws InvariantError unless `condition` holds. */
/**
 * The end of a chain that has dealt with every case. The compiler refuses it where one is missing: a
 * new type of values, a new kind of wait.
 */
export function unreachable(value: never): never {
  throw new InvariantError(`a case that nothing handles: ${String(value)}`);
}

export function invariant(condition: boolean, message: string): asserts condition {
  if (!condition) throw new InvariantError(message);
}
