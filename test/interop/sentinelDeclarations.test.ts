/** Every command of ours at a Sentinel is declared as a real redis-sentinel declares it. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { categoriesOf } from '../../src/engine/process/categories.ts';
import type { CommandEntry } from '../../src/engine/process/commandTable.ts';
import { sentinelTable } from '../../src/engine/sentinel/commands/table.ts';
import { requirePeer } from '../support/required.ts';
import { redisCli, startSentinel } from './peers.ts';

type Info = [
  name: string,
  arity: number,
  flags: string[],
  first: number,
  last: number,
  step: number,
  categories: string[],
  tips: string[],
  keys: unknown[],
  subcommands: Info[],
];

interface Docs {
  readonly since: string;
  readonly subcommands?: Readonly<Record<string, Docs>>;
}

function withSubcommands(entry: CommandEntry): CommandEntry[] {
  return [entry, ...(entry.subcommands?.values() ?? [])];
}

test('declarations of a Sentinel, as a real one', async (t) => {
  if (!requirePeer(t, 'redis-sentinel') || !requirePeer(t, 'redis-cli')) return;
  const { port } = await startSentinel(t, ['sentinel monitor m 127.0.0.1 1 1']);
  const ask = async (...words: string[]) => JSON.parse(await redisCli(port, '--json', ...words));
  const infos = ((await ask('COMMAND')) as Info[]).flatMap((info) => [info, ...info[9]]);
  const docs = (await ask('COMMAND', 'DOCS')) as Readonly<Record<string, Docs>>;
  const known = new Map(infos.map((info) => [info[0], info]));
  const ours = [...sentinelTable.entries()].flatMap(withSubcommands);
  for (const { name, spec } of ours) {
    const [, arity, flags, , , , categories, tips] = known.get(name)!;
    const container = docs[name.split('|')[0]!]!;
    const { since } = name.includes('|') ? container.subcommands![name]! : container;
    assert.deepEqual(
      {
        name,
        since: spec.since,
        arity: spec.arity,
        flags: [...spec.flags].sort(),
        categories: categoriesOf(spec).map((category) => `@${category}`),
        tips: spec.tips ?? [],
      },
      { name, since, arity, flags: flags.sort(), categories, tips },
    );
  }
});
