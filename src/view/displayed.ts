/**
 * The one place that cuts text for display (client names, values, hosts, log lines) and notes its
 * full length.
 *
 * A client may set a name of 200 MB. Every text passes through here before it leaves the sandbox for
 * a page, an editor, a terminal or a reply of the control endpoint, so ten snapshots a second stay
 * small.
 *
 * Invariant: the result has at most `charsMax` characters besides the note on the length. The cost
 * depends on `charsMax`, never on the length of the text.
 */

/** The most characters that are shown of each kind of text. */
export const SHOWN = {
  /** A label in a list: the name of a client, a host, a word of an error. */
  label: 64,
  /** A line of the feed, a log line, an error reply. Redis also cuts its log lines at 1,024. */
  line: 1_024,
  /** One value in a reply. */
  value: 64 * 1_024,
} as const;

/** `aaaa… (200000000 characters)` for more than `charsMax`; the text itself otherwise. */
export function displayed(text: string, charsMax: number): string {
  if (text.length <= charsMax) return text;
  return `${text.slice(0, charsMax)}${cutNote(text.length, 'characters')}`;
}

/** The note at the end of a text that was cut: `… (70000000 bytes)`. */
export function cutNote(length: number, unit: 'bytes' | 'characters'): string {
  return `… (${length} ${unit})`;
}
