/**
 * The failures that are thrown. An operating error (disk full, connection refused) is not one of them:
 * it is a typed input. A command error is a reply. LimitError alone is thrown and becomes a reply,
 * because a limit of the engine is met deep inside a command.
 */

/** A bug in this program; no input of a peer may cause it. The host freezes the world at that event. */
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

/** Messages of the errors that the platform throws at its limits: a string, Map or Buffer is too long. */
const PLATFORM_LIMITS =
  /^(Invalid string length|(Map|Set) maximum size exceeded|Array buffer allocation failed|Failed to allocate memory|Invalid (typed )?array (buffer )?length|Cannot create a string longer than|The value of "size" is out of range)/;

/** `error` as a LimitError; undefined if it is any other error, that is, a bug. */
export function asLimitError(error: unknown): LimitError | undefined {
  if (error instanceof LimitError) return error;
  if (!(error instanceof Error) || !PLATFORM_LIMITS.test(error.message)) return undefined;
  return new LimitError(
    'ERR Insufficient memory, the command needs more than this server can hold',
  );
}

/**
 * The last branch after all cases of a union. If a case is missing (a new type of values, a new kind of
 * wait), the call does not compile.
 */
export function unreachable(value: never): never {
  throw new InvariantError(`a case that nothing handles: ${String(value)}`);
}

/** Throws InvariantError unless `condition` holds. */
export function invariant(condition: boolean, message: string): asserts condition {
  if (!condition) throw new InvariantError(message);
}
