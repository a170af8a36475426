/**
 * A page of text in a webview: what an editor shows when it has no panel.
 *
 * Invariant: no script runs, and text is shown as it is, markup included.
 */

import { panelPolicy } from '../view/panelPage.ts';

/** The page's HTML: a heading and paragraphs. */
export function messagePage(title: string, paragraphs: readonly string[]): string {
  const policy = panelPolicy(crypto.randomUUID());
  const body = paragraphs.map((text) => `<p>${escaped(text)}</p>`);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>${escaped(title)}</title>
</head>
<body>
<h2>${escaped(title)}</h2>
${body.join('\n')}
</body>
</html>
`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
