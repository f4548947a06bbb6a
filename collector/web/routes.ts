/** Which view stands under which address, in one table. */
import { alertView } from './alerts/one.ts';
import { alertsView } from './alerts/view.ts';
import { flagView, newFlagView } from './config/flag.ts';
import { layerView, newLayerView } from './config/layer.ts';
import { configView } from './config/view.ts';
import { deviceView } from './device/view.ts';
import type { View } from './dom.ts';
import { fleetView } from './fleet/view.ts';
import { releasesView } from './releases/view.ts';
import { rolloutView } from './rollouts/one.ts';
import { startView } from './rollouts/start.ts';
import { rolloutsView } from './rollouts/view.ts';

export interface Route {
  /** Of the address after `#`; a group is what the view is told. */
  readonly path: RegExp;
  /** Of the entry in the navigation. */
  readonly under: string;
  readonly title: (id: string) => string;
  readonly open: (root: HTMLElement, id: string) => View;
}

const FLEET: Route = { path: /^/, under: '#/', title: () => '', open: fleetView };

/** The first that fits. */
const ROUTES: readonly Route[] = [
  { path: /^\/device\/(.+)$/, under: '#/', title: (id) => id, open: deviceView },
  { path: /^\/alerts$/, under: '#/alerts', title: () => 'Alerts', open: alertsView },
  { path: /^\/alert\/(.+)$/, under: '#/alerts', title: () => 'Alert', open: alertView },
  { path: /^\/rollouts$/, under: '#/rollouts', title: () => 'Rollouts', open: rolloutsView },
  { path: /^\/rollouts\/new$/, under: '#/rollouts', title: () => 'New rollout', open: startView },
  { path: /^\/rollout\/(.+)$/, under: '#/rollouts', title: (id) => id, open: rolloutView },
  { path: /^\/releases$/, under: '#/releases', title: () => 'Releases', open: releasesView },
  { path: /^\/config$/, under: '#/config', title: () => 'Configuration', open: configView },
  { path: /^\/layers\/new$/, under: '#/config', title: () => 'New layer', open: newLayerView },
  { path: /^\/layer\/(.+)$/, under: '#/config', title: (id) => id, open: layerView },
  { path: /^\/flags\/new$/, under: '#/config', title: () => 'New flag', open: newFlagView },
  { path: /^\/flag\/(.+)$/, under: '#/config', title: (id) => id, open: flagView },
  FLEET,
];

export function routeOf(hash: string): { readonly route: Route; readonly id: string } {
  const path = hash.replace(/^#/, '');
  const route = ROUTES.find((one) => one.path.test(path)) ?? FLEET;
  return { route, id: decoded(route.path.exec(path)?.[1] ?? '') };
}

/** An address that somebody has typed may be no encoding at all. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
