/**
 * The failures that are thrown. The other two kinds never are: a command error is a reply, and an
 * operating error (disk full, connection refused) is a typed input.
 */

/** A bug here; never thrown for anything a peer can send. The host freezes the world at that event. */
export class InvariantError extends Error {
  override readonly name = 'InvariantError';
}

/** The peer broke RESP: reply once, then close. `message` is what follows `-ERR Protocol error: `. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
}

/** Throws InvariantError unless `condition` holds. */
export function invariant(condition: boolean, message: string): asserts condition {
  if (!condition) throw new InvariantError(message);
}
