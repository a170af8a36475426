/**
 * The strip below the toolbar: the most urgent notice, and the numbers of the load.
 *
 * Invariant: the strip has the same height whether there is something to say or not. Further notices,
 * and the whole text of a long one, open in a list over the page.
 */

import type { Snapshot } from '../../src/view/snapshot.ts';
import type { Choices } from '../choices.ts';
import { ButtonControl } from '../controls/controls.ts';
import { h, Keyed, setClass, setCutText, setHidden, setText } from '../dom.ts';
import type { Hold } from '../model/held.ts';
import { loadWords } from '../model/loadWords.ts';
import { type Notice, noticesOf } from '../model/notices.ts';

interface NoticeView {
  readonly element: HTMLElement;
  readonly title: HTMLElement;
  readonly text: HTMLElement;
  readonly start: HTMLElement;
  readonly dismiss: HTMLElement;
}

export class Notices {
  readonly element: HTMLElement;
  private readonly list = h('div', {
    class: 'notices',
    id: 'notices',
    attributes: { role: 'status' },
  });
  private readonly more = h('button', {
    class: 'notice-more',
    id: 'notices-more',
    attributes: { type: 'button', 'aria-expanded': 'false', 'aria-controls': 'notices' },
  });
  private readonly loadFacts = h('div', {
    class: 'load-facts',
    id: 'load-facts',
    attributes: { role: 'group', 'aria-label': 'Load' },
  });
  private readonly keyed: Keyed<Notice, NoticeView>;
  private readonly choices: Choices;
  private readonly start: () => void;
  private isOpen = false;

  /** `start` starts a sandbox. */
  constructor(choices: Choices, start: () => void) {
    this.choices = choices;
    this.start = start;
    this.keyed = new Keyed(this.list, (id) => this.create(id), update);
    this.more.addEventListener('click', () => this.open(!this.isOpen));
    this.element = h('div', { class: 'strip' }, this.list, this.more, this.loadFacts);
    this.element.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') this.open(false);
    });
  }

  private open(isOpen: boolean): void {
    this.isOpen = isOpen;
    this.more.setAttribute('aria-expanded', String(isOpen));
    this.list.classList.toggle('is-open', isOpen);
  }

  /** `hold` says how long the world has been standing still; undefined while it runs. */
  show(
    snapshot: Snapshot | undefined,
    hold: Hold | undefined,
    goneReason: string,
    canStart: boolean,
  ): void {
    const said = snapshot === undefined ? [] : noticesOf(snapshot, hold);
    const all = goneReason === '' ? said : [goneNotice(goneReason, canStart), ...said];
    const shown = all.filter((notice) => !this.choices.isDismissed(notice.id));
    this.keyed.show(shown.map((notice) => [notice.id, notice]));
    setText(this.more, shown.length > 1 ? `1 of ${shown.length} ▾` : '▾');
    this.more.title = 'All notices, in full';
    this.more.setAttribute('aria-label', `Notices: ${shown.length}`);
    this.more.classList.toggle('is-empty', shown.length === 0);
    if (shown.length === 0 && this.isOpen) this.open(false);
    const load = snapshot?.load ?? null;
    setCutText(this.loadFacts, load === null ? '' : loadWords(load));
    setClass(this.loadFacts, load !== null && load.lost > 0 ? 'load-facts is-bad' : 'load-facts');
  }

  private create(id: string): NoticeView {
    const title = h('strong', { class: 'notice-title' });
    const text = h('span', { class: 'notice-text' });
    const { element: start } = new ButtonControl({
      id: `start-${id}`,
      label: 'Start',
      isPrimary: true,
      onPress: this.start,
    });
    const dismiss = h('button', {
      class: 'notice-dismiss',
      text: '×',
      attributes: { type: 'button', 'aria-label': 'Dismiss', title: 'Dismiss' },
    });
    dismiss.addEventListener('click', () => this.choices.dismiss(id));
    const element = h('div', { attributes: { 'data-notice': id } }, title, text, start, dismiss);
    return { element, title, text, start, dismiss };
  }
}

function update(view: NoticeView, notice: Notice): void {
  setClass(view.element, `notice is-${notice.tone}`);
  setText(view.title, notice.title);
  setCutText(view.text, notice.text);
  setHidden(view.start, notice.canStart !== true);
  setHidden(view.dismiss, !notice.canDismiss);
}

function goneNotice(reason: string, canStart: boolean): Notice {
  const title = 'Disconnected';
  return { id: 'gone', tone: 'bad', title, text: reason, canDismiss: false, canStart };
}
