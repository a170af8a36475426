/** The keys of a server, as KEYS lists them: plain JSON. */

export interface KeyEntry {
  readonly db: number;
  /** In quotes, as redis-cli prints it; a long one is cut. */
  readonly key: string;
  readonly type: string;
  /** As DEBUG DIGEST-VALUE replies: 40 hexadecimal digits. */
  readonly digest: string;
  /** Unix time in milliseconds; -1 for no expiry. */
  readonly expireAt: number;
  /** A string in quotes, the beginning of a long one; of others the number of elements: `3 elements`. */
  readonly value: string;
}

export interface KeyList {
  readonly node: string;
  /** All keys of the server; `keys` has the first ones. */
  readonly total: number;
  /** By database, then in the order of their bytes. */
  readonly keys: readonly KeyEntry[];
}
