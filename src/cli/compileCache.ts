/**
 * Where Node may keep our code compiled, so that a sandbox's thread starts faster from the second time
 * on. Whoever can write there runs code as the user, so the folder is used only if it, and the folder
 * it lies in, are the user's own and closed to others; otherwise there is no cache.
 */

import * as fs from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const OTHERS_MAY_WRITE = 0o022;
const OTHERS_MAY_ANYTHING = 0o077;

/** The user's folder for caches: XDG_CACHE_HOME and its like on other platforms. */
export function userCacheFolder(
  platform: NodeJS.Platform = process.platform,
  env: NodeJS.ProcessEnv = process.env,
  home = homedir(),
): string {
  if (platform === 'win32') return env['LOCALAPPDATA'] ?? join(home, 'AppData', 'Local');
  if (platform === 'darwin') return join(home, 'Library', 'Caches');
  const xdg = env['XDG_CACHE_HOME'] ?? '';
  return xdg.startsWith('/') ? xdg : join(home, '.cache');
}

/**
 * Makes the folder below `base` if need be and returns its path; undefined when it must not be used or
 * cannot be made. `uid` is the user's; undefined where there is none: on Windows, where the folder for
 * caches is the user's by its access list.
 */
export function compileCacheFolder(
  base = userCacheFolder(),
  uid = process.getuid?.(),
): string | undefined {
  const folder = join(base, 'replication-sandbox');
  try {
    fs.mkdirSync(base, { recursive: true, mode: 0o700 });
    fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
    const isSafe = isOwn(base, uid, OTHERS_MAY_WRITE) && isOwn(folder, uid, OTHERS_MAY_ANYTHING);
    return isSafe ? folder : undefined;
  } catch {
    return undefined;
  }
}

/** A folder, no link to another, owned by the user and without the bits of `forbidden`. */
function isOwn(path: string, uid: number | undefined, forbidden: number): boolean {
  const found = fs.lstatSync(path);
  if (!found.isDirectory()) return false;
  return uid === undefined || (found.uid === uid && (found.mode & forbidden) === 0);
}
