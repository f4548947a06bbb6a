/** Elements without a framework: text is always text, never markup. */

type Handler = (event: Event) => void;
type Attributes = Readonly<Record<string, string | number | boolean | Handler | undefined>>;
export type Child = Node | string | undefined;

/** `h('a', { href: '#/', onclick: go }, 'Fleet')`. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name.replace(/^on/, ''), value);
    else if (value === true) element.setAttribute(name, '');
    else if (value !== undefined && value !== false) element.setAttribute(name, String(value));
  }
  element.append(...children.filter((child) => child !== undefined));
  return element;
}

/** Changes text only when it differs, so that a reader's selection survives updates. */
export function setText(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** Something shown that must be told when it goes. */
export interface View {
  close(): void;
}

/** Runs now and every so often while somebody can see the page. */
export function every(ms: number, action: () => void): () => void {
  action();
  const timer = setInterval(() => {
    if (document.visibilityState === 'visible') action();
  }, ms);
  const shown = (): void => {
    if (document.visibilityState === 'visible') action();
  };
  document.addEventListener('visibilitychange', shown);
  return () => {
    clearInterval(timer);
    document.removeEventListener('visibilitychange', shown);
  };
}
