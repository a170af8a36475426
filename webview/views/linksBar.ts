/**
 * The links that are cut, held or slow, each with its Heal; and what concerns the picture as a whole.
 *
 * Invariant: it is one row, whatever ails the links. Chips that do not fit scroll.
 */

import { groupTroubles, type Trouble, type TroubleGroup } from '../../src/view/links.ts';
import { ButtonControl } from '../controls/controls.ts';
import { h, Keyed, setClass, setHidden, setText } from '../dom.ts';
import type { Ask } from '../page.ts';

class Chip {
  readonly element: HTMLElement;
  private readonly text = h('span', { class: 'chip-text' });
  private readonly heal: ButtonControl;
  private group: TroubleGroup | undefined = undefined;

  constructor(ask: Ask) {
    this.heal = new ButtonControl({
      id: '',
      label: 'Heal',
      onPress: () => {
        for (const cure of this.group!.cures) ask(cure);
      },
    });
    this.element = h('span', {}, this.text, this.heal.element);
  }

  show(group: TroubleGroup): void {
    this.group = group;
    setText(this.text, group.text);
    setClass(this.element, group.isBroken ? 'chip is-broken' : 'chip');
    this.heal.setTitle(`Heals ${group.text}; bytes sent in the meantime arrive`);
  }
}

export class LinksBar {
  readonly element: HTMLElement;
  private readonly healthy = h('span', {
    class: 'muted links-healthy',
    text: 'No link is cut, held or slow.',
  });
  private readonly chipsElement = h('div', {
    class: 'chips',
    attributes: { role: 'group', 'aria-label': 'Links in trouble' },
  });
  private readonly chips: Keyed<TroubleGroup, Chip>;
  private readonly arrange: ButtonControl;

  constructor(ask: Ask, onArrange: () => void) {
    this.chips = new Keyed(
      this.chipsElement,
      () => new Chip(ask),
      (chip, group) => chip.show(group),
    );
    this.arrange = new ButtonControl({ id: 'arrange', label: 'Arrange', onPress: onArrange });
    this.element = h(
      'div',
      { class: 'links-bar', id: 'links-bar' },
      this.healthy,
      this.chipsElement,
      this.arrange.element,
    );
  }

  show(troubles: readonly Trouble[], isArranged: boolean): void {
    this.chips.show(groupTroubles(troubles).map((group) => [group.key, group]));
    setHidden(this.healthy, troubles.length > 0);
    this.arrange.setEnabled(!isArranged);
    this.arrange.setTitle(
      isArranged
        ? 'The cards stand as the roles are: replicas below their masters'
        : 'Moves the cards: replicas below their masters. Until then every card keeps its place',
    );
  }
}
