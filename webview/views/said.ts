/** What a node or the sandbox answered to the last thing asked: a line that goes away by itself. */

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
    const text = outcome.ok ? outcome.text : outcome.error.replace(/^ERR /, '');
    // `crash m`, and no more, when there is nothing to say but OK.
    setText(
      this.element,
      text === 'OK' ? `${subject(operation)}: done` : `${subject(operation)}: ${text}`,
    );
    setClass(this.element, outcome.ok ? 'said' : 'said is-bad');
    setHidden(this.element, false);
    clearTimeout(this.timer);
    const shownMs = outcome.ok ? SHOWN_MS : ERROR_SHOWN_MS;
    this.timer = setTimeout(() => setHidden(this.element, true), shownMs);
  }
}

/** `crash m`, `cut m r1`, `replicaof r2 m`. */
function subject(operation: Operation): string {
  return Object.values(operation)
    .flatMap((value): string[] => (typeof value === 'string' ? [value] : targetWords(value)))
    .join(' ');
}

function targetWords(value: unknown): string[] {
  if (value === null) return ['no one'];
  return typeof value === 'object' ? Object.values(value as object).map(String) : [];
}
