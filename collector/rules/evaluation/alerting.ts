/** One evaluation of an alerting rule: the alerts that its expression names, advanced. */
import { LabelSet, METRIC_NAME } from '../../core/label-set.ts';
import type { VectorSample } from '../../core/query/engine.ts';
import type { AlertingRule, Texts } from '../model.ts';
import { ALERTNAME } from './alert-series.ts';
import { type AlertInstance, advance, begun, type Observation } from './alert-state.ts';
import { RuleError } from './errors.ts';
import type { Expand } from './template.ts';
import type { AlertChanges } from './world.ts';

/** By the key of the labels. */
export type ActiveAlerts = ReadonlyMap<string, AlertInstance>;

type Candidate = Pick<AlertInstance, 'labels' | 'annotations' | 'value'>;

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

/** Labels and annotations of what the expression yielded. Throws `RuleError` when two are the same. */
export async function candidates(
  rule: AlertingRule,
  vector: readonly VectorSample[],
  expand: Expand,
): Promise<ReadonlyMap<string, Candidate>> {
  const found = new Map<string, Candidate>();
  for (const sample of vector) {
    const own = sample.labels.filter((name) => name !== METRIC_NAME);
    const text = (template: string) => expand(template, sample);
    const labels = LabelSet.of([
      ...own.entries(),
      ...(await expanded(rule.labels, text)),
      [ALERTNAME, rule.name],
    ]);
    if (found.has(labels.key)) {
      throw new RuleError(
        'vector contains metrics with the same labelset after applying alert labels',
      );
    }
    const annotations = Object.fromEntries(await expanded(rule.annotations, text));
    found.set(labels.key, { labels, annotations, value: sample.value });
  }
  return found;
}

async function expanded(
  texts: Texts,
  expand: (template: string) => string | Promise<string>,
): Promise<readonly (readonly [string, string])[]> {
  const pairs: (readonly [string, string])[] = [];
  for (const [name, template] of Object.entries(texts)) pairs.push([name, await expand(template)]);
  return pairs;
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
