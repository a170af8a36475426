/** CONFIG GET, SET, REWRITE, RESETSTAT. Source: the CONFIG command of Redis 7.0. */

import type { CommandSpec } from '../../process/commandTable.ts';
import { globMatch } from '../../process/glob.ts';
import { helpOf } from '../../process/help.ts';
import { WORDS_TEXT_MAX } from '../../resp/words.ts';
import { Asker } from '../clients/asker.ts';
import { ConfigRewrite } from '../config/configRewrite.ts';
import type { Directive } from '../config/directiveKinds.ts';
import { directiveNames, findDirective } from '../config/directives.ts';
import type { Settings } from '../config/settings.ts';
import { allows } from '../refusals.ts';
import type { ServerCall } from '../serverCall.ts';

const FLAGS = ['admin', 'noscript', 'loading', 'stale'] as const;

export const configCommands: readonly CommandSpec<ServerCall>[] = [
  {
    name: 'config',
    since: '2.0.0',
    arity: -2,
    flags: [],
    run: (call) => call.wrongArity(),
    subcommands: [
      {
        name: 'config|get',
        since: '2.0.0',
        arity: -3,
        flags: FLAGS,
        help: ['GET <pattern> [<pattern> ...]', 'The directives that match, with their values.'],
        run: get,
      },
      {
        name: 'config|set',
        since: '2.0.0',
        arity: -4,
        flags: FLAGS,
        help: [
          'SET <directive> <value> [<directive> <value> ...]',
          'Changes directives, all of them or none.',
        ],
        tips: ['request_policy:all_nodes', 'response_policy:all_succeeded'],
        run: setValues,
      },
      {
        name: 'config|rewrite',
        since: '2.8.0',
        arity: 2,
        flags: FLAGS,
        help: ['REWRITE', 'Writes the directives as they are now into the configuration file.'],
        run: rewrite,
      },
      {
        name: 'config|resetstat',
        since: '2.0.0',
        arity: 2,
        flags: FLAGS,
        help: ['RESETSTAT', 'Sets the counters of INFO back to zero.'],
        run: resetStat,
      },
      helpOf('config', '5.0.0'),
    ],
  },
];

function get(call: ServerCall): void {
  const names = new Set<string>();
  for (let at = 2; at < call.argc; at += 1) {
    const pattern = call.word(at);
    if (findDirective(pattern) !== undefined) names.add(pattern);
    for (const name of directiveNames()) {
      if (globMatch(pattern, name, true)) names.add(name);
    }
  }
  call.reply.map(names.size);
  for (const name of names) {
    call.reply.bulk(name);
    call.reply.bulk(findDirective(name)!.print(call.server.settings));
  }
}

/** All or nothing: the first value that cannot be used leaves every setting as it was. */
function setValues(call: ServerCall): void {
  const { server, reply } = call;
  if (call.argc % 2 !== 0) {
    call.syntaxError();
    return;
  }
  const changes: { directive: Directive; name: string; value: string }[] = [];
  for (let at = 2; at < call.argc; at += 2) {
    const name = call.word(at);
    const directive = findDirective(name);
    const error = directive === undefined ? undefined : refusal(call, directive, changes);
    if (directive === undefined) {
      reply.error(`ERR Unknown option or number of arguments for CONFIG SET - '${call.str(at)}'`);
      return;
    }
    if (error !== undefined) {
      reply.error(failed(call.str(at), error));
      return;
    }
    const value = call.str(at + 1);
    if (value.length > WORDS_TEXT_MAX) {
      reply.error(failed(call.str(at), `argument is longer than ${WORDS_TEXT_MAX} bytes`));
      return;
    }
    changes.push({ directive, name: call.str(at), value });
  }
  const trial: Settings = structuredCopy(server.settings);
  for (const { directive, name, value } of changes) {
    const error = directive.parse(trial, [value]);
    if (error !== undefined) {
      reply.error(failed(name, error));
      return;
    }
  }
  Object.assign(server.settings, trial);
  server.settingsChanged(changes.map(({ directive }) => directive.name));
  reply.ok();
}

function structuredCopy(settings: Settings): Settings {
  return { ...settings, clientOutputBufferLimit: { ...settings.clientOutputBufferLimit } };
}

function failed(name: string, error: string): string {
  return `ERR CONFIG SET failed (possibly related to argument '${name}') - ${error}`;
}

function refusal(
  call: ServerCall,
  directive: Directive,
  changes: readonly { directive: Directive }[],
): string | undefined {
  if (directive.change === 'fixed') return "can't set immutable config";
  if (
    directive.change === 'protected' &&
    !allows(call.server, 'enableProtectedConfigs', call.client)
  ) {
    return "can't set protected config";
  }
  if (changes.some((change) => change.directive === directive)) return 'duplicate parameter';
  return undefined;
}

function rewrite(call: ServerCall): void {
  const { server, client } = call;
  const { path } = server.configuration;
  if (path === undefined) {
    call.reply.error('ERR The server is running without a config file');
    return;
  }
  const asker = new Asker(server, client, 'config', 'rewrite');
  server.foreground.begin(new ConfigRewrite(server, path, asker));
}

function resetStat(call: ServerCall): void {
  call.server.resetStatistics();
  call.reply.ok();
}
