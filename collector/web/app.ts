/** The page: the address after # says what is shown. */
import { deviceView } from './device/view.ts';
import type { View } from './dom.ts';
import { fleetView } from './fleet/view.ts';

const main = document.querySelector('main');
let current: View | undefined;

function show(): void {
  if (main === null) return;
  const first = current === undefined;
  current?.close();
  main.replaceChildren();
  const id = /^#\/device\/(.+)$/.exec(location.hash)?.[1];
  const device = id === undefined ? undefined : decodeURIComponent(id);
  document.title = device === undefined ? 'Muster' : `${device} · Muster`;
  current = device === undefined ? fleetView(main) : deviceView(main, device);
  // Who moves by keyboard or listens must land where the new content begins.
  if (!first) main.querySelector('h1')?.focus();
}

addEventListener('hashchange', () => {
  // The link that skips to the content is no change of view.
  if (location.hash !== '#main') show();
});
show();
