/**
 * The controls of the page, in VS Code's style, from `@vscode/webview-ui-toolkit`.
 *
 * Invariant: only this file knows the toolkit. vscode-badge and vscode-tag are not used, because they
 * write inline styles, which the page's policy forbids.
 */

import {
  type Button,
  type Dropdown,
  provideVSCodeDesignSystem,
  type TextField,
  vsCodeButton,
  vsCodeDropdown,
  vsCodeOption,
  vsCodeTextField,
} from '@vscode/webview-ui-toolkit';
import { svg } from '../dom.ts';

/** To be called once, before the first control is created. */
export function registerControls(): void {
  provideVSCodeDesignSystem().register(
    vsCodeButton(),
    vsCodeDropdown(),
    vsCodeOption(),
    vsCodeTextField(),
  );
}

interface ButtonOptions {
  readonly id: string;
  readonly label: string;
  /** The path of a picture of 16×16 that it shows in place of the label. */
  readonly icon?: string;
  readonly title?: string;
  readonly isPrimary?: boolean;
  readonly onPress: () => void;
}

export class ButtonControl {
  readonly element: HTMLElement;
  private readonly button: Button;
  private onPress: () => void;
  private isEnabled = true;

  constructor(options: ButtonOptions) {
    this.button = document.createElement('vscode-button') as Button;
    this.button.id = options.id;
    this.button.appearance = options.isPrimary === true ? 'primary' : 'secondary';
    if (options.icon === undefined) this.button.textContent = options.label;
    else this.button.append(iconElement(options.icon));
    if (options.icon !== undefined) this.button.setAttribute('aria-label', options.label);
    this.onPress = options.onPress;
    this.button.addEventListener('click', () => {
      if (this.isEnabled) this.onPress();
    });
    this.element = this.button;
    this.setTitle(options.title ?? '');
  }

  setLabel(label: string): void {
    if (this.button.textContent !== label) this.button.textContent = label;
  }

  setTitle(title: string): void {
    if (this.button.title !== title) this.button.title = title;
  }

  /**
   * A disabled button does nothing and looks so, but can still have the focus: the attribute `disabled`
   * would take the focus away from the button that was just pressed, and hide its title.
   */
  setEnabled(isEnabled: boolean): void {
    if (this.isEnabled === isEnabled) return;
    this.isEnabled = isEnabled;
    this.button.setAttribute('aria-disabled', String(!isEnabled));
  }

  setPrimary(isPrimary: boolean): void {
    const appearance = isPrimary ? 'primary' : 'secondary';
    if (this.button.appearance !== appearance) this.button.appearance = appearance;
  }

  setAction(onPress: () => void): void {
    this.onPress = onPress;
  }
}

function iconElement(path: string): SVGElement {
  const icon = svg('svg', { class: 'icon', viewBox: '0 0 16 16', 'aria-hidden': 'true' });
  icon.append(svg('path', { d: path }));
  return icon;
}

interface Choice {
  readonly value: string;
  readonly label: string;
}

export class DropdownControl {
  readonly element: HTMLElement;
  private readonly dropdown: Dropdown;
  private shown = '';

  constructor(id: string, label: string) {
    this.dropdown = document.createElement('vscode-dropdown') as Dropdown;
    this.dropdown.id = id;
    this.dropdown.setAttribute('aria-label', label);
    this.dropdown.setAttribute('position', 'above');
    this.element = this.dropdown;
  }

  get value(): string {
    return this.dropdown.value;
  }

  setEnabled(isEnabled: boolean): void {
    if (this.dropdown.disabled === isEnabled) this.dropdown.disabled = !isEnabled;
  }

  /** Unchanged choices leave an open list and the selection as they are. */
  setChoices(choices: readonly Choice[]): void {
    const text = JSON.stringify(choices);
    if (text === this.shown) return;
    this.shown = text;
    const chosen = this.dropdown.value;
    this.dropdown.replaceChildren(...choices.map(optionElement));
    const value = choices.some((choice) => choice.value === chosen) ? chosen : choices[0]?.value;
    // The list reads its options only after this turn of the event loop.
    if (value !== undefined) requestAnimationFrame(() => this.choose(value));
  }

  private choose(value: string): void {
    this.dropdown.value = value;
  }
}

function optionElement({ value, label }: Choice): HTMLElement {
  const option = document.createElement('vscode-option');
  option.setAttribute('value', value);
  option.textContent = label;
  return option;
}

export class TextFieldControl {
  readonly element: HTMLElement;
  private readonly field: TextField;

  constructor(id: string, label: string, value: string, onEnter: () => void) {
    this.field = document.createElement('vscode-text-field') as TextField;
    this.field.id = id;
    // A text in the field's own label part is its accessible name; the stylesheet hides it.
    this.field.append(label);
    this.field.title = label;
    this.field.value = value;
    this.field.addEventListener('keydown', (event) => {
      if (event.key === 'Enter') onEnter();
    });
    this.element = this.field;
  }

  get value(): string {
    return this.field.value;
  }

  setValue(value: string): void {
    if (this.field.value !== value) this.field.value = value;
  }

  setEnabled(isEnabled: boolean): void {
    if (this.field.disabled === isEnabled) this.field.disabled = !isEnabled;
  }

  /** What it shows while it is empty. */
  setPlaceholder(text: string): void {
    this.field.placeholder = text;
  }

  get hasFocus(): boolean {
    return document.activeElement === this.field;
  }
}

/**
 * A switch as a small native button, because the toolkit has no toggle button. A number beside its label
 * has its room reserved, so that counting moves nothing.
 */
export class ToggleControl {
  readonly element: HTMLButtonElement;
  private readonly number = document.createElement('span');

  constructor(id: string, label: string, title: string, onToggle: () => void) {
    this.element = document.createElement('button');
    this.element.type = 'button';
    this.element.id = id;
    this.element.className = 'toggle';
    this.element.title = title;
    this.number.className = 'toggle-number';
    this.element.append(label, this.number);
    this.element.addEventListener('click', onToggle);
  }

  show(isOn: boolean, number = ''): void {
    if (this.number.textContent !== number) this.number.textContent = number;
    const pressed = String(isOn);
    if (this.element.getAttribute('aria-pressed') !== pressed) {
      this.element.setAttribute('aria-pressed', pressed);
    }
  }
}
