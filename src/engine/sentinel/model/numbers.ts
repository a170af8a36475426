/** Numbers as C reads them from configuration files, hellos and INFO. */

/** As atoi: 0 when the text does not begin with a number. */
export function leadingInteger(text: string): number {
  return Number.parseInt(text, 10) || 0;
}
