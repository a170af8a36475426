/** ACL categories of a command: some follow from its flags, its declaration adds the others. */

import type { CommandFlag, CommandSpec } from './commandTable.ts';

/** All categories of Redis 7.0, in the order of its replies. */
const CATEGORIES = [
  'keyspace',
  'read',
  'write',
  'set',
  'sortedset',
  'list',
  'hash',
  'string',
  'bitmap',
  'hyperloglog',
  'geo',
  'stream',
  'pubsub',
  'admin',
  'fast',
  'slow',
  'blocking',
  'dangerous',
  'connection',
  'transaction',
  'scripting',
] as const;

type Category = (typeof CATEGORIES)[number];

/** The categories that a declaration may name; the others follow from flags. */
export type DeclaredCategory = Exclude<Category, 'read' | 'write' | 'fast' | 'slow' | 'blocking'>;

const IMPLIED: Readonly<Partial<Record<CommandFlag, readonly Category[]>>> = {
  write: ['write'],
  readonly: ['read'],
  admin: ['admin', 'dangerous'],
  pubsub: ['pubsub'],
  fast: ['fast'],
  blocking: ['blocking'],
};

/** A command's categories in the order of Redis's replies, without `@` (setImplicitACLCategories). */
export function categoriesOf(spec: Pick<CommandSpec, 'flags' | 'categories'>): Category[] {
  const all = new Set<Category>(spec.categories);
  for (const flag of spec.flags) for (const implied of IMPLIED[flag] ?? []) all.add(implied);
  if (!all.has('fast')) all.add('slow');
  return CATEGORIES.filter((category) => all.has(category));
}
