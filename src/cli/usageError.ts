/** The command line makes no sense: the message goes to standard error, the process exits with 1. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
