/**
 * Whether an alert must not end because what it is about is silent: no news is not good news.
 *
 * A device that is down, or whose data lags behind, says nothing of its disk; an alert about it
 * stays as it is until the device speaks. An alert about a site waits while all its devices are
 * silent, one about the whole fleet while every device is. What only asks the collector itself
 * (`up`, ALERTS, `muster_collector_…`) is always known; except who is up just after a start, when the
 * collector has not heard enough to say.
 */
import { type LabelSet, METRIC_NAME } from '../../core/label-set.ts';
import type { Expr } from '../../promql/ast.ts';
import { walk } from '../../promql/ast-walk.ts';

export type Freshness = 'fresh' | 'silent' | 'unheard' | 'unknown';

export interface FleetFreshness {
  /** `unknown`: none of the fleet's devices. */
  device(id: string): Freshness;
  /** `silent` when it has devices and every one is silent. */
  site(site: string): Freshness;
  fleet(): Freshness;
  /** No device of the site, or of the fleet, is `unheard`. */
  allHeard(site?: string): boolean;
}

const INSTANCE = 'instance';
const SITE = 'site';
const LIVENESS = /^(up|ALERTS|ALERTS_FOR_STATE|muster_device_info)$/;
/** What the collector itself knows, about devices and about itself. */
const OWN =
  /^(up|ALERTS|ALERTS_FOR_STATE|muster_(device_info|(collector|notifications?|alerts?|alerting|silences)_.*))$/;

/** What an expression asks about: data of devices, who is up, or the collector's own figures. */
export type Subject = 'data' | 'liveness' | 'own';

export function subjectOf(expr: Expr): Subject {
  let subject: Subject = 'own';
  walk(expr, (node) => {
    if (node.kind !== 'selector') return;
    const named = node.matchers.find(({ name, op }) => name === METRIC_NAME && op === '=')?.value;
    if (named === undefined || !OWN.test(named)) subject = 'data';
    else if (subject === 'own' && LIVENESS.test(named)) subject = 'liveness';
  });
  return subject;
}

/** Whether anything in an expression comes from devices, and may come late. */
export function asksDevices(expr: Expr): boolean {
  return subjectOf(expr) === 'data';
}

export function mustHold(labels: LabelSet, subject: Subject, fleet: FleetFreshness): boolean {
  if (subject === 'own') return false;
  const instance = labels.get(INSTANCE);
  if (instance !== '') {
    const state = fleet.device(instance);
    return state === 'unheard' || (subject === 'data' && state === 'silent');
  }
  const site = labels.get(SITE);
  if (subject === 'liveness') return !fleet.allHeard(site === '' ? undefined : site);
  return (site === '' ? fleet.fleet() : fleet.site(site)) === 'silent';
}
