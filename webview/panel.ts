/** The entry of the panel's bundle: the page with the host that it finds. */

import { followBrowserTheme } from './browserTheme.ts';
import { registerControls } from './controls/controls.ts';
import { findHost } from './host.ts';
import { Page } from './page.ts';

followBrowserTheme();
registerControls();
new Page(document.getElementById('panel')!, findHost()).open();
