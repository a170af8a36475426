/** Directives of redis.conf that CONFIG GET does not know. */

import type { FileDirective } from './directive.ts';

const ANY = Number.MAX_SAFE_INTEGER;
const OLD = 'Redis 7.0 itself accepts it without effect';

export const fileDirectives = {
  include: {
    words: { min: 1, max: 1 },
    multiple: true,
    effect: 'refused',
    inFile: 'fatal',
    why: 'this server reads no other file: put its lines here',
    help: 'Inserts the lines of another file here.',
  },
  loadmodule: {
    words: { min: 1, max: ANY },
    multiple: true,
    effect: 'refused',
    inFile: 'fatal',
    why: 'modules are not available in this server',
    help: 'Loads a module.',
  },
  'rename-command': {
    words: { min: 2, max: 2 },
    multiple: true,
    effect: 'refused',
    inFile: 'fatal',
    why: 'commands cannot be renamed in this server',
    help: 'Renames a command or, if the new name is empty, disables it.',
  },
  user: {
    words: { min: 1, max: ANY },
    multiple: true,
    effect: 'refused',
    inFile: 'fatal',
    why: 'ACL users are not available in this server: use requirepass',
    help: 'Defines a user of the access control list.',
  },
  'list-max-ziplist-entries': {
    words: { min: 1, max: 1 },
    effect: 'accepted',
    why: OLD,
    help: 'Number of elements up to which Redis before 3.2 stored a list compactly.',
  },
  'list-max-ziplist-value': {
    words: { min: 1, max: 1 },
    effect: 'accepted',
    why: OLD,
    help: 'Length of an element up to which Redis before 3.2 stored a list compactly.',
  },
  'lua-replicate-commands': {
    words: { min: 1, max: 1 },
    effect: 'accepted',
    why: OLD,
    help: 'Made Redis before 7.0 replicate the effects of a script instead of the script.',
  },
} as const satisfies Readonly<Record<string, FileDirective>>;
