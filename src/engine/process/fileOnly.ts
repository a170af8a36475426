/** Lines of configuration files that CONFIG GET does not know: users, modules, includes, old directives. */

import type { FileDirective } from './directives/directive.ts';
import { fileDirectives } from './directives/fileDirectives.ts';

const table = new Map<string, FileDirective>(Object.entries(fileDirectives));

const BAD_DIRECTIVE = 'Bad directive or wrong number of arguments';

/**
 * Why such a line is a fatal error; undefined if the line is ignored. `requirepass` is the password of
 * the lines before it.
 */
export function fileOnlyError(
  name: string,
  words: readonly string[],
  requirepass: string,
): string | undefined {
  const directive = table.get(name);
  if (directive === undefined) return BAD_DIRECTIVE;
  const { min, max } = directive.words;
  if (words.length < min || words.length > max) return BAD_DIRECTIVE;
  if (name === 'user' && isDefaultUser(words, requirepass)) return undefined;
  return directive.effect === 'refused' ? directive.why : undefined;
}

/** Whether it is the line CONFIG REWRITE writes for a default user with all rights: nopass, or requirepass's hash. */
function isDefaultUser(words: readonly string[], requirepass: string): boolean {
  const [name, state, password, ...rules] = words;
  const isOpen = password === 'nopass';
  if (!isOpen && !/^#[0-9a-f]{64}$/.test(password ?? '')) return false;
  const rest = rules[0] === 'sanitize-payload' ? rules.slice(1) : rules;
  const isAllowedAll = rest.length === 3 && rest[0] === '~*' && rest[1] === '&*';
  if (name !== 'default' || state !== 'on' || !isAllowedAll || rest[2] !== '+@all') return false;
  return isOpen === (requirepass === '');
}
