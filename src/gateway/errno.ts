/** Operating errors as the C library words them: for Redis's log lines, and for machines. */

const TEXTS: Readonly<Record<string, string>> = {
  EACCES: 'Permission denied',
  EADDRINUSE: 'Address already in use',
  EADDRNOTAVAIL: 'Cannot assign requested address',
  ECONNABORTED: 'Software caused connection abort',
  ECONNREFUSED: 'Connection refused',
  ECONNRESET: 'Connection reset by peer',
  EEXIST: 'File exists',
  EHOSTUNREACH: 'No route to host',
  EIO: 'Input/output error',
  EISDIR: 'Is a directory',
  EMFILE: 'Too many open files',
  ENETUNREACH: 'Network is unreachable',
  ENOENT: 'No such file or directory',
  ENOSPC: 'No space left on device',
  ENOTDIR: 'Not a directory',
  ENOTEMPTY: 'Directory not empty',
  EPERM: 'Operation not permitted',
  EPIPE: 'Broken pipe',
  ENAMETOOLONG: 'File name too long',
  EROFS: 'Read-only file system',
  ETIMEDOUT: 'Connection timed out',
  /** Node's own code, for a name with a NUL. */
  ERR_INVALID_ARG_VALUE: 'Invalid argument',
};

export function errnoCode(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : '';
}

/** `No such file or directory` for ENOENT; Node's message for an error without a C library text. */
export function errnoText(error: unknown): string {
  const text = TEXTS[errnoCode(error)];
  if (text !== undefined) return text;
  return error instanceof Error ? error.message : String(error);
}
