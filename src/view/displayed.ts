/**
 * Client names, values, hosts and log lines for the eye: the one place that cuts what is too long
 * to be shown, and says how long it was.
 *
 * A client may call itself by 200 MB of text. Whatever leaves the sandbox for a page, an editor, a
 * terminal or a reply of the control endpoint has passed through here, so that ten snapshots a second
 * stay small whatever a client sends.
 *
 * Invariant: the result has at most `charsMax` characters beside the note on the length, and costs
 * time in `charsMax`, never in the length of the text.
 */

/** Characters shown of each kind of text. */
export const SHOWN = {
  /** Names of clients, hosts, words of an error: a label in a list. */
  label: 64,
  /** A line of the feed, a log line, an error reply. Redis cuts its log lines at 1,024, too. */
  line: 1_024,
  /** One value in a reply that is shown whole. */
  value: 64 * 1_024,
} as const;

/** `aaaa… (200000000 characters)` for more than `charsMax`; the text itself otherwise. */
export function displayed(text: string, charsMax: number): string {
  if (text.length <= charsMax) return text;
  return `${text.slice(0, charsMax)}${cutNote(text.length, 'characters')}`;
}

/** What stands behind a text that was cut: `… (70000000 bytes)`. */
export function cutNote(length: number, unit: 'bytes' | 'characters'): string {
  return `… (${length} ${unit})`;
}
