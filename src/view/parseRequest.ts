/**
 * Checks what came over a wire before it is taken for a request.
 *
 * Invariant: whatever carries an id is answered: a request that passes has an operation of the table
 * (operationTable.ts), for any other there is the error to answer with.
 */

import type { Operation, Request } from './messages.ts';
import { refusalOf } from './operationTable.ts';

export interface RefusedRequest {
  readonly id: number;
  /** An error reply that says what is wrong. */
  readonly error: string;
}

/** Undefined for what has no id: there is nobody to answer. */
export function parseRequest(data: unknown): Request | RefusedRequest | undefined {
  if (typeof data !== 'object' || data === null || !('id' in data)) return undefined;
  const { id } = data;
  if (typeof id !== 'number' || !Number.isSafeInteger(id)) return undefined;
  const operation = 'operation' in data ? data.operation : undefined;
  const error = refusalOf(operation);
  return error === undefined ? { id, operation: operation as Operation } : { id, error };
}
