/** One evaluation of an alerting rule: the alerts that its expression names, advanced. */
import type { LabelSet } from '../../core/label-set.ts';
import type { AlertingRule } from '../model.ts';
import { type AlertInstance, advance, begun, type Observation } from './alert-state.ts';
import type { Candidate } from './candidates.ts';
import { RuleError } from './errors.ts';
import type { AlertChanges } from './world.ts';

/** By the key of the labels. */
export type ActiveAlerts = ReadonlyMap<string, AlertInstance>;

export interface AlertingTerms {
  readonly now: number;
  readonly limit: number;
  readonly isSilent: (labels: LabelSet) => boolean;
}

export interface AdvancedAlerts {
  readonly active: ActiveAlerts;
  /** What a restart has to know. */
  readonly changes: AlertChanges;
}

/** Every known alert and every candidate, one step on. Throws `RuleError` beyond the limit. */
export function advanceAll(
  rule: AlertingRule,
  before: ActiveAlerts,
  found: ReadonlyMap<string, Candidate>,
  terms: AlertingTerms,
): AdvancedAlerts {
  const { now } = terms;
  const active = new Map<string, AlertInstance>();
  const changes = new Map<string, AlertInstance | undefined>();
  for (const [key, alert] of before) {
    const seen = observe(alert, found.has(key), terms);
    const next = advance(alert, seen, now, rule);
    if (next === undefined) changes.set(key, undefined);
    else {
      const fresh = { ...next, ...found.get(key) };
      active.set(key, fresh);
      if (next !== alert) changes.set(key, fresh);
    }
  }
  for (const [key, candidate] of found) {
    if (active.has(key)) continue;
    const alert = begun(candidate, now, rule);
    active.set(key, alert);
    changes.set(key, alert);
  }
  const counted = [...active.values()].filter(({ state }) => state !== 'resolved').length;
  if (terms.limit > 0 && counted > terms.limit) {
    throw new RuleError(`exceeded limit of ${terms.limit} with ${counted} alerts`, true);
  }
  return { active, changes };
}

function observe(alert: AlertInstance, isPresent: boolean, terms: AlertingTerms): Observation {
  if (isPresent) return 'present';
  return terms.isSilent(alert.labels) ? 'held' : 'absent';
}
