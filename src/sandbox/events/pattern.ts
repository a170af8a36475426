/**
 * Patterns of protocol events, as users write them to say where a run shall stop: `+odown`, `psync`,
 * `r1:apply SET balance`, `client:reply READONLY`, `m:execute FLUSH*`.
 *
 *     pattern   = [place ":"] word *(" " word)
 *     place     = a node's name, or `client` for everything that is no node
 *     word      = letters with `*` for any number of any, and `?` for one
 *
 * The words are compared with those of protocolEvents.ts and of operations (`crash m`), in any case; words
 * that the pattern does not have may be anything. A place is the node at which the event happens.
 */

import { splitArguments } from '../../engine/resp/splitArguments.ts';
import type { EventView } from '../../world/views.ts';
import type { World } from '../../world/world.ts';
import { OperationError } from '../operationErrors.ts';
import { protocolEvents, protocolEventText } from '../protocolEvents.ts';

const PATTERN_CHARS_MAX = 500;
/** Names that contain a colon themselves. */
const COMPOUND = /^(bgsave|rdb|backlog)$/i;

export interface Pattern {
  /** As it was written. */
  readonly text: string;
  /** Undefined for any place. */
  readonly place: RegExp | undefined;
  readonly words: readonly RegExp[];
}

/** Throws OperationError for what is no pattern. */
export function readPattern(text: string): Pattern {
  const words = text.length > PATTERN_CHARS_MAX ? undefined : splitArguments(text);
  if (words === undefined || words.length === 0) {
    throw new OperationError(
      'ERR a pattern is an event, such as +odown, psync, r1:apply SET balance, client:reply READONLY',
    );
  }
  const [first = '', ...rest] = words;
  const colon = first.indexOf(':');
  const hasPlace = colon > 0 && !COMPOUND.test(first.slice(0, colon));
  return {
    text,
    place: hasPlace ? glob(first.slice(0, colon)) : undefined,
    words: [hasPlace ? first.slice(colon + 1) : first, ...rest].map(glob),
  };
}

/** Whether something of that kind has happened in an event. */
export function matches(pattern: Pattern, world: World, event: EventView): boolean {
  const { place } = pattern;
  if (place !== undefined && !placesOf(world, event).some((name) => place.test(name))) return false;
  return happeningsOf(world, event).some((text) => fits(pattern.words, text));
}

/** What has happened in an event, in words: those of breakpoints, and of an operation. */
export function happeningsOf(world: World, event: EventView): string[] {
  if (event.kind === 'operation') return [event.text];
  const notes = world.notesOf(event.seq).map(({ note }) => note);
  const texts = protocolEvents(event, notes).map(protocolEventText);
  return notes.some((note) => note.kind === 'loss') ? [...texts, 'loss'] : texts;
}

function placesOf(world: World, { node }: EventView): string[] {
  return world.state.nodes.get(node)?.setup.ports === undefined ? [node, 'client'] : [node];
}

function fits(words: readonly RegExp[], text: string): boolean {
  const given = splitArguments(text) ?? [text];
  return words.every((word, index) => word.test(given[index] ?? ''));
}

function glob(word: string): RegExp {
  let source = '';
  for (const letter of word) {
    if (letter === '*') source += '.*';
    else if (letter === '?') source += '.';
    else
      source += /[a-z0-9]/i.test(letter) ? letter : `\\u{${letter.codePointAt(0)!.toString(16)}}`;
  }
  return new RegExp(`^${source}$`, 'isu');
}
