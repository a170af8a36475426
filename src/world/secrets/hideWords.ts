/** Words of commands and replies as they are shown: `AUTH (hidden)`. */

import { lineWords } from './lineWords.ts';
import { isSecretSetting, mayHaveSecrets, secretsOfCommand } from './secretWords.ts';

export const HIDDEN = '(hidden)';

/** The words of a command; its name comes first. */
export function shownWords(words: readonly string[]): readonly string[] {
  if (!mayHaveSecrets(words[0] ?? '')) return words;
  const secrets = secretsOfCommand(words);
  return words.map((word, index) => (secrets.includes(index) ? HIDDEN : word));
}

/** An inline command, or the beginning of one. Any other line is returned as it is. */
export function shownLine(line: string): string {
  const words = inlineWords(line);
  return words === undefined ? line : shownWords(words).join(' ');
}

/** The words of an inline command that may have secrets, quotes removed; undefined for any other line. */
export function inlineWords(line: string): string[] | undefined {
  const words = lineWords(line).map(({ text }) => text);
  return mayHaveSecrets(words[0] ?? '') ? words : undefined;
}

/** An error of a server that does not know a command quotes its arguments. */
export function shownError(text: string): string {
  const [, before, name] =
    /^(ERR unknown command '([^']*)', with args beginning with: )/.exec(text) ?? [];
  return before !== undefined && mayHaveSecrets(name!) ? before + HIDDEN : text;
}

/** Whether a text that was replied names a setting whose value is a secret. */
export function namesSecret(text: string): boolean {
  return [...text.matchAll(/[a-z-]+/gi)].some(([word]) => isSecretSetting(word));
}
