/**
 * Reads redis.conf and sentinel.conf: one directive a line, words as splitArguments reads them,
 * `#` comments. Lines are latin1, one character per byte, like everything on the wire.
 */

import { representation, splitArguments } from '../resp/splitArguments.ts';

/** One line that is neither empty nor a comment. */
export interface ConfigLine {
  /** 1-based. */
  readonly number: number;
  readonly isFromCommandLine: boolean;
  readonly text: string;
  /** The directive in lower case, then its values. */
  readonly words: readonly string[];
}

export const CONFIG_ERROR_HEADER = '*** FATAL CONFIG FILE ERROR (Redis 7.0.15) ***';

/** An invalid line of the configuration. It is reported as Redis reports it, and the process exits with 1. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly line: ConfigLine;

  constructor(line: ConfigLine, message: string) {
    super(message);
    this.line = line;
  }

  /** The lines that redis-server prints for the error. */
  report(): string[] {
    return [
      CONFIG_ERROR_HEADER,
      `Reading the configuration file, at line ${this.line.number}`,
      `>>> '${this.line.text}'`,
      this.message,
    ];
  }
}

/** The directives of a file. Throws ConfigError for unbalanced quotes. */
function parseConfigFile(text: string): ConfigLine[] {
  const lines: ConfigLine[] = [];
  text.split('\n').forEach((raw, index) => {
    const trimmed = raw.trim();
    if (trimmed === '' || trimmed.startsWith('#')) return;
    const words = splitArguments(trimmed);
    const line = {
      number: index + 1,
      isFromCommandLine: false,
      text: trimmed,
      words: words ?? [],
    };
    if (words === undefined) throw new ConfigError(line, 'Unbalanced quotes in configuration line');
    lines.push(withLowerName(line));
  });
  return lines;
}

/**
 * The directives of a file, then those of the command line, which count as lines below it, after an
 * empty line:
 *
 *   redis-server redis.conf --port 1    with 7 lines in redis.conf  →  line 9: port "1"
 */
export function configurationLines(
  text: string,
  directives: readonly (readonly string[])[],
): ConfigLine[] {
  const first = text.split('\n').length + 1;
  const own = directives.map((words, index) =>
    withLowerName({
      number: first + index,
      isFromCommandLine: true,
      text: [words[0]!, ...words.slice(1).map(representation)].join(' '),
      words: [...words],
    }),
  );
  return [...parseConfigFile(text), ...own];
}

function withLowerName(line: ConfigLine): ConfigLine {
  const [name, ...values] = line.words;
  return { ...line, words: [name!.toLowerCase(), ...values] };
}
