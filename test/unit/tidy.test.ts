/**
 * Style as a test: who may import whom (design: rooms), what the pure rooms must not touch, file
 * heads, dead files. Function length is biome's noExcessiveLinesPerFunction.
 */

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Rooms in reading order. A room of engine/ imports those above it, with the exceptions named. */
const ENGINE_ROOMS = [
  'machine',
  'resp',
  'data',
  'process',
  'execution',
  'commands',
  'persistence',
  'replication',
  'server',
  'sentinel',
];

interface InnerRooms {
  /** Which of its neighbours each room may import. */
  readonly rooms: Readonly<Record<string, readonly string[]>>;
  /** Files beside the rooms that their files may import: all others assemble the room. */
  readonly shared: readonly string[];
}

/**
 * Rooms inside a room. The files beside them assemble the room, so none inside imports those: a part
 * takes the few members it uses as an interface of its own.
 */
const INNER_ROOMS: Readonly<Record<string, InnerRooms>> = {
  'src/engine/sentinel': {
    rooms: {
      model: [],
      conf: ['model'],
      monitoring: ['model'],
      acting: ['model', 'monitoring'],
      commands: ['model', 'conf', 'monitoring', 'acting'],
    },
    shared: [],
  },
  'src/engine/server': {
    rooms: {
      config: [],
      keyspace: ['config'],
      saving: ['config', 'keyspace'],
      clients: ['config', 'keyspace', 'saving'],
      commands: ['config', 'keyspace', 'saving', 'clients'],
    },
    // Its parts still name their hosts by Pick<Server, …>: types only, as the test on circles shows.
    shared: ['part', 'refusals', 'startup', 'memory', 'rates', 'server', 'serverCall'],
  },
};

/** Which rooms the rooms outside of engine/ may import, besides themselves. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  world: ['engine'],
  view: [],
  sandbox: ['engine', 'world', 'view'],
  gateway: ['engine', 'world', 'sandbox', 'view'],
  extension: ['view', 'sandbox', 'gateway'],
  cli: ['engine', 'world', 'sandbox', 'gateway', 'view'],
};

/** Tables of plain data, which every room may import; they import only their own folder. */
const PLAIN_DATA = ['src/engine/process/directives/'];

const ENTRIES = ['src/cli/cli.ts', 'src/gateway/worker.ts', 'src/extension/extension.ts'];

/** What the simulation harness drives and no entry does yet: replay, and going back. */
const TEST_ENTRIES = ['src/world/replay.ts', 'src/world/checkpoints.ts'];

/** What makes a run depend on anything but its inputs. `process` is a word of our own here. */
const BANNED: readonly (readonly [RegExp, string])[] = [
  [/\bDate\b/, 'Date'],
  [/\bMath\.random\b/, 'Math.random'],
  [/\bset(Timeout|Interval|Immediate)\b/, 'a timer'],
  [/\bqueueMicrotask\b/, 'queueMicrotask'],
  [/\bPromise\b/, 'Promise'],
  [/\basync\b/, 'async'],
  [/\bawait\b/, 'await'],
  [/\bperformance\./, 'performance'],
  [/\bcrypto\b/, 'crypto'],
  [/\bfetch\(/, 'fetch'],
  [/\bglobalThis\b/, 'globalThis'],
  [/\bWeakRef\b|\bFinalizationRegistry\b/, 'garbage collection'],
  [/\bprocess\.(env|argv|hrtime|nextTick|memoryUsage|cwd|platform|uptime)\b/, 'the host process'],
  [/\btoLocale\w*|\bIntl\b|\blocaleCompare\b/, 'the locale'],
];

interface SourceFile {
  readonly path: string;
  readonly text: string;
  readonly imports: readonly string[];
}

function sourceFiles(folder: string): SourceFile[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'))
    .map((name) => {
      const path = join(folder, name).replaceAll('\\', '/');
      const text = readFileSync(join(root, path), 'utf8');
      return { path, text, imports: importsOf(path, text) };
    });
}

/** Paths below the root for relative imports, bare names for the rest. */
function importsOf(path: string, text: string): string[] {
  const statements =
    /^(?:import|export)\b[^;']*?\bfrom '([^']+)'|^import '([^']+)'|\bimport\('([^']+)'\)/gm;
  const found = [...text.matchAll(statements)].map(([, a, b, c]) => (a ?? b ?? c)!);
  const urls = [...text.matchAll(/new URL\('(\.[^']+\.ts)'/g)].map((match) => match[1]!);
  return [...found, ...urls].map((name) =>
    name.startsWith('.') ? normalize(join(dirname(path), name)).replaceAll('\\', '/') : name,
  );
}

/** The code without comments and string contents, for words that must not occur in it. */
export function codeOnly(text: string): string {
  return text
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/(^|[^:'"`])\/\/.*$/gm, '$1')
    .replace(/'(?:[^'\\\n]|\\.)*'/g, "''")
    .replace(/"(?:[^"\\\n]|\\.)*"/g, '""');
}

/** The banned things a pure file's text uses. */
export function impurities(path: string, text: string): string[] {
  const code = codeOnly(text);
  const words = BANNED.filter(([pattern]) => pattern.test(code)).map(([, name]) => name);
  return [...words, ...importsOf(path, text).filter((name) => !name.startsWith('src/'))];
}

const files = sourceFiles('src');

test('rooms import only what stands above them', () => {
  for (const file of files) {
    for (const imported of file.imports) {
      if (imported.startsWith('src/'))
        assert.ok(allowed(file.path, imported), `${file.path} may not import ${imported}`);
    }
  }
});

test('tables of plain data import only themselves', () => {
  for (const folder of PLAIN_DATA) {
    const own = files.filter(({ path }) => path.startsWith(folder));
    assert.ok(own.length > 0, folder);
    for (const { path, imports } of own) {
      assert.deepEqual(
        imports.filter((imported) => !imported.startsWith(folder)),
        [],
        path,
      );
    }
  }
});

function allowed(path: string, imported: string): boolean {
  if (PLAIN_DATA.some((folder) => imported.startsWith(folder))) return true;
  const [, room = '', subroom = ''] = path.split('/');
  const [, target = '', targetSubroom = ''] = imported.split('/');
  if (room !== 'engine') return target === room || (MAY_IMPORT[room] ?? []).includes(target);
  if (target !== 'engine') return false;
  if (subroom === 'sentinel' && targetSubroom === 'server') return false;
  return ENGINE_ROOMS.indexOf(targetSubroom) <= ENGINE_ROOMS.indexOf(subroom);
}

test('inner rooms import only the neighbours they are given, types included', () => {
  const breaches = files.flatMap(({ path, imports }) =>
    imports.filter((imported) => !isInner(path, imported)).map((name) => `${path}: ${name}`),
  );
  assert.deepEqual(breaches, []);
  assert.ok(isInner('src/engine/sentinel/acting/a.ts', 'src/engine/sentinel/model/b.ts'));
  assert.ok(!isInner('src/engine/sentinel/model/b.ts', 'src/engine/sentinel/acting/a.ts'));
  assert.ok(!isInner('src/engine/sentinel/model/b.ts', 'src/engine/sentinel/sentinel.ts'));
  assert.ok(!isInner('src/engine/server/saving/a.ts', 'src/engine/server/clients/b.ts'));
  assert.ok(!isInner('src/engine/server/saving/a.ts', 'src/engine/server/cron.ts'));
});

/** False when the import leaves its inner room for another one, or a file beside, without leave. */
function isInner(path: string, imported: string): boolean {
  for (const [room, { rooms, shared }] of Object.entries(INNER_ROOMS)) {
    if (!path.startsWith(`${room}/`) || !imported.startsWith(`${room}/`)) continue;
    const [from, to] = [path, imported].map((file) => file.slice(room.length + 1).split('/'));
    const mayImport = rooms[from![0]!];
    if (mayImport === undefined) return from!.length === 1;
    if (to!.length === 1) return shared.includes(to![0]!.replace('.ts', ''));
    return from![0] === to![0] || mayImport.includes(to![0]!);
  }
  return true;
}

test('value imports make no circle', () => {
  assert.deepEqual(circles(files), []);
});

test('a planted circle is found', () => {
  const file = (path: string, text: string) => ({ path, text, imports: importsOf(path, text) });
  const a = file('src/a.ts', "import { b } from './b.ts';\n");
  assert.deepEqual(circles([a, file('src/b.ts', "import { a } from './a.ts';\n")]), [
    ['src/a.ts', 'src/b.ts', 'src/a.ts'],
  ]);
  const typesOnly = file('src/b.ts', "import { type a, type c } from './a.ts';\n");
  assert.deepEqual(circles([a, typesOnly]), []);
});

/** Circles of imports that exist at run time, each as the walk that found it. */
function circles(all: readonly SourceFile[]): string[][] {
  const values = new Map(all.map(({ path, text }) => [path, valueImportsOf(path, text)]));
  const found: string[][] = [];
  const done = new Set<string>();
  const walk = (path: string, trail: readonly string[]) => {
    const at = trail.indexOf(path);
    if (at >= 0) found.push([...trail.slice(at), path]);
    if (at >= 0 || done.has(path)) return;
    for (const next of values.get(path) ?? []) walk(next, [...trail, path]);
    done.add(path);
  };
  for (const path of values.keys()) walk(path, []);
  return found;
}

/** What is left of a file's imports once types are erased. */
function valueImportsOf(path: string, text: string): string[] {
  const typeOnly =
    /^(?:import|export) (?:type\b[^;']*|\{(?:\s*type \w+(?: as \w+)?,?)+\s*\}\s*)from '[^']+';/gm;
  return importsOf(path, text.replace(typeOnly, ''));
}

test('every file stands in a known room', () => {
  for (const { path } of files) {
    const [, room = '', subroom = ''] = path.split('/');
    const known = room === 'engine' ? ENGINE_ROOMS.includes(subroom) : room in MAY_IMPORT;
    assert.ok(known, `${path}: unknown room`);
  }
});

test('engine and world are pure', () => {
  for (const { path, text } of files) {
    if (!/^src\/(engine|world|sandbox|view)\//.test(path)) continue;
    assert.deepEqual(impurities(path, text), [], path);
  }
});

test('a planted Date.now() is found', () => {
  assert.deepEqual(impurities('src/engine/x.ts', 'export const now = () => Date.now();\n'), [
    'Date',
  ]);
  assert.deepEqual(impurities('src/engine/x.ts', "import { readFileSync } from 'node:fs';\n"), [
    'node:fs',
  ]);
  assert.deepEqual(impurities('src/engine/x.ts', '// Date.now() is not used\n'), []);
});

test('only gateway and cli know the host', () => {
  for (const { path, imports } of files) {
    if (/^src\/(gateway|cli)\//.test(path)) continue;
    const own = path.startsWith('src/extension/') ? ['vscode'] : [];
    const host = imports.filter((name) => !name.startsWith('src/') && !own.includes(name));
    assert.deepEqual(host, [], path);
  }
});

test('every file begins by saying what it is for', () => {
  for (const { path, text } of files) assert.match(text, /^(#!.*\n)?(\/\*\*|\/\/ )/, path);
});

test('no file is dead', () => {
  const reached = new Set([...ENTRIES, ...TEST_ENTRIES]);
  const byPath = new Map(files.map((file) => [file.path, file]));
  for (const path of reached) {
    for (const imported of byPath.get(path)?.imports ?? []) {
      if (imported.startsWith('src/')) reached.add(imported);
    }
  }
  const dead = files.map(({ path }) => path).filter((path) => !reached.has(path));
  assert.deepEqual(dead, []);
});

/**
 * What ends the process, or throws far from its cause, when a peer has sent the text or the list: an
 * array of too many pieces or matches is fatal to V8, a spread list overflows the stack.
 */
const UNBOUNDED: readonly (readonly [RegExp, string])[] = [
  [/(?<!\bthis)\.split\(/, 'split'],
  [/\.replaceAll\(|\.replace\(\s*\/(?:[^/\\\n]|\\.)+\/[a-z]*g/, 'a global replace'],
  [/\.match(All)?\(/, 'match'],
  [/\.(push|unshift|max|min|fromCharCode|rewrite|alsoPropagate)\([^()]*\.\.\./, 'a spread list'],
];

/** Files that may, and why what they work on is short. */
const BOUNDED: Readonly<Record<string, string>> = {
  'src/engine/resp/words.ts': 'the place where it is done within bounds',
  'src/engine/resp/double.ts': 'numbers it has printed itself',
  'src/engine/process/commandCommands.ts': 'names and flags of the command table',
  'src/engine/process/commandTable.ts': 'names of the command table',
  'src/engine/process/help.ts': 'usage lines of the command table',
  'src/engine/process/configFile.ts': 'a configuration file; CONFIG SET bounds what a client adds',
  'src/engine/process/values/fields.ts': 'names of directives',
  'src/engine/process/values/words.ts': 'a directive, 64 KB at most',
  'src/engine/server/config/configuration.ts': 'a configuration file',
  'src/engine/server/config/rewriting.ts': 'no more lines than there are directives',
  'src/engine/server/commands/configCommands.ts': 'no more lines than there are directives',
  'src/engine/replication/replica.ts': 'an address the host has given',
  'src/engine/data/types/list.ts': 'one chunk of a list',
  'src/engine/data/types/scoreTree.ts': 'one node of a tree',
  'src/engine/sentinel/conf/stateLines.ts': "a configuration file; an instance's lines",
  'src/engine/sentinel/model/address.ts': 'an address; a longer text has been refused',
  'src/sandbox/agreement.ts': 'nodes of one sandbox',
  'src/sandbox/nodeOperations.ts': 'nodes of one sandbox',
  'src/sandbox/nodeReading.ts': "lines of a node's INFO",
  'src/sandbox/replyLines.ts': 'what is shown of a reply, cut before',
  'src/sandbox/requests.ts': 'the first word alone',
  'src/sandbox/visibility.ts': 'the words of one event, which the trace keeps short',
  'src/sandbox/load/loadSettings.ts': 'a sentence of the sandbox to its own client',
};

function unboundedIn(text: string): string[] {
  const code = withoutComments(text);
  return UNBOUNDED.filter(([pattern]) => pattern.test(code)).map(([, name]) => name);
}

/** Strings stay: a pattern may hold quotes. */
function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|[^:'"`\\])\/\/ .*$/gm, '$1');
}

test('engine and sandbox cut and spread only what is bounded', () => {
  const found = files.filter(
    ({ path, text }) => /^src\/(engine|sandbox)\//.test(path) && unboundedIn(text).length > 0,
  );
  for (const { path, text } of found) {
    assert.ok(path in BOUNDED, `${path} uses ${unboundedIn(text)}: see src/engine/resp/words.ts`);
  }
  const paths = new Set(found.map(({ path }) => path));
  const stale = Object.keys(BOUNDED).filter((path) => !paths.has(path));
  assert.deepEqual(stale, [], 'excepted for nothing');
});

test('a planted split and a planted spread are found', () => {
  assert.deepEqual(unboundedIn("const parts = name.split(',');\n"), ['split']);
  assert.deepEqual(unboundedIn('lines.push(...others);\n'), ['a spread list']);
  assert.deepEqual(unboundedIn("text.replace(/[\"']/g, '');\n"), ['a global replace']);
  assert.deepEqual(unboundedIn('this.split(node); // a.split(b)\n'), []);
});
