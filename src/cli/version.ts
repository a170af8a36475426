/** The output of --version. */

/** The version of package.json; a test compares them. */
export const VERSION = '0.1.0';

export const VERSION_TEXT = `Replication Sandbox for Redis v=${VERSION}, compatible with Redis 7.0.15\n`;
