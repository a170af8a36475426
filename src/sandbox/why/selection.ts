/** Why a Sentinel has selected this replica and no other. */

import type { Candidate, Note } from '../../engine/machine/notes.ts';
import { count } from './amounts.ts';
import { type Names, shortId } from './names.ts';

type Of<Kind extends Note['kind']> = Extract<Note, { readonly kind: Kind }>;

export function whySelected({ candidates }: Of<'selected'>, names: Names): string {
  const [best, second] = candidates.filter(({ excluded }) => excluded === '');
  const reason = advantage(best!, second);
  return `selects ${names.node(best!.name)}: ${reason}. ${listOf(candidates, names)}`;
}

export function whyNotSelected({ candidates }: Of<'not-selected'>, names: Names): string {
  if (candidates.length === 0) return 'selects no replica: it knows none';
  return `selects no replica: none of ${count(candidates.length, 'replica')} may be promoted. ${listOf(candidates, names)}`;
}

/** The first criterion in which the best one differs from the next. */
function advantage(best: Candidate, second: Candidate | undefined): string {
  if (second === undefined) return 'no other may be promoted';
  if (best.priority !== second.priority) {
    return `it has the lowest replica-priority, ${best.priority}`;
  }
  if (best.offset !== second.offset) {
    return `it has the greatest offset, ${count(best.offset - second.offset, 'byte')} more than the next`;
  }
  return 'priority and offset are equal, and it has the lowest run ID';
}

function listOf(candidates: readonly Candidate[], names: Names): string {
  let list = '';
  for (const candidate of candidates)
    list += `${list === '' ? '' : '; '}${words(candidate, names)}`;
  return list;
}

/** `r1: priority 100, offset 1200, run ID 3f6a0c12…`, and what excludes it. */
function words({ name, priority, offset, runid, excluded }: Candidate, names: Names): string {
  const id = runid === '' ? 'no run ID yet' : `run ID ${shortId(runid)}`;
  const facts = `${names.node(name)}: priority ${priority}, offset ${offset}, ${id}`;
  return excluded === '' ? facts : `${facts}, excluded: ${excluded}`;
}
