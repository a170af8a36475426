/** What is declared of a verb. */

import type { Arguments } from './arguments.ts';

/** The states of a whole sandbox in which a verb is offered. */
export type Offer = 'live' | 'paused' | 'past' | 'cuts' | 'load' | 'noLoad' | 'sentinels';

interface PaletteCommand {
  /** The last part of its id in package.json. */
  readonly name: string;
  /** Its words in palette and menus, without the dots that announce questions. */
  readonly title: string;
  /** Always, if absent; a verb on a node is offered where a suitable node exists. */
  readonly offered?: Offer;
  /** Asked before it is done, with the arguments in braces. */
  readonly warning?: string;
}

export interface Verb {
  /** Its words after SANDBOX; the arguments follow in their order. */
  readonly words: string;
  /** What it does, in one sentence: the help. */
  readonly help: string;
  readonly takes: Arguments;
  /** The line of the feed, with the arguments in braces; by default words and arguments: `crash m`. */
  readonly feed?: string;
  /** It is also possible in a world that has failed, which it does not change. */
  readonly worksAfterFailure?: true;
  /** It is also possible while the past is shown: it looks, or moves to another event. */
  readonly worksInPast?: true;
  /** Its answer is data, which the control endpoint replies as a map, or with a last word JSON as JSON. */
  readonly hasData?: true;
  /** Absent for a verb that the palette does not have. */
  readonly command?: PaletteCommand;
}

export type Verbs = Readonly<Record<string, Verb>>;
