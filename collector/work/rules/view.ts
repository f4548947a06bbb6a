/** A group as the API shows it. */
import type { AlertView, RuleGroupView, RuleView } from '../../ports/rules.ts';
import { type AlertInstance, isFiring } from '../../rules/evaluation/alert-state.ts';
import type { GroupRun, RuleStatus } from '../../rules/evaluation/group-run.ts';

export function viewGroup({ group, intervalMs, rules, lastRound }: GroupRun): RuleGroupView {
  return {
    file: group.file,
    name: group.name,
    intervalMs,
    limit: group.limit,
    rules: rules.map(viewRule),
    evaluationSeconds: lastRound?.seconds ?? 0,
    ...(lastRound === undefined ? {} : { lastEvaluation: lastRound.at }),
  };
}

function viewRule(status: RuleStatus): RuleView {
  const { rule, run, health, lastError, lastEvaluation, evaluationSeconds } = status;
  const { name, query, labels } = rule;
  const common = {
    name,
    query,
    labels,
    health,
    lastError,
    evaluationSeconds,
    ...(lastEvaluation === undefined ? {} : { lastEvaluation }),
  };
  if (rule.kind === 'recording') return { type: 'recording', ...common };
  const alerts = [...run.instances.values()].flatMap(viewAlert);
  const states = new Set(alerts.map(({ state }) => state));
  const state = (['firing', 'pending'] as const).find((one) => states.has(one)) ?? 'inactive';
  const { holdMs, keepFiringMs, annotations } = rule;
  return { type: 'alerting', ...common, holdMs, keepFiringMs, annotations, state, alerts };
}

function viewAlert(alert: AlertInstance): readonly AlertView[] {
  if (alert.state === 'resolved') return [];
  const { labels, annotations, activeAt, keepingSince, value } = alert;
  return [
    {
      labels: labels.toObject(),
      annotations,
      state: isFiring(alert) ? 'firing' : 'pending',
      activeAt,
      ...(keepingSince === undefined ? {} : { keepFiringSince: keepingSince }),
      value,
    },
  ];
}
