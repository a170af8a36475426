/** The names of all commands; package.json declares each with the prefix `replicationSandbox.`. */

import { allVerbs, type VERBS, type VerbName } from '../../view/verbs/table.ts';
import type { TreeEntry } from '../treeEntry.ts';

/** The name of a verb's command; never for a verb that the palette does not have. */
type CommandOf<Verb> = Verb extends { readonly command: { readonly name: infer Name } }
  ? Name
  : never;

export type VerbCommand = { [Name in VerbName]: CommandOf<(typeof VERBS)[Name]> }[VerbName];

/** Commands of the editor that are no operations of a sandbox. */
const EDITOR_COMMANDS = [
  'start',
  'startAnother',
  'stop',
  'openPanel',
  'compare',
  'showLog',
  'copyEndpoint',
  'copyConnectionString',
] as const;

export type EditorCommand = (typeof EDITOR_COMMANDS)[number];

export const COMMAND_NAMES: readonly string[] = [
  ...EDITOR_COMMANDS,
  ...allVerbs().flatMap(([, { command }]) => (command === undefined ? [] : [command.name])),
];

/** A command receives the entry of the tree row on which it was run, if any. */
export type Handler = (entry?: TreeEntry) => Promise<void>;
export type Handlers<Name extends string> = Readonly<Record<Name, Handler>>;
