/** HELP of containers: in the form of the real server's, with subcommands that are there, too. */

import { type Comparison, childrenOf } from './replies.ts';
import { differentialList } from './runner.ts';

const HEADER_AND_FOOTER_LINES = 3;

/** Descriptions are ours; the frame is not, and what is listed the real server has as well. */
const sameFrame: Comparison = (ours, real) => {
  const mine = childrenOf(ours).map((line) => line.latin1Slice());
  const theirs = childrenOf(real).map((line) => line.latin1Slice());
  const frame = (lines: readonly string[]) => [lines[0], ...lines.slice(-2)].join('');
  const words = (lines: readonly string[]) =>
    lines.slice(1, -2).flatMap((line) => /^\+([A-Z][^ \r]*)/.exec(line)?.[1] ?? []);
  const known = new Set(words(theirs));
  return (
    mine.length > HEADER_AND_FOOTER_LINES &&
    frame(mine) === frame(theirs) &&
    words(mine).every((word) => known.has(word))
  );
};

const CONTAINERS = ['CONFIG', 'CLIENT', 'COMMAND', 'PUBSUB', 'OBJECT', 'DEBUG'];

differentialList(
  'HELP',
  CONTAINERS.flatMap((container) => [
    { args: [container, 'HELP'], compare: sameFrame },
    { args: [container, 'help', 'x'] },
    { args: [container, 'nonsense'] },
  ]),
);
