/**
 * Text for a terminal. The logs of nodes contain bytes of their clients, and control characters could
 * move a terminal's cursor, rename its window, or type into it.
 */

/** C0 except tab and line feed, DEL, and C1, which contains CSI as one character. */
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/** Writes ESC as the four characters `\x1b`; tabs and line feeds stay. */
export function terminalText(text: string): string {
  return text.replace(
    CONTROL,
    (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}
