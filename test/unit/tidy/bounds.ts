/** Where code may cut, search and spread what has no bound of its own. */

import { withoutComments } from './sources.ts';

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
export const BOUNDED: Readonly<Record<string, string>> = {
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
  'src/sandbox/nodeReading.ts': "lines of a node's INFO",
  'src/sandbox/replyLines.ts': 'what is shown of a reply, cut before',
  'src/sandbox/requests.ts': 'the first word alone',
  'src/sandbox/verbs/nodes.ts': 'nodes of one sandbox',
};

/** The unbounded things a file's text uses. */
export function unboundedIn(text: string): string[] {
  const code = withoutComments(text);
  return UNBOUNDED.filter(([pattern]) => pattern.test(code)).map(([, name]) => name);
}
