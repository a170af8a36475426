/** The banners at the top of the page. */

import type { Snapshot } from '../../src/view/snapshot.ts';
import type { Choices } from '../choices.ts';
import { ButtonControl } from '../controls/controls.ts';
import { h, Keyed, setClass, setHidden, setText } from '../dom.ts';
import { type Notice, noticesOf } from '../model/notices.ts';

interface NoticeView {
  readonly element: HTMLElement;
  readonly title: HTMLElement;
  readonly text: HTMLElement;
  readonly start: HTMLElement;
  readonly dismiss: HTMLElement;
}

export class Notices {
  readonly element = h('div', { class: 'notices', id: 'notices' });
  private readonly keyed: Keyed<Notice, NoticeView>;
  private readonly choices: Choices;
  private readonly start: () => void;

  /** `start` starts a sandbox. */
  constructor(choices: Choices, start: () => void) {
    this.choices = choices;
    this.start = start;
    this.keyed = new Keyed(this.element, (id) => this.create(id), update);
  }

  show(snapshot: Snapshot | undefined, goneReason: string, canStart: boolean): void {
    const said = snapshot === undefined ? [] : noticesOf(snapshot);
    const all = goneReason === '' ? said : [goneNotice(goneReason, canStart), ...said];
    const shown = all.filter((notice) => !this.choices.isDismissed(notice.id));
    this.keyed.show(shown.map((notice) => [notice.id, notice]));
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
    const element = h(
      'div',
      { attributes: { role: 'status', 'data-notice': id } },
      title,
      text,
      start,
      dismiss,
    );
    return { element, title, text, start, dismiss };
  }
}

function update(view: NoticeView, notice: Notice): void {
  setClass(view.element, `notice is-${notice.tone}`);
  setText(view.title, notice.title);
  setText(view.text, notice.text);
  setHidden(view.start, notice.canStart !== true);
  setHidden(view.dismiss, !notice.canDismiss);
}

function goneNotice(reason: string, canStart: boolean): Notice {
  const title = 'Disconnected';
  return { id: 'gone', tone: 'bad', title, text: reason, canDismiss: false, canStart };
}
