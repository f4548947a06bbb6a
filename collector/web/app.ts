/** The page: the address after # says what is shown. */
import { alertView } from './alerts/one.ts';
import { alertsView } from './alerts/view.ts';
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
  const [, kind, id] = /^#\/(device|alerts?)(?:\/(.+))?$/.exec(location.hash) ?? [];
  current = open(main, kind, id === undefined ? undefined : decodeURIComponent(id));
  // Who moves by keyboard or listens must land where the new content begins.
  if (!first) main.querySelector('h1')?.focus();
}

function open(root: HTMLElement, kind: string | undefined, id: string | undefined): View {
  const title = kind === 'device' ? id : kind && 'Alerts';
  document.title = title === undefined ? 'Muster' : `${title} · Muster`;
  if (kind === 'alerts') return alertsView(root);
  if (id === undefined) return fleetView(root);
  return kind === 'alert' ? alertView(root, id) : deviceView(root, id);
}

addEventListener('hashchange', () => {
  // The link that skips to the content is no change of view.
  if (location.hash !== '#main') show();
});
show();
