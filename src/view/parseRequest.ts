/**
 * Checks that a received message is a request.
 *
 * Invariant: every message with an id is answered. An accepted request has the operation of a verb
 * (verbs/check.ts); a refused one has the error to answer with.
 */

import type { Operation, Request } from './messages.ts';
import { refusalOf } from './verbs/check.ts';

export interface RefusedRequest {
  readonly id: number;
  /** An error reply that says what is wrong. */
  readonly error: string;
}

/** Undefined for a message without an id, which cannot be answered. */
export function parseRequest(data: unknown): Request | RefusedRequest | undefined {
  if (typeof data !== 'object' || data === null || !('id' in data)) return undefined;
  const { id } = data;
  if (typeof id !== 'number' || !Number.isSafeInteger(id)) return undefined;
  const operation = 'operation' in data ? data.operation : undefined;
  const error = refusalOf(operation);
  return error === undefined ? { id, operation: operation as Operation } : { id, error };
}
