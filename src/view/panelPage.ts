/**
 * The HTML around the panel's script: the same in a webview and in a browser.
 *
 * Invariant: no script runs and no style applies without the page's nonce; there are no inline handlers
 * and no style attributes. The toolkit reads the nonce for its own style elements from `csp-nonce`.
 */

interface PanelPageOptions {
  /** A new one for every page. */
  readonly nonce: string;
  /** dist/panel.js. */
  readonly script: string;
  /**
   * dist/panel.css; in a plain browser also dist/browserTheme.css before it, for VS Code's
   * variables.
   */
  readonly styles: readonly string[];
  /** The whole Content-Security-Policy: see panelPolicy. */
  readonly policy: string;
}

/** `connect` is the origin to which the page may open connections; undefined in a webview. */
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
