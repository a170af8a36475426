/**
 * The folder of Node's compile cache, with which a sandbox's thread starts faster from the second time
 * on. Anyone who can write to it can run code as the user. So the folder is used only if it and its
 * parent belong to the user and are closed to others; otherwise there is no cache.
 */

import * as fs from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const OTHERS_MAY_WRITE = 0o022;
const OTHERS_MAY_ANYTHING = 0o077;

/** The user's cache folder: XDG_CACHE_HOME, or its equivalent on other platforms. */
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
 * Creates the folder below `base` if it does not exist, and returns its path; undefined when it is
 * unsafe or cannot be created. `uid` is the user's; undefined on Windows, which has none: there the
 * access list of the cache folder protects it.
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

/**
 * Whether it is a folder, not a symbolic link, owned by the user and without the mode bits
 * `forbidden`.
 */
function isOwn(path: string, uid: number | undefined, forbidden: number): boolean {
  const found = fs.lstatSync(path);
  if (!found.isDirectory()) return false;
  return uid === undefined || (found.uid === uid && (found.mode & forbidden) === 0);
}
