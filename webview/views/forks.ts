/**
 * *Continue from here*, and the endpoints of the sandboxes that were made so.
 *
 * Invariant: the list lies over the page, so opening it moves nothing; its text can be selected.
 */

import type { Snapshot } from '../../src/view/snapshot.ts';
import { ButtonControl } from '../controls/controls.ts';
import { h, setHidden } from '../dom.ts';
import { endpointRows } from '../model/endpoints.ts';
import { counted } from '../model/words.ts';
import type { AskFor } from '../page.ts';

export class Forks {
  readonly element: HTMLElement;
  private readonly ask: AskFor;
  private readonly fork: ButtonControl;
  private readonly list = h('div', {
    class: 'forks',
    id: 'forks',
    attributes: {
      role: 'dialog',
      'aria-label': 'Sandboxes that continue this one',
      tabindex: '-1',
    },
  });
  private readonly opener = h('button', {
    class: 'menu-button forks-open',
    id: 'forks-open',
    text: '▾',
    attributes: {
      type: 'button',
      'aria-label': 'Endpoints of the sandboxes that continue this one',
      'aria-expanded': 'false',
      'aria-controls': 'forks',
      disabled: '',
    },
  });
  private event = 0;
  private isStarting = false;
  private isOpen = false;

  constructor(ask: AskFor) {
    this.ask = ask;
    this.fork = new ButtonControl({
      id: 'fork',
      label: 'Continue from here',
      title: 'Starts a sandbox of its own on other ports, which continues from what is shown',
      onPress: () => void this.start(),
    });
    this.opener.title = 'No sandbox continues this one yet';
    this.element = h('div', { class: 'forks-group' }, this.fork.element, this.opener, this.list);
    setHidden(this.list, true);
    this.opener.addEventListener('click', () => this.open(!this.isOpen));
    this.element.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape' || !this.isOpen) return;
      this.open(false);
      this.opener.focus();
    });
    document.addEventListener('pointerdown', (event) => {
      if (!event.composedPath().includes(this.element)) this.open(false);
    });
  }

  show({ clock, history, failure }: Snapshot): void {
    this.event = clock.events;
    const isRecorded = history.first !== null;
    this.fork.setEnabled(isRecorded && !this.isStarting && failure === null);
  }

  private async start(): Promise<void> {
    const { event } = this;
    this.isStarting = true;
    this.fork.setEnabled(false);
    const outcome = await this.ask({ op: 'fork' });
    this.isStarting = false;
    this.fork.setEnabled(true);
    if (!outcome.ok) return;
    this.list.prepend(forkElement(event, endpointRows(outcome.data)));
    this.opener.disabled = false;
    this.opener.title = 'Endpoints of the sandboxes that continue this one';
    this.open(true);
    this.list.focus();
  }

  private open(isOpen: boolean): void {
    this.isOpen = isOpen;
    setHidden(this.list, !isOpen);
    this.opener.setAttribute('aria-expanded', String(isOpen));
  }
}

function forkElement(event: number, rows: readonly (readonly [string, string])[]): HTMLElement {
  const list = h('dl', { class: 'fork-endpoints' });
  for (const [name, address] of rows) {
    list.append(h('dt', { text: name }), h('dd', { text: address }));
  }
  return h(
    'section',
    { class: 'fork' },
    h('h2', { text: `Continues from event ${counted(event)}` }),
    h('p', {
      class: 'muted',
      text: 'Applications stay with this sandbox. Connect them here to use the other one.',
    }),
    list,
  );
}
