/**
 * The fault of an invalid RDB file or stream: the only error that the decoders here throw.
 */

export type RdbFault =
  /** The input ended too early, or declares more than could be allocated. */
  | 'shortRead'
  | 'signature'
  | 'version'
  | 'checksum'
  /** SELECTDB names a database that the server is not configured for. */
  | 'databases'
  /** Bytes that no version of Redis writes. */
  | 'corrupt'
  /** Valid, but of a type that this engine does not have: streams, modules. */
  | 'unsupported';

export class RdbError extends Error {
  override readonly name = 'RdbError';
  readonly fault: RdbFault;
  /** Number of input bytes before the invalid record. */
  readonly offset: number;

  /** `message` is the line that redis-server logs. */
  constructor(fault: RdbFault, message: string, offset: number) {
    super(message);
    this.fault = fault;
    this.offset = offset;
  }
}

export function shortRead(offset: number): RdbError {
  const text = 'Short read or OOM loading DB. Unrecoverable error, aborting now.';
  return new RdbError('shortRead', text, offset);
}

/** redis-server's line, except that it also names a line of its source code. */
export function corrupt(reason: string, offset: number): RdbError {
  return new RdbError('corrupt', internalError(reason, offset), offset);
}

export function unsupported(reason: string, offset: number): RdbError {
  return new RdbError('unsupported', internalError(reason, offset), offset);
}

/** The second line that redis-server logs for a wrong checksum. */
export function checksumError(offset: number): string {
  return internalError('RDB CRC error', offset);
}

function internalError(reason: string, offset: number): string {
  return `Internal error in RDB reading offset ${offset} -> ${reason}`;
}
