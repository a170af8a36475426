/**
 * The HTML around the panel's script: the same in a webview and in a browser.
 *
 * Invariant: nothing runs and nothing is styled without the page's nonce; no inline handler, no
 * style attribute. The toolkit reads the nonce of its own style elements from `csp-nonce`.
 */

interface PanelPageOptions {
  /** New for every page. */
  readonly nonce: string;
  /** dist/panel.js. */
  readonly script: string;
  /** dist/panel.css; in a plain browser dist/browserTheme.css before it, for VS Code's variables. */
  readonly styles: readonly string[];
  /** The whole Content-Security-Policy: see panelPolicy. */
  readonly policy: string;
}

/** `connect`: what the page may open connections to; nothing in a webview. */
export function panelPolicy(nonce: string, connect?: string): string {
  return [
    "default-src 'none'",
    `style-src 'nonce-${nonce}'`,
    `script-src 'nonce-${nonce}'`,
    ...(connect === undefined ? [] : [`connect-src ${connect}`]),
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}

export function panelPage({ nonce, script, styles, policy }: PanelPageOptions): string {
  const links = styles.map(
    (href) => `<link rel="stylesheet" nonce="${nonce}" href="${escapeAttribute(href)}">`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escapeAttribute(policy)}">
<meta property="csp-nonce" content="${nonce}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Replication Sandbox for Redis</title>
${links.join('\n')}
</head>
<body>
<div id="panel"></div>
<script nonce="${nonce}" src="${escapeAttribute(script)}"></script>
</body>
</html>
`;
}

function escapeAttribute(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
}
