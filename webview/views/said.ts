/** The answer to the last operation, as a line that disappears after a while. */

import type { Operation, Outcome } from '../../src/view/messages.ts';
import { h, setClass, setHidden, setText } from '../dom.ts';

const SHOWN_MS = 5_000;
const ERROR_SHOWN_MS = 12_000;

export class Said {
  readonly element = h('div', { class: 'said', id: 'said', attributes: { role: 'status' } });
  private timer = 0;

  constructor() {
    this.element.hidden = true;
  }

  say(operation: Operation, outcome: Outcome): void {
    // The toolbar already shows the effect of these.
    if (outcome.ok && SHOWN_ELSEWHERE.has(operation.op)) return;
    const answer = outcome.ok ? outcome.text : outcome.error.replace(/^ERR /, '');
    setText(this.element, `${subject(operation)}: ${answer === 'OK' ? 'done' : answer}`);
    setClass(this.element, outcome.ok ? 'said' : 'said is-bad');
    setHidden(this.element, false);
    clearTimeout(this.timer);
    const shownMs = outcome.ok ? SHOWN_MS : ERROR_SHOWN_MS;
    this.timer = setTimeout(() => setHidden(this.element, true), shownMs);
  }
}

const SHOWN_ELSEWHERE: ReadonlySet<Operation['op']> = new Set(['pause', 'resume', 'load']);

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
