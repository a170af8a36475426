/**
 * Text for a terminal. What nodes log contains what their clients sent, and a terminal obeys control
 * characters: they could move its cursor, rename its window, or type into it.
 */

/** C0 but tab and line feed, DEL, and C1, in which CSI is one character. */
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/** `\x1b[2J` as the six characters it is written with; tabs and line feeds stay. */
export function terminalText(text: string): string {
  return text.replace(
    CONTROL,
    (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}
