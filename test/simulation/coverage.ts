/** What happened, counted: a simulation that meets nothing proves nothing. */

import type { NoteView } from '../../src/world/views.ts';

/** Name of what is counted to how often it happened. */
export type Coverage = Record<string, number>;

export function count(coverage: Coverage, name: string, by = 1): void {
  coverage[name] = (coverage[name] ?? 0) + by;
}

export function addCoverage(total: Coverage, part: Coverage): void {
  for (const [name, by] of Object.entries(part)) count(total, name, by);
}

/** What a node says of itself (machine/notes.ts), as far as it is counted. */
export function countNote(coverage: Coverage, { note }: NoteView): void {
  switch (note.kind) {
    case 'full-resync':
      count(coverage, 'full resynchronizations');
      count(coverage, `full: ${note.reason}`);
      if (note.reason === 'backlog') count(coverage, 'backlog overruns');
      break;
    case 'partial-resync':
      count(coverage, 'partial resynchronizations');
      if (note.bytes > 0) count(coverage, 'partial: with bytes');
      break;
    case 'elected':
      count(coverage, note.forced ? 'forced failovers begun' : 'elections won');
      break;
    case 'failover-state':
      if (note.state === 'update_config') count(coverage, 'failovers');
      break;
    case 'vote':
      count(coverage, 'votes');
      break;
    case 'load-read-back':
      if (note.gone > 0) count(coverage, 'read-backs with lost writes');
      count(coverage, 'lost writes found', note.gone);
      break;
    default:
      if (/^(not-|tilt|sdown|odown|replica-lost)/.test(note.kind)) {
        count(coverage, `note: ${note.kind}`);
      }
  }
}

export const SEEDS_FOR_COVERAGE = 200;

/** What so many seeds must meet at least. */
const REQUIRED: Readonly<Record<string, number>> = {
  failovers: 50,
  'full resynchronizations': 100,
  'partial resynchronizations': 100,
  'backlog overruns': 25,
  'power losses': 25,
  'nodes removed': 50,
  chains: 25,
};

/** What is missing of the requirements; a phrase each. */
export function missingCoverage(coverage: Coverage): string[] {
  return Object.entries(REQUIRED)
    .filter(([name, least]) => (coverage[name] ?? 0) < least)
    .map(([name, least]) => `${name}: ${coverage[name] ?? 0} of at least ${least}`);
}

export function coverageTable(coverage: Coverage): string {
  const names = Object.keys(coverage).sort();
  const width = Math.max(0, ...names.map((name) => name.length));
  const line = (name: string): string => {
    const least = REQUIRED[name];
    const required = least === undefined ? '' : `  (at least ${least})`;
    return `  ${name.padEnd(width)}  ${String(coverage[name]).padStart(8)}${required}`;
  };
  return names.map(line).join('\n');
}
