/** An operation that cannot be carried out; the message says what to do. */
export class OperationError extends Error {
  override readonly name = 'OperationError';
}

export function unknownNode(name: string, known: readonly string[]): OperationError {
  return new OperationError(`ERR no node named '${name}'; there are: ${known.join(' ')}`);
}
