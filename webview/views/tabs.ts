/**
 * The tabs of a page without room for topology, events and backlog together. The stylesheet shows them
 * only there.
 */

import type { Choices, Tab } from '../choices.ts';
import { h } from '../dom.ts';

const LABELS: readonly (readonly [Tab, string])[] = [
  ['topology', 'Topology'],
  ['events', 'Events'],
  ['backlog', 'Backlog'],
];

export class Tabs {
  readonly element = h('nav', { class: 'tabs', attributes: { 'aria-label': 'Parts of the page' } });
  private readonly choices: Choices;
  private readonly buttons = new Map<Tab, HTMLButtonElement>();

  constructor(choices: Choices) {
    this.choices = choices;
    for (const [tab, label] of LABELS) {
      const button = h('button', {
        class: 'tab',
        id: `tab-${tab}`,
        text: label,
        attributes: { type: 'button' },
      });
      button.addEventListener('click', () => choices.showTab(tab));
      this.buttons.set(tab, button);
      this.element.append(button);
    }
  }

  show(): void {
    for (const [tab, button] of this.buttons) {
      const pressed = String(tab === this.choices.tab);
      if (button.getAttribute('aria-pressed') !== pressed) {
        button.setAttribute('aria-pressed', pressed);
      }
    }
  }
}
