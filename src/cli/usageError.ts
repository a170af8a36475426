/**
 * The command line is invalid: the message is printed to standard error, and the process exits with
 * 1.
 */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
