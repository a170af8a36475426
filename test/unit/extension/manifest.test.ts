/** package.json and the code agree: commands, menus, context keys, settings, icons. */

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { COMMAND_NAMES } from '../../../src/extension/commands/names.ts';
import { offersOf } from '../../../src/extension/offers.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

interface Item {
  readonly command: string;
  readonly when: string;
}

interface Manifest {
  readonly icon: string;
  readonly activationEvents: readonly string[];
  readonly contributes: {
    readonly commands: readonly { command: string; category: string; enablement?: string }[];
    readonly menus: Readonly<Record<string, readonly Item[]>>;
    readonly viewsWelcome: readonly { contents: string; when: string }[];
    readonly viewsContainers: { readonly activitybar: readonly { icon: string }[] };
    readonly configuration: { readonly properties: Readonly<Record<string, { default: unknown }>> };
  };
}

const text = readFileSync(join(ROOT, 'package.json'), 'utf8');
const manifest = JSON.parse(text) as Manifest;
const { contributes } = manifest;
const declared = contributes.commands.map(({ command }) => command);

test('the manifest declares the commands there are', () => {
  assert.deepEqual(
    [...declared].sort(),
    COMMAND_NAMES.map((name) => `replicationSandbox.${name}`).sort(),
  );
  for (const { category } of contributes.commands) assert.equal(category, 'Replication Sandbox');
});

test('menus and welcome views name commands that exist', () => {
  for (const { command } of Object.values(contributes.menus).flat()) {
    assert.ok(declared.includes(command), command);
  }
  for (const { contents } of contributes.viewsWelcome) {
    for (const [, command] of contents.matchAll(/command:(replicationSandbox\.\w+)/g)) {
      assert.ok(declared.includes(command!), command);
    }
  }
});

test('clauses use context keys that are set', () => {
  const views = ['replicationSandbox.nodes', 'replicationSandbox.sentinels'];
  const keys = Object.keys(offersOf([])).map((name) => `replicationSandbox.${name}`);
  const clauses = [
    ...contributes.commands.map(({ enablement }) => enablement ?? ''),
    ...Object.values(contributes.menus)
      .flat()
      .map(({ when }) => when),
    ...contributes.viewsWelcome.map(({ when }) => when),
  ];
  for (const clause of clauses) {
    for (const [name] of clause.matchAll(/replicationSandbox\.\w+/g)) {
      assert.ok([...views, ...keys].includes(name), `${name} in "${clause}"`);
    }
  }
});

test('every setting that is read is declared with the same default', () => {
  const source = readFileSync(join(ROOT, 'src/extension/settings.ts'), 'utf8');
  const read = [...source.matchAll(/section\.get\('(\w+)', ([\w_]+)\)/g)].map(
    ([, name, value]) =>
      [`replicationSandbox.${name}`, JSON.parse(value!.replaceAll('_', ''))] as const,
  );
  const properties = Object.entries(contributes.configuration.properties);
  assert.deepEqual(
    read,
    properties.map(([name, property]) => [name, property.default]),
  );
});

test('it wakes up by itself only once the window is there, and its icons exist', () => {
  assert.deepEqual(manifest.activationEvents, ['onStartupFinished']);
  for (const icon of [manifest.icon, contributes.viewsContainers.activitybar[0]!.icon]) {
    assert.ok(existsSync(join(ROOT, icon)), icon);
  }
});
