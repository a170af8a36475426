/** The panel's entry: the page for whichever host there is. */

import { followBrowserTheme } from './browserTheme.ts';
import { registerControls } from './controls/controls.ts';
import { findHost } from './host.ts';
import { Page } from './page.ts';

followBrowserTheme();
registerControls();
new Page(document.getElementById('panel')!, findHost()).open();
