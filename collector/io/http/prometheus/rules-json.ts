/** Rules and alerts as Prometheus writes them into JSON. */
import type { AlertView, RuleGroupView, RuleView } from '../../../ports/rules.ts';

/** What Go prints for a time that never was. */
const NEVER = '0001-01-01T00:00:00Z';

export function groupJson(group: RuleGroupView, withAlerts: boolean): object {
  return {
    name: group.name,
    file: group.file,
    rules: group.rules.map((rule) => ruleJson(rule, withAlerts)),
    interval: group.intervalMs / 1000,
    limit: group.limit,
    evaluationTime: group.evaluationSeconds,
    lastEvaluation: timeText(group.lastEvaluation),
  };
}

function ruleJson(rule: RuleView, withAlerts: boolean): object {
  const { name, query, labels } = rule;
  const state = {
    health: rule.health,
    ...(rule.lastError === '' ? {} : { lastError: rule.lastError }),
    evaluationTime: rule.evaluationSeconds,
    lastEvaluation: timeText(rule.lastEvaluation),
    type: rule.type,
  };
  if (rule.type === 'recording') {
    const labelled = Object.keys(labels).length === 0 ? {} : { labels };
    return { name, query, ...labelled, ...state };
  }
  return {
    state: rule.state,
    name,
    query,
    duration: rule.holdMs / 1000,
    keepFiringFor: rule.keepFiringMs / 1000,
    labels,
    annotations: rule.annotations,
    alerts: withAlerts ? rule.alerts.map(alertJson) : [],
    ...state,
  };
}

export function alertJson(alert: AlertView): object {
  const { labels, annotations, state, activeAt, keepFiringSince, value } = alert;
  return {
    labels,
    annotations,
    state,
    activeAt: timeText(activeAt),
    ...(keepFiringSince === undefined ? {} : { keepFiringSince: timeText(keepFiringSince) }),
    value: exponential(value),
  };
}

function timeText(ms: number | undefined): string {
  return ms === undefined ? NEVER : new Date(ms).toISOString();
}

/** `1.5e+03`: as few digits as say the number, an exponent of at least two. */
function exponential(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  const text = value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2');
  return Object.is(value, -0) ? `-${text}` : text;
}
