/**
 * Walks the table of verbs: what the page sends, what SANDBOX and its HELP say, and what package.json
 * declares agree with it.
 */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parseSandboxCommand, sandboxHelp } from '../../../src/gateway/controlCommands.ts';
import type { Argument, Suitable } from '../../../src/view/verbs/arguments.ts';
import { refusalOf } from '../../../src/view/verbs/check.ts';
import { sentenceOf } from '../../../src/view/verbs/sentence.ts';
import { allVerbs, type Operation, type VerbName } from '../../../src/view/verbs/table.ts';
import type { Verb } from '../../../src/view/verbs/verb.ts';

const MANIFEST = fileURLToPath(new URL('../../../package.json', import.meta.url));

/** A value of each kind of argument, and the words that name it. */
function sampleOf(argument: Argument): { readonly value: unknown; readonly words: string } {
  switch (argument.kind) {
    case 'node':
    case 'place':
    case 'masterName':
    case 'label':
    case 'path':
      return { value: 'm', words: 'm' };
    case 'line':
      return { value: 'SET "a b" 1', words: 'SET\ta b\t1' };
    case 'port':
      return { value: 6_500, words: '6500' };
    case 'integer':
    case 'bytes':
    case 'milliseconds':
    case 'factor':
      return { value: argument.most, words: String(argument.most) };
    case 'flag':
      return { value: true, words: argument.word.toLowerCase() };
    case 'target':
      return { value: { host: '127.0.0.1', port: 1 }, words: '127.0.0.1\t1' };
  }
}

type Named = readonly [string, Argument];

/** The operation with these arguments, and its words after SANDBOX. */
function sample(op: VerbName, verb: Verb, given: readonly Named[] = Object.entries(verb.takes)) {
  const samples = given.map(([name, argument]) => [name, sampleOf(argument)] as const);
  const fields = samples.map(([name, { value }]) => [name, value]);
  const words = [
    ...verb.words.split(' '),
    ...samples.flatMap(([, each]) => each.words.split('\t')),
  ];
  return { operation: { op, ...Object.fromEntries(fields) } as Operation, words };
}

test('the words of SANDBOX become the operation that a page may send', () => {
  for (const [op, verb] of allVerbs()) {
    const { operation, words } = sample(op, verb);
    assert.equal(refusalOf(operation), undefined, op);
    assert.deepEqual(parseSandboxCommand(words), { operation, asJson: false }, op);
    const asJson = parseSandboxCommand([...words, 'JSON']);
    if (verb.hasData === true) assert.deepEqual(asJson, { operation, asJson: true }, op);
  }
});

test('what words leave out has its default, and an operation names all but optional arguments', () => {
  for (const [op, verb] of allVerbs()) {
    for (const [name, argument] of Object.entries(verb.takes)) {
      const { [name as never]: _, ...less } = sample(op, verb).operation;
      const isOptional = 'optional' in argument;
      const isBeforeOthers = Object.keys(verb.takes).at(-1) !== name;
      assert.equal(refusalOf(less) === undefined, isOptional && !isBeforeOthers, `${op} ${name}`);
    }
    const required = Object.entries(verb.takes).filter(
      ([, argument]) =>
        !('optional' in argument) &&
        argument.kind !== 'flag' &&
        !('least' in argument && argument.default !== undefined),
    );
    const parsed = parseSandboxCommand(sample(op, verb, required).words);
    assert.ok('operation' in parsed, op);
    assert.equal(refusalOf(parsed.operation), undefined, op);
    for (const [name, argument] of Object.entries(verb.takes)) {
      if (!('least' in argument) || argument.default === undefined) continue;
      assert.equal(parsed.operation[name as never], argument.default, `${op} ${name}`);
    }
  }
});

test('a value beyond its limits is refused with the limits, which HELP tells, too', () => {
  const help = sandboxHelp();
  for (const [op, verb] of allVerbs()) {
    const usage = help.findIndex(
      (line, index) => line.startsWith(verb.words) && help[index + 1] === `    ${verb.help}`,
    );
    assert.ok(usage > 0, op);
    for (const [name, argument] of Object.entries(verb.takes)) {
      if (!('least' in argument)) continue;
      const { least, most } = argument;
      for (const value of [least - 1, most + 1, Number.NaN, String(least), null]) {
        const refusal = refusalOf({ ...sample(op, verb).operation, [name]: value });
        assert.match(refusal ?? '', new RegExp(`from ${least} to ${most}\\b`), `${op} ${name}`);
      }
      for (const proposed of [argument.default, argument.suggested]) {
        assert.ok(proposed === undefined || (proposed >= least && proposed <= most), op);
      }
      const limits = `${argument.usage ?? name}: ${least} to ${most}`;
      assert.ok(help[usage + 2]!.includes(limits), `${op}: ${help[usage + 2]}`);
    }
  }
});

test('a verb has words, a help and a line for the feed of its own', () => {
  const verbs = allVerbs();
  assert.equal(new Set(verbs.map(([, { words }]) => words)).size, verbs.length);
  assert.equal(new Set(verbs.map(([, { help }]) => help)).size, verbs.length);
  for (const [op, verb] of verbs) {
    assert.match(verb.words, /^[A-Z]+( [A-Z]+)*$/);
    assert.match(verb.help, /^\S.*[^.]\.$/, op);
    const sentence = sentenceOf(sample(op, verb).operation);
    assert.match(sentence, /^\S+( \S+)*$/, op);
    assert.doesNotMatch(sentence, /undefined|\[object|[{}]/, op);
  }
  assert.equal(sentenceOf({ op: 'crash', node: 'm' }), 'crash m');
  assert.equal(sentenceOf({ op: 'cut', a: 'm', b: 'r1', oneway: true }), 'cut m r1 oneway');
  assert.equal(sentenceOf({ op: 'heal' }), 'heal');
  assert.equal(sentenceOf({ op: 'replicaof', node: 'r1', to: null }), 'replicaof r1 no one');
});

interface Declared {
  readonly command: string;
  readonly title: string;
  readonly enablement?: string;
}

test("package.json declares the verbs' commands, with their titles, where they are offered", () => {
  const manifest = JSON.parse(readFileSync(MANIFEST, 'utf8')) as {
    readonly contributes: { readonly commands: readonly Declared[] };
  };
  for (const [op, verb] of allVerbs()) {
    if (verb.command === undefined) continue;
    const { name, title } = verb.command;
    const command = `replicationSandbox.${name}`;
    const found = manifest.contributes.commands.find((declared) => declared.command === command);
    assert.ok(found !== undefined, `package.json has no ${command} for ${op}`);
    assert.equal(found.title, asksMore(verb) ? `${title}…` : title);
    assert.equal(found.enablement, enablementOf(verb), op);
  }
});

/** Whether the command asks for more than the node: its title then ends with dots. */
function asksMore({ takes, command }: Verb): boolean {
  if (command?.warning !== undefined) return true;
  return Object.values(takes).some(({ question }) => question !== undefined);
}

function enablementOf({ takes, command, worksInPast }: Verb): string {
  const node = Object.values(takes).find((argument) => argument.kind === 'node');
  if (node?.kind === 'node') return `replicationSandbox.${keyOf(node.suitable)}`;
  const { offered } = command!;
  if (offered === 'noLoad') return 'replicationSandbox.running && !replicationSandbox.load';
  // A recording can only be looked at.
  return `replicationSandbox.${offered ?? (worksInPast === true ? 'open' : 'running')}`;
}

/** The context key that says whether such a node exists (extension/offers.ts). */
function keyOf({ role, states }: Suitable): string {
  if (role === 'replica') return 'replicas';
  const keys: Readonly<Record<string, string>> = {
    running: 'thawed',
    frozen: 'frozen',
    'running frozen': 'alive',
  };
  return keys[(states ?? []).join(' ')] ?? 'running';
}
