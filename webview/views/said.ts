/** The line at the bottom: the answer to the last operation. It stays until the next one. */

import type { Operation, Outcome } from '../../src/view/messages.ts';
import { h, setClass, setCutText } from '../dom.ts';

export class Said {
  readonly element = h('div', { class: 'said', id: 'said', attributes: { role: 'status' } });

  say(operation: Operation, outcome: Outcome): void {
    // The toolbar, the notices and the list of events already show the effect of these.
    if (outcome.ok && SHOWN_ELSEWHERE.has(operation.op)) {
      setCutText(this.element, '');
      return;
    }
    const answer = outcome.ok ? outcome.text : outcome.error.replace(/^ERR /, '');
    setCutText(this.element, `${subject(operation)}: ${answer === 'OK' ? 'done' : answer}`);
    setClass(this.element, outcome.ok ? 'said is-good' : 'said is-bad');
  }
}

const SHOWN_ELSEWHERE: ReadonlySet<Operation['op']> = new Set([
  ...(['pause', 'resume', 'load'] as const),
  ...(['step', 'stepVisible', 'stepMilestone', 'stepOn', 'live'] as const),
  ...(['back', 'backVisible', 'backMilestone', 'backOn', 'goto', 'gotoTime'] as const),
]);

/** `crash m`, `cut m r1`, `replicaof r2 m`, `load stop`. */
function subject(operation: Operation): string {
  const words = Object.values(operation)
    .flatMap((value): string[] => (typeof value === 'string' ? [value] : targetWords(value)))
    .join(' ');
  return operation.op === 'loadStop' ? 'load stop' : words;
}

function targetWords(value: unknown): string[] {
  if (value === null) return ['no one'];
  return typeof value === 'object' ? Object.values(value as object).map(String) : [];
}
