/** Small parts that several views are made of. */
import { type Child, h } from './dom.ts';

export function section(title: string, ...content: readonly Child[]): HTMLElement {
  return h('section', {}, h('h2', {}, title), ...content);
}

export function note(text: string): HTMLElement {
  return h('p', { class: 'note' }, text);
}

/** Names and what is known under them. */
export function factList(entries: Readonly<Record<string, Child>>): HTMLElement {
  return h(
    'dl',
    { class: 'facts' },
    ...Object.entries(entries).flatMap(([name, value]) =>
      value === undefined || value === '' ? [] : [h('dt', {}, name), h('dd', {}, value)],
    ),
  );
}

/** A word with the colour and the mark of what it means. */
export function badge(text: string, tone: 'good' | 'bad' | 'warn' | 'busy' | 'plain'): HTMLElement {
  return h('span', { class: 'badge', 'data-tone': tone }, text);
}

/** `key` finds it again when the view is drawn anew. */
export function button(
  text: string,
  key: string,
  onclick: () => void,
  label?: string,
): HTMLButtonElement {
  const attributes = { type: 'button', 'data-key': key, onclick, 'aria-label': label };
  return h('button', attributes, text);
}

export function deviceLink(id: string): HTMLElement {
  return h('a', { href: `#/device/${encodeURIComponent(id)}` }, id);
}

/** A choice of one of a few; says which by `aria-pressed`. */
export function choices<T extends string>(
  label: string,
  options: readonly (readonly [T, string])[],
  chosen: T,
  choose: (key: T) => void,
): HTMLElement {
  const buttons = options.map(([key, text]) =>
    h(
      'button',
      { type: 'button', 'aria-pressed': String(key === chosen), onclick: () => pick(key) },
      text,
    ),
  );
  function pick(key: T): void {
    for (const [i, one] of buttons.entries()) {
      one.setAttribute('aria-pressed', String(options[i]?.[0] === key));
    }
    choose(key);
  }
  return h('div', { class: 'spans', role: 'group', 'aria-label': label }, ...buttons);
}
