/**
 * Reads redis.conf and sentinel.conf: one directive a line, words as splitArguments reads them,
 * `#` comments. Lines are latin1 here, one character a byte, as everything on the wire.
 */

import { splitArguments } from '../resp/splitArguments.ts';

/** One line that is neither empty nor a comment. */
export interface ConfigLine {
  /** 1-based; 0 for a directive of the command line. */
  readonly number: number;
  readonly text: string;
  /** The directive in lower case, then its values. */
  readonly words: readonly string[];
}

/** The configuration cannot be used; told as Redis tells it, and the process exits with 1. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly line: ConfigLine;

  constructor(line: ConfigLine, message: string) {
    super(message);
    this.line = line;
  }

  /** What redis-server prints on such a failure, line by line. */
  report(): string[] {
    return [
      '*** FATAL CONFIG FILE ERROR (Redis 7.0.15) ***',
      `Reading the configuration file, at line ${this.line.number}`,
      `>>> '${this.line.text}'`,
      this.message,
    ];
  }
}

/** The directives of a file. Throws ConfigError for unbalanced quotes. */
export function parseConfigFile(text: string): ConfigLine[] {
  const lines: ConfigLine[] = [];
  text.split('\n').forEach((raw, index) => {
    const trimmed = raw.trim();
    if (trimmed === '' || trimmed.startsWith('#')) return;
    const words = splitArguments(trimmed);
    const line = { number: index + 1, text: trimmed, words: words ?? [] };
    if (words === undefined) throw new ConfigError(line, 'Unbalanced quotes in configuration line');
    lines.push(withLowerName(line));
  });
  return lines;
}

/** Directives of the command line, in the form of file lines. */
export function commandLineDirectives(directives: readonly (readonly string[])[]): ConfigLine[] {
  return directives.map((words) =>
    withLowerName({ number: 0, text: words.join(' '), words: [...words] }),
  );
}

function withLowerName(line: ConfigLine): ConfigLine {
  const [name, ...values] = line.words;
  return { ...line, words: [name!.toLowerCase(), ...values] };
}
