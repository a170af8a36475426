/** Events as rows of a list. */

import { displayed, SHOWN } from '../../view/displayed.ts';
import type { EventRow } from '../../view/events.ts';
import type { EventView } from '../../world/views.ts';
import { eventText } from '../eventWords.ts';
import { isVisible } from '../visibility.ts';

export function rowOf(event: EventView): EventRow {
  const { seq, at, node, peer, kind, cause } = event;
  const text = displayed(eventText(event), SHOWN.line);
  return { seq, at, node, peer, kind, text, cause, isVisible: isVisible(event) };
}
