/**
 * Controls that stand in line while there is room, and behind a button where there is not. The
 * stylesheet decides which: `.menu-button` is shown only where `.menu-content` is a list that opens.
 *
 * Invariant: the open list lies over the page, so opening and closing it moves nothing. Escape and a
 * click elsewhere close it, and Escape gives the focus back to the button.
 */

import { h } from '../dom.ts';

export class Menu {
  readonly element: HTMLElement;
  private readonly button: HTMLButtonElement;

  /** `label` is the button's accessible name, `sign` what it shows. */
  constructor(id: string, sign: string, label: string, content: readonly Node[]) {
    this.button = h('button', {
      class: 'menu-button',
      id,
      text: sign,
      attributes: {
        type: 'button',
        title: label,
        'aria-label': label,
        'aria-expanded': 'false',
        'aria-controls': `${id}-content`,
      },
    });
    this.element = h(
      'div',
      { class: 'menu' },
      this.button,
      h('div', { class: 'menu-content', id: `${id}-content` }, ...content),
    );
    this.button.addEventListener('click', () => this.setOpen(!this.isOpen));
    this.element.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape' || !this.isOpen) return;
      this.setOpen(false);
      this.button.focus();
    });
    document.addEventListener('pointerdown', (event) => {
      if (!event.composedPath().includes(this.element)) this.setOpen(false);
    });
  }

  private get isOpen(): boolean {
    return this.button.getAttribute('aria-expanded') === 'true';
  }

  private setOpen(isOpen: boolean): void {
    if (isOpen === this.isOpen) return;
    this.button.setAttribute('aria-expanded', String(isOpen));
    this.element.classList.toggle('is-open', isOpen);
  }
}
