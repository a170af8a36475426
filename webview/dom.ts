/**
 * Small helpers over the DOM. Text is only ever set as text. A value is written only when it has
 * changed, so an update without news costs no layout.
 */

interface Options {
  readonly class?: string;
  readonly text?: string;
  readonly id?: string;
  readonly attributes?: Readonly<Record<string, string>>;
}

export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  options: Options = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  if (options.class !== undefined) element.className = options.class;
  if (options.id !== undefined) element.id = options.id;
  if (options.text !== undefined) element.textContent = options.text;
  for (const [name, value] of Object.entries(options.attributes ?? {})) {
    element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

const SVG = 'http://www.w3.org/2000/svg';

export function svg<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Readonly<Record<string, string | number>> = {},
): SVGElementTagNameMap[K] {
  const element = document.createElementNS(SVG, tag);
  setAttributes(element, attributes);
  return element;
}

export function setAttributes(
  element: Element,
  attributes: Readonly<Record<string, string | number>>,
): void {
  for (const [name, value] of Object.entries(attributes)) {
    const text = String(value);
    if (element.getAttribute(name) !== text) element.setAttribute(name, text);
  }
}

export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** Sets the text of an element that cuts it off, and the whole text as its title. */
export function setCutText(element: HTMLElement, text: string): void {
  setText(element, text);
  if (element.title !== text) element.title = text;
}

export function setClass(element: Element, name: string): void {
  if (element.getAttribute('class') !== name) element.setAttribute('class', name);
}

export function setHidden(element: HTMLElement, isHidden: boolean): void {
  if (element.hidden !== isHidden) element.hidden = isHidden;
}

/**
 * Keeps one element per key, in the order of the items: created once, updated, removed with its
 * item.
 */
export class Keyed<Item, View extends { readonly element: Element }> {
  private readonly parent: Element;
  private readonly create: (key: string) => View;
  private readonly update: (view: View, item: Item) => void;
  private readonly views = new Map<string, View>();

  constructor(
    parent: Element,
    create: (key: string) => View,
    update: (view: View, item: Item) => void,
  ) {
    this.parent = parent;
    this.create = create;
    this.update = update;
  }

  show(items: readonly (readonly [key: string, item: Item])[]): void {
    const keys = new Set(items.map(([key]) => key));
    for (const [key, view] of this.views) {
      if (keys.has(key)) continue;
      view.element.remove();
      this.views.delete(key);
    }
    let place = this.parent.firstElementChild;
    for (const [key, item] of items) {
      let view = this.views.get(key);
      if (view === undefined) {
        view = this.create(key);
        this.views.set(key, view);
      }
      this.update(view, item);
      if (view.element === place) place = place.nextElementSibling;
      else this.parent.insertBefore(view.element, place);
    }
  }

  get(key: string): View | undefined {
    return this.views.get(key);
  }
}
