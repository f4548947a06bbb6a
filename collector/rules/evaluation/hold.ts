/**
 * Whether an alert must not end because what it is about is silent: no news is not good news.
 *
 * A device that is down, or whose data lags behind, says nothing of its disk; an alert about it
 * stays as it is until the device speaks. An alert about a site waits while all its devices are
 * silent, one about the whole fleet while every device is. What only asks the collector itself
 * (`up`, ALERTS, `muster_collector_…`) is always known, and never waits.
 */
import { type LabelSet, METRIC_NAME } from '../../core/label-set.ts';
import type { Expr } from '../../promql/ast.ts';
import { walk } from '../../promql/ast-walk.ts';

export type Freshness = 'fresh' | 'silent' | 'unknown';

export interface FleetFreshness {
  /** `unknown`: none of the fleet's devices. */
  device(id: string): Freshness;
  /** `silent` when it has devices and every one is silent. */
  site(site: string): Freshness;
  fleet(): Freshness;
}

const INSTANCE = 'instance';
const SITE = 'site';
/** What the collector itself knows, about devices and about itself. */
const OWN =
  /^(up|ALERTS|ALERTS_FOR_STATE|muster_(device_info|(collector|notifications?|alerts?|alerting|silences)_.*))$/;

/** Whether anything in an expression comes from devices. */
export function asksDevices(expr: Expr): boolean {
  let found = false;
  walk(expr, (node) => {
    if (node.kind !== 'selector') return;
    const named = node.matchers.find(({ name, op }) => name === METRIC_NAME && op === '=')?.value;
    found ||= named === undefined || !OWN.test(named);
  });
  return found;
}

export function mustHold(labels: LabelSet, fleet: FleetFreshness): boolean {
  const instance = labels.get(INSTANCE);
  if (instance !== '') return fleet.device(instance) === 'silent';
  const site = labels.get(SITE);
  if (site !== '') return fleet.site(site) === 'silent';
  return fleet.fleet() === 'silent';
}
