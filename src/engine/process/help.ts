/**
 * HELP of containers, built from the declarations of their subcommands, so it lists exactly what
 * exists. Header and last lines are Redis 7.0's; the descriptions are our own.
 */

import type { ReplyWriter } from '../resp/replyWriter.ts';
import type { Call } from './call.ts';
import type { DeclaredCategory } from './categories.ts';
import type { CommandSpec } from './commandTable.ts';

/** A subcommand's usage, `SET <directive> <value>`, then lines that describe it. */
export type HelpText = readonly [usage: string, ...description: string[]];

/** The subcommand's name, in lower case: the usage's first word. */
export function nameOf([usage]: HelpText): string {
  return usage.split(' ')[0]!.toLowerCase();
}

/** The subcommand HELP of a container. */
export function helpOf(
  container: string,
  since: string,
  ...categories: readonly DeclaredCategory[]
): CommandSpec<Call> {
  return {
    name: `${container}|help`,
    since,
    arity: 2,
    flags: ['loading', 'stale'],
    categories,
    run: (call) => {
      const entry = call.process.commands.find(container)!;
      const own = entry.spec.help === undefined ? [] : [entry.spec.help];
      const texts = [...entry.subcommands!.values()].flatMap(({ spec }) =>
        spec.help === undefined ? [] : [spec.help],
      );
      writeHelp(call.reply, container, [...own, ...texts]);
    },
  };
}

export function writeHelp(reply: ReplyWriter, container: string, texts: readonly HelpText[]): void {
  const lines = [
    `${container.toUpperCase()} <subcommand> [<arg> [value] [opt] ...]. Subcommands are:`,
    ...texts.flatMap(helpLines),
    ...helpLines(['HELP', 'Prints this help.']),
  ];
  reply.array(lines.length);
  for (const line of lines) reply.simple(line);
}

function helpLines([usage, ...description]: HelpText): string[] {
  return [usage, ...description.map((line) => `    ${line}`)];
}
