/**
 * Sets the body's class to the theme in a plain browser, as VS Code does in a webview, because the
 * controls read it. The colours are in styles/browserTheme.css.
 */

export function followBrowserTheme(): void {
  const { body } = document;
  // VS Code has set it already.
  if (body.dataset['vscodeThemeKind'] !== undefined) return;
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const contrast = matchMedia('(prefers-contrast: more)');
  const show = (): void => {
    const shade = dark.matches ? 'dark' : 'light';
    const kind = contrast.matches
      ? `vscode-high-contrast${dark.matches ? '' : '-light'}`
      : `vscode-${shade}`;
    body.dataset['vscodeThemeKind'] = kind;
    body.className = kind;
  };
  dark.addEventListener('change', show);
  contrast.addEventListener('change', show);
  show();
}
