/** The page: the address after # says what is shown. */
import type { View } from './dom.ts';
import { routeOf } from './routes.ts';

const main = document.querySelector('main');
let current: View | undefined;

function show(): void {
  if (main === null) return;
  const first = current === undefined;
  current?.close();
  main.replaceChildren();
  const { route, id } = routeOf(location.hash);
  const title = route.title(id);
  document.title = title === '' ? 'Muster' : `${title} · Muster`;
  mark(route.under);
  current = route.open(main, id);
  // Who moves by keyboard or listens must land where the new content begins.
  if (!first) main.querySelector('h1')?.focus();
}

function mark(under: string): void {
  for (const link of document.querySelectorAll('nav a')) {
    if (link.getAttribute('href') === under) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
}

addEventListener('hashchange', () => {
  // The link that skips to the content is no change of view.
  if (location.hash !== '#main') show();
});
show();
