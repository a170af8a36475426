/**
 * What is wrong with an RDB file or stream: the one thing the decoders of this room throw.
 */

export type RdbFault =
  /** The input ended too early, or declares more than could be allocated. */
  | 'shortRead'
  | 'signature'
  | 'version'
  | 'checksum'
  /** SELECTDB names a database that the server is not configured for. */
  | 'databases'
  /** Bytes that no Redis writes. */
  | 'corrupt'
  /** Sane, but of a kind this engine does not hold: streams, modules. */
  | 'unsupported';

export class RdbError extends Error {
  override readonly name = 'RdbError';
  readonly fault: RdbFault;
  /** How many bytes of input come before the record at fault. */
  readonly offset: number;

  /** `message` is the line redis-server logs. */
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

/** redis-server names a line of its source as well; this engine has no such line. */
export function corrupt(reason: string, offset: number): RdbError {
  return new RdbError('corrupt', internalError(reason, offset), offset);
}

export function unsupported(reason: string, offset: number): RdbError {
  return new RdbError('unsupported', internalError(reason, offset), offset);
}

/** The second line redis-server logs of a wrong checksum. */
export function checksumError(offset: number): string {
  return internalError('RDB CRC error', offset);
}

function internalError(reason: string, offset: number): string {
  return `Internal error in RDB reading offset ${offset} -> ${reason}`;
}
