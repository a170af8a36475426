/** Lines of redis.conf that are no directive CONFIG GET knows: users, modules, other files, relics. */

import type { FileDirective } from '../../process/directives/directive.ts';
import { fileDirectives } from '../../process/directives/fileDirectives.ts';
import type { Settings } from './settings.ts';

const table = new Map<string, FileDirective>(Object.entries(fileDirectives));

/** What becomes of a line: it is left out for a reason, or ends the start with an error. */
export type Fate = { readonly leftOut: string } | { readonly error: string };

export function fateOf(name: string, words: readonly string[], settings: Settings): Fate {
  if (name === 'sentinel') return { error: 'sentinel directive while not in sentinel mode' };
  const directive = table.get(name);
  const isFit =
    directive !== undefined &&
    words.length >= directive.words.min &&
    words.length <= directive.words.max;
  if (!isFit) return { error: 'Bad directive or wrong number of arguments' };
  if (directive.effect === 'full') return { leftOut: '' };
  const isHarmless =
    directive.effect === 'accepted' || (name === 'user' && isDefaultUser(words, settings));
  return isHarmless ? { leftOut: directive.why } : { error: directive.why };
}

/** The line a real server writes for a default user that may do everything; requirepass has the password. */
function isDefaultUser(words: readonly string[], { requirepass }: Settings): boolean {
  const match = /^default on (nopass|#[0-9a-f]{64})( sanitize-payload)? ~\* &\* \+@all$/.exec(
    words.join(' '),
  );
  return match !== null && (match[1] === 'nopass' || requirepass !== '');
}
