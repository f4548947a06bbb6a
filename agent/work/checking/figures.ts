/** Results as metrics: `muster_check_*` and `muster_health`. */
import { OVERALL, type Overall } from '../../../protocol/messages/health.ts';
import { isGood } from '../../core/checks/verdict.ts';
import {
  counter,
  type Emit,
  gauge,
  type Metric,
  type Sampler,
  sampler,
} from '../../samplers/sampler.ts';
import type { Watched } from './watched.ts';

export interface CheckFigures {
  readonly overall: Overall;
  readonly watched: readonly Watched[];
}

const INTERVAL_SECONDS = 60;
const RESULTS = { ok: 0, warning: 1, critical: 2, unknown: 3 } as const;
const STATUS_LABELS = ['check', 'kind', 'component', 'critical'];

const health = gauge('muster_health', '0: healthy, 1: degraded, 2: unhealthy.');
const result = gauge(
  'muster_check_result',
  'Last result before hysteresis; 0: ok, 1: warning, 2: critical, 3: unknown.',
  ['check'],
);
const duration = gauge('muster_check_duration_seconds', 'Seconds that the last run took.', [
  'check',
]);
const runs = counter('muster_check_runs_total', 'Runs by their result.', ['check', 'result']);
const budget = counter('muster_check_budget_total', 'Runs that kept their latency budget or not.', [
  'check',
  'kept',
]);
const value = gauge('muster_check_value', 'What a check measured beside its verdict.', [
  'check',
  'name',
  'unit',
]);
const certificate = gauge(
  'probe_ssl_earliest_cert_expiry',
  'Unix time of the earliest end of a certificate seen.',
  ['check'],
);

/** Of each set of label names one, for as long as the process lives: series go by its identity. */
const statusMetrics = new Map<string, Metric>();

function statusMetric(labels: readonly string[]): Metric {
  const key = labels.join();
  const known = statusMetrics.get(key);
  if (known !== undefined) return known;
  const fresh = gauge(
    'muster_check_status',
    'After hysteresis; 1: good (ok, warning), 0: failed; absent while unknown.',
    [...STATUS_LABELS, ...labels],
  );
  statusMetrics.set(key, fresh);
  return fresh;
}

export function checkMetrics(figures: () => CheckFigures): Sampler {
  return sampler<CheckFigures>({
    name: 'muster_checks',
    summary: 'results of the checks',
    profiles: ['edge', 'full'],
    intervalSeconds: INTERVAL_SECONDS,
    timeoutMs: 1_000,
    metrics: [health, statusMetric([]), result, duration, runs, budget, value, certificate],
    read: () => figures(),
    parse: ({ overall, watched }, emit) => {
      if (watched.length > 0) emit(health, OVERALL.indexOf(overall));
      for (const one of watched) emitCheck(one, emit);
    },
  });
}

function emitCheck(watched: Watched, emit: Emit): void {
  const { plan, standing, last, runs: counts, budget: budgets } = watched;
  const { name, config } = plan;
  if (standing.state !== 'unknown') {
    const names = Object.keys(config.labels).toSorted();
    const own = [name, config.kind, config.component, String(config.critical)];
    const values = names.map((label) => config.labels[label] ?? '');
    emit(statusMetric(names), isGood(standing.state) ? 1 : 0, [...own, ...values]);
  }
  if (last === undefined) return;
  const { finding, durationMs } = last;
  emit(result, RESULTS[finding.state], [name]);
  emit(duration, Math.round(durationMs) / 1000, [name]);
  for (const [state, count] of counts) emit(runs, count, [name, state]);
  if (budgets.kept + budgets.broken > 0) {
    emit(budget, budgets.kept, [name, 'true']);
    emit(budget, budgets.broken, [name, 'false']);
  }
  for (const figure of finding.figures ?? []) {
    emit(value, figure.value, [name, figure.name, figure.unit]);
  }
  if (finding.certificateEnd !== undefined) emit(certificate, finding.certificateEnd, [name]);
}
