/**
 * How much a Sentinel accepts from clients and peers. Redis has no such bounds. Real names, hellos
 * and INFOs stay far below them; a hostile peer can neither fill the memory nor keep the process
 * busy.
 */

/** A name, address, run ID, password or option value. A host name has at most 253 bytes. */
export const WORD_BYTES_MAX = 4096;
/** A hello: eight words, and only the master's name among them can be long. */
export const HELLO_BYTES_MAX = 2 * WORD_BYTES_MAX;
/** All bulk strings of one reply from an instance. The INFO of a master with 5,000 replicas has 0.5 MB. */
export const REPLY_BYTES_MAX = 1024 * 1024;
/** All elements of one reply from an instance. A reply to EXEC has five. */
export const REPLY_ELEMENTS_MAX = 1024;
/** A line of INFO. Longer lines are skipped. */
export const INFO_LINE_BYTES_MAX = WORD_BYTES_MAX;
/** Masters, replicas and Sentinels that one Sentinel knows, together. */
export const INSTANCES_MAX = 5_000;
/** The message of an event. Longer ones are cut, as sentinelEvent does (LOG_MAX_LEN). */
export const EVENT_BYTES_MAX = 1023;
