/**
 * All about the selected event: what happened, why, its causes and effects, its bytes.
 *
 * Invariant: it has its place whether an event is selected or not. A new selection replaces what is shown
 * when its answer comes; an older answer is dropped.
 */

import type { EventDetails, EventRow } from '../../src/view/events.ts';
import { ButtonControl } from '../controls/controls.ts';
import { h, setCutText, setHidden, setText } from '../dom.ts';
import { bytesTitle, chainOf, headOf } from '../model/details.ts';
import { counted } from '../model/words.ts';
import type { Read } from '../page.ts';

const HINT = 'Select an event: what it was, why, what caused it and what it caused.';

export class Details {
  readonly element: HTMLElement;
  private readonly read: Read;
  private readonly select: (seq: number | undefined) => void;
  private readonly title = h('h2', { class: 'details-title', id: 'details-title' });
  private readonly body = h('div', {
    class: 'details-body',
    id: 'details-body',
    attributes: { tabindex: '0', role: 'group', 'aria-labelledby': 'details-title' },
  });
  private readonly goButton: ButtonControl;
  private seq: number | undefined = undefined;

  /** `select` hears of events of the chain that the user chooses, `go` where the user wants to go. */
  constructor(read: Read, select: (seq: number | undefined) => void, go: (seq: number) => void) {
    this.read = read;
    this.select = select;
    this.goButton = new ButtonControl({
      id: 'details-go',
      label: 'Go there',
      title: 'Shows the state right after this event',
      onPress: () => {
        if (this.seq !== undefined) go(this.seq);
      },
    });
    const close = h('button', {
      class: 'notice-dismiss',
      id: 'details-close',
      text: '×',
      attributes: { type: 'button', 'aria-label': 'Close', title: 'Close' },
    });
    close.addEventListener('click', () => select(undefined));
    this.element = h(
      'aside',
      { class: 'details', id: 'details', attributes: { 'aria-label': 'Selected event' } },
      h('div', { class: 'details-head' }, this.title, this.goButton.element, close),
      this.body,
    );
    this.element.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') select(undefined);
    });
    this.tellNothing();
  }

  /** Undefined: no event is selected. Only the user's own choice opens it where it lies over the list. */
  show(seq: number | undefined, isChosen: boolean): void {
    if (seq === undefined || isChosen) this.element.classList.toggle('is-open', seq !== undefined);
    if (seq === this.seq) return;
    this.seq = seq;
    this.goButton.setEnabled(seq !== undefined);
    if (seq === undefined) this.tellNothing();
    else void this.ask(seq);
  }

  private tellNothing(): void {
    this.goButton.setEnabled(false);
    setText(this.title, 'Event');
    this.body.replaceChildren(h('p', { class: 'muted', text: HINT }));
  }

  private async ask(seq: number): Promise<void> {
    const outcome = await this.read({ op: 'event', event: seq });
    if (seq !== this.seq) return;
    if (outcome.ok) this.tell(outcome.data as EventDetails);
    else {
      setText(this.title, `Event ${counted(seq)}`);
      this.body.replaceChildren(h('p', { text: outcome.error.replace(/^ERR /, '') }));
    }
  }

  private tell(details: EventDetails): void {
    setCutText(this.title, headOf(details));
    this.body.scrollTop = 0;
    const { happenings, why, bytes, text } = details;
    this.body.replaceChildren(
      h('p', { class: 'details-text', text }),
      ...section(
        'Why',
        why.map((each) => h('p', { class: 'details-why', text: each })),
      ),
      ...section('Happens', happenings.length === 0 ? [] : [happeningsElement(happenings)]),
      ...section('Causes and effects', [this.chain(details)]),
      ...section(
        bytesTitle(details),
        details.length === 0 ? [] : [h('pre', { class: 'details-bytes', text: bytes })],
      ),
    );
  }

  private chain(details: EventDetails): HTMLElement {
    const list = h('ol', { class: 'chain' });
    for (const { row, relation } of chainOf(details)) {
      list.append(h('li', { class: `is-${relation}` }, this.link(row, relation === 'itself')));
    }
    return list;
  }

  private link(row: EventRow, isItself: boolean): HTMLElement {
    const label = headOf(row);
    if (isItself) return h('strong', { text: `${label}: ${row.text}` });
    const button = h('button', {
      class: 'chain-link',
      text: `${label}: ${row.text}`,
      attributes: { type: 'button', title: row.text, 'data-seq': String(row.seq) },
    });
    button.addEventListener('click', () => {
      this.select(row.seq);
      this.body.focus();
    });
    return button;
  }
}

function section(title: string, content: readonly Node[]): HTMLElement[] {
  const heading = h('h3', { text: title });
  setHidden(heading, content.length === 0);
  return content.length === 0 ? [] : [heading, ...(content as HTMLElement[])];
}

function happeningsElement(happenings: readonly string[]): HTMLElement {
  return h('ul', { class: 'happenings' }, ...happenings.map((text) => h('li', { text })));
}
