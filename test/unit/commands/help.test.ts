/** HELP of every container, here and on a Sentinel: all that exists, nothing else. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CommandTable } from '../../../src/engine/process/commandTable.ts';
import { sentinelTable } from '../../../src/engine/sentinel/commands/table.ts';
import { serverTable } from '../../../src/engine/server/commands/table.ts';
import { ServerHarness } from '../../support/serverHarness.ts';

const ours = new ServerHarness();

function help(container: string): string[] {
  const [count, ...lines] = ours.send([container, 'HELP']).toString().trimEnd().split('\r\n');
  assert.equal(count, `*${lines.length}`);
  return lines.map((line) => {
    assert.equal(line[0], '+', `${container}: ${line}`);
    return line.slice(1);
  });
}

const containers = (table: CommandTable) =>
  [...table.entries()].filter((entry) => entry.subcommands !== undefined);

test('every container has HELP, and every subcommand says what it does', () => {
  for (const table of [serverTable, sentinelTable]) {
    assert.ok(containers(table).length > 0);
    for (const { name, subcommands } of containers(table)) {
      assert.ok(subcommands!.has('help'), `${name} HELP`);
      for (const [subname, { spec }] of subcommands!) {
        if (subname === 'help') continue;
        assert.equal(spec.help?.[0].split(' ')[0], subname.toUpperCase(), spec.name);
        assert.ok(spec.help!.length > 1, spec.name);
      }
    }
  }
});

test('HELP lists the subcommands that exist', () => {
  for (const { name, subcommands } of containers(serverTable)) {
    const [header, ...lines] = help(name);
    const word = name.toUpperCase();
    assert.equal(header, `${word} <subcommand> [<arg> [value] [opt] ...]. Subcommands are:`);
    assert.deepEqual(lines.slice(-2), ['HELP', '    Prints this help.']);
    const listed = lines
      .filter((line) => /^[A-Z]/.test(line))
      .map((line) => line.split(' ')[0]!.toLowerCase());
    assert.deepEqual(listed.sort(), [...subcommands!.keys()].sort());
  }
});
