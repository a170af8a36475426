/**
 * Every command and every CONFIG name of the real server: what we know is declared as there; what
 * we do not know is an error in Redis's words. Nothing that is not implemented answers OK.
 */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type Reply,
  ReplyReader,
  replyItems,
  replyText,
} from '../../src/engine/resp/replyReader.ts';
import { serverTable } from '../../src/engine/server/commands/table.ts';
import { ServerHarness } from '../support/serverHarness.ts';
import { RealServer, whyNoRealServer } from './realServer.ts';

const skip = whyNoRealServer() ?? false;

function parse(bytes: Buffer): Reply {
  const reader = new ReplyReader();
  reader.feed(bytes);
  return reader.next()!;
}

const words = (reply: Reply): string[] => replyItems(reply).map((item) => replyText(item)!);

interface Declared {
  readonly name: string;
  readonly arity: string;
  readonly flags: string[];
  readonly keys: string[];
  readonly categories: string[];
  readonly tips: string[];
  readonly keySpecs: unknown;
  readonly subcommands: Declared[];
}

function declared(reply: Reply): Declared {
  const items = replyItems(reply);
  const text = (index: number) => {
    const item = items[index]!;
    return item.type === 'integer' ? String(item.value) : replyText(item)!;
  };
  return {
    name: text(0),
    arity: text(1),
    flags: words(items[2]!).sort(),
    keys: [text(3), text(4), text(5)],
    categories: words(items[6]!).sort(),
    tips: words(items[7]!).sort(),
    keySpecs: replyItems(items[8]!).map(keySpec),
    subcommands: replyItems(items[9]!).map(declared),
  };
}

/** A key specification without its notes, which are prose. */
function keySpec(reply: Reply): Reply[] {
  const fields = replyItems(reply);
  const notes = fields.findIndex((field) => replyText(field) === 'notes');
  return notes < 0 ? [...fields] : fields.toSpliced(notes, 2);
}

/** Since which version each command is there: `COMMAND DOCS`, subcommands included. */
function versions(docs: Reply, found = new Map<string, string>()): Map<string, string> {
  const items = replyItems(docs);
  for (let at = 0; at < items.length; at += 2) {
    const fields = replyItems(items[at + 1]!);
    for (let field = 0; field < fields.length; field += 2) {
      const name = replyText(fields[field]!);
      if (name === 'since') found.set(replyText(items[at]!)!, replyText(fields[field + 1]!)!);
      if (name === 'subcommands') versions(fields[field + 1]!, found);
    }
  }
  return found;
}

/** Commands answered with no reply at all, or that end the connection: asked in other tests. */
const WITHOUT_REPLY = new Set(['replconf', 'psync', 'sync']);

test('commands: declared as there, or unknown', { skip }, async () => {
  const real = await RealServer.start();
  const ours = new ServerHarness();
  try {
    const theirs = replyItems(parse(await real.send(['COMMAND']))).map(declared);
    const mine = new Map(
      replyItems(parse(ours.send(['COMMAND']))).map((reply) => {
        const command = declared(reply);
        return [command.name, command] as const;
      }),
    );
    for (const command of theirs) {
      const own = mine.get(command.name);
      if (own === undefined) unknownCommand(ours, command.name);
      else sameDeclaration(ours, own, command);
    }
    const names = new Set(theirs.map(({ name }) => name));
    for (const name of mine.keys()) assert.ok(names.has(name), `${name} is no command of 7.0.15`);
  } finally {
    await real.stop();
  }
});

function unknownCommand(ours: ServerHarness, name: string): void {
  const reply = ours.send([name, 'a', 'b']).toString();
  assert.equal(reply, `-ERR unknown command '${name}', with args beginning with: 'a' 'b' \r\n`);
}

function sameDeclaration(ours: ServerHarness, own: Declared, command: Declared): void {
  const { subcommands: mySubs, ...mine } = own;
  const { subcommands: theirSubs, ...theirs } = command;
  assert.deepEqual(mine, theirs);
  const byName = new Map(mySubs.map((sub) => [sub.name, sub]));
  for (const sub of theirSubs) {
    const [container, name] = sub.name.split('|');
    const mySub = byName.get(sub.name);
    if (mySub !== undefined) {
      sameDeclaration(ours, mySub, sub);
    } else {
      const reply = ours.send([container!, name!, 'x', 'y']).toString();
      assert.equal(
        reply,
        `-ERR unknown subcommand '${name}'. Try ${container!.toUpperCase()} HELP.\r\n`,
      );
    }
  }
  if (theirSubs.length === 0 && Number(own.arity) !== -1 && !WITHOUT_REPLY.has(own.name)) {
    const tooMany = Number(own.arity) > 0;
    const args = own.name.split('|');
    const count = Math.abs(Number(own.arity)) + (tooMany ? 1 : -1);
    while (args.length < count) args.push('x');
    if (args.length > count) return;
    const reply = ours.send(args).toString();
    // What refuses EXEC always ends the transaction, and says so.
    const prefix = own.name === 'exec' ? 'EXECABORT Transaction discarded because of:' : 'ERR';
    assert.equal(reply, `-${prefix} wrong number of arguments for '${own.name}' command\r\n`);
  }
}

test('commands: since the same versions', { skip }, async () => {
  const real = await RealServer.start();
  try {
    const since = versions(parse(await real.send(['COMMAND', 'DOCS'])));
    const entries = [...serverTable.entries()].flatMap((entry) => [
      entry,
      ...(entry.subcommands?.values() ?? []),
    ]);
    const mine = entries.map(({ name, spec }) => [name, spec.since]);
    assert.deepEqual(
      mine,
      mine.map(([name]) => [name, since.get(name!)]),
    );
  } finally {
    await real.stop();
  }
});

/** Where the default here differs from the real server's, on purpose; the README lists them. */
const DEVIATIONS = new Set([
  // Depends on the machine or on how the test starts the server.
  'port',
  'bind',
  'dir',
  'save',
  'enable-debug-command',
  'logfile',
  'dbfilename',
  // Full resynchronizations are sent from disk.
  'repl-diskless-sync',
]);

test('CONFIG: known as there, or unknown', { skip }, async () => {
  const real = await RealServer.start();
  const ours = new ServerHarness();
  try {
    const theirs = words(parse(await real.send(['CONFIG', 'GET', '*'])));
    const mine = words(parse(ours.send(['CONFIG', 'GET', '*'])));
    const known = new Map(
      mine.flatMap((name, at) => (at % 2 === 0 ? [[name, mine[at + 1]!]] : [])) as [
        string,
        string,
      ][],
    );
    const names = theirs.filter((_, at) => at % 2 === 0);
    theirs.forEach((name, at) => {
      if (at % 2 === 1) return;
      const value = theirs[at + 1]!;
      const set = ours.send(['CONFIG', 'SET', name, value]).toString();
      if (!known.has(name)) {
        assert.equal(
          set,
          `-ERR Unknown option or number of arguments for CONFIG SET - '${name}'\r\n`,
        );
      } else if (!DEVIATIONS.has(name)) {
        assert.equal(known.get(name), value, `default of ${name}`);
      }
    });
    for (const name of known.keys())
      assert.ok(names.includes(name), `${name} is no directive of 7.0.15`);
  } finally {
    await real.stop();
  }
});

const BAD_VALUES: readonly (readonly string[])[] = [
  ['maxclients', '0'],
  ['maxclients', 'x'],
  ['maxclients', '99999999999999999999'],
  ['replica-read-only', 'maybe'],
  ['maxmemory-policy', 'x'],
  ['repl-diskless-load', 'x'],
  ['hash-max-listpack-value', 'x'],
  ['hz', 'x'],
  ['hz', '-1'],
  ['maxmemory', '1x'],
  ['maxmemory', '-1'],
  ['loglevel', 'loud'],
  ['databases', '4'],
  ['dbfilename', 'x'],
  ['nonsense', '1'],
  ['maxclients'],
  ['maxclients', '1', 'timeout'],
  ['timeout', '1', 'timeout', '2'],
  ['notify-keyspace-events', 'KQ'],
  ['repl-backlog-size', '0'],
  ['min-replicas-to-write', '-1'],
  ['repl-timeout', '0'],
  ['save', '1'],
  ['save', 'a b'],
  ['client-output-buffer-limit', 'normal 0 0'],
  ['client-output-buffer-limit', 'wrong 0 0 0'],
  ['client-output-buffer-limit', 'replica x 0 0'],
  // Known, though no pattern of CONFIG GET finds them.
  ['key-load-delay', 'x'],
  ['key-load-delay', '99999999999'],
  ['loading-process-events-interval-bytes', '5'],
];

test("CONFIG SET refuses in the real server's words", { skip }, async () => {
  const real = await RealServer.start();
  const ours = new ServerHarness();
  try {
    for (const args of BAD_VALUES) {
      const command = ['CONFIG', 'SET', ...args];
      const theirs = await real.send(command);
      assert.equal(ours.send(command).toString(), theirs.toString(), command.join(' '));
    }
  } finally {
    await real.stop();
  }
});

test('COMMAND LIST names subcommands too, and filters them', { skip }, async () => {
  const real = await RealServer.start();
  const ours = new ServerHarness();
  const namesOf = (reply: Buffer): string[] =>
    reply
      .toString()
      .split('\r\n')
      .filter((line) => /^[a-z]/.test(line) && !line.endsWith('|help'))
      .sort();
  try {
    for (const filter of [
      ['PATTERN', 'config*'],
      ['PATTERN', 'PubSub'],
      ['ACLCAT', 'transaction'],
      ['MODULE', 'none'],
    ]) {
      const command = ['COMMAND', 'LIST', 'FILTERBY', ...filter];
      const theirs = namesOf(await real.send(command));
      assert.deepEqual(namesOf(ours.send(command)), theirs, filter.join(' '));
    }
  } finally {
    await real.stop();
  }
});
