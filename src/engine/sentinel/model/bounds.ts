/**
 * How much of what a client or a peer sends a Sentinel takes in. Redis has no such bounds; real
 * names, hellos and INFOs stay far below them, and what is above can neither fill the memory nor
 * keep the process busy.
 */

/** A name, address, run ID, password or option value. A host name has at most 253 bytes. */
export const WORD_BYTES_MAX = 4096;
/** A hello: eight words, of which only the master's name can be long. */
export const HELLO_BYTES_MAX = 2 * WORD_BYTES_MAX;
/** The bulk strings of one reply of an instance. INFO of a master with 5,000 replicas has 0.5 MB. */
export const REPLY_BYTES_MAX = 1024 * 1024;
/** The elements of one reply of an instance. The longest that is asked for has three. */
export const REPLY_ELEMENTS_MAX = 1024;
/** A line of INFO that is read. */
export const INFO_LINE_BYTES_MAX = WORD_BYTES_MAX;
/** Masters, replicas and Sentinels together. */
export const INSTANCES_MAX = 5_000;
/** The message of an event: longer ones are cut, as in Redis 7.0 (LOG_MAX_LEN in sentinelEvent). */
export const EVENT_BYTES_MAX = 1023;
